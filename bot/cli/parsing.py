"""The commands and their options. What each does is imported when it is typed (DESIGN.md, rule 15)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

import bot
from bot.cli.saying import say

Act = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
PORTS = range(65536)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; `act` of what it gives is the function to call."""
    parser = argparse.ArgumentParser(
        prog="vademecum",
        description=say("cli.help.vademecum"),
        epilog=say("cli.help.exit_codes"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = f"%(prog)s {bot.__version__}"
    parser.add_argument("--version", action="version", version=version, help=say("cli.help.version"))
    commands = parser.add_subparsers(dest="command", required=True, metavar=say("cli.help.command"))
    _add_run(commands)
    _add_sandbox(commands)
    _add_import(commands)
    _add_site(commands)
    _add_backup(commands)
    _add_restore(commands)
    _add_database(commands)
    _add_check(commands)
    return parser


def _command(commands: Commands, name: str, text: str, act: str) -> argparse.ArgumentParser:
    """Add a command. `act` is ``module.function`` within this package."""
    parser = commands.add_parser(name, help=say(f"{text}.short"), description=say(f"{text}.long"))
    parser.set_defaults(act=_later(act))
    return parser


def _later(act: str) -> Act:
    module, _, function = act.partition(".")

    def call(options: argparse.Namespace) -> int:
        code: int = getattr(import_module(f"bot.cli.{module}"), function)(options)
        return code

    return call


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", type=Path, help=say("cli.help.data"))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) not in PORTS:
        raise argparse.ArgumentTypeError(say("cli.help.not_a_port", given=text))
    return int(text)


def _add_run(commands: Commands) -> None:
    _command(commands, "run", "cli.help.run", "running.run")


def _add_sandbox(commands: Commands) -> None:
    parser = _command(commands, "sandbox", "cli.help.sandbox", "running.sandbox")
    parser.add_argument("--data", metavar="DIR", type=Path, help=say("cli.help.sandbox_data"))
    parser.add_argument("--port", metavar="N", type=_port, help=say("cli.help.sandbox_port"))


def _add_import(commands: Commands) -> None:
    parser = _command(commands, "import", "cli.help.import", "importing.import_files")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=say("cli.help.import_files"))
    _add_data(parser)
    parser.add_argument("--dry-run", action="store_true", help=say("cli.help.dry_run"))
    parser.add_argument("--json", action="store_true", help=say("cli.help.json"))


def _add_site(commands: Commands) -> None:
    site = commands.add_parser("site", help=say("cli.help.site.short"), description=say("cli.help.site.long"))
    parts = site.add_subparsers(dest="part", required=True, metavar=say("cli.help.command"))
    build = _command(parts, "build", "cli.help.site_build", "site.build")
    build.add_argument("--out", metavar="DIR", type=Path, help=say("cli.help.out"))
    build.add_argument("--sample", action="store_true", help=say("cli.help.sample"))
    build.add_argument("--server", metavar="SLUG|ID", help=say("cli.help.server"))
    _add_data(build)
    serve = _command(parts, "serve", "cli.help.site_serve", "site.serve")
    serve.add_argument("--port", metavar="N", type=_port, required=True, help=say("cli.help.serve_port"))
    serve.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help=say("cli.help.host"))
    _add_data(serve)


def _add_backup(commands: Commands) -> None:
    parser = _command(commands, "backup", "cli.help.backup", "keeping.backup")
    parser.add_argument("file", metavar="FILE", type=Path, help=say("cli.help.backup_file"))
    parser.add_argument("--force", action="store_true", help=say("cli.help.force"))
    _add_data(parser)


def _add_restore(commands: Commands) -> None:
    parser = _command(commands, "restore", "cli.help.restore", "keeping.restore")
    parser.add_argument("file", metavar="FILE", type=Path, help=say("cli.help.restore_file"))
    parser.add_argument("--yes", action="store_true", help=say("cli.help.yes"))
    _add_data(parser)


def _add_database(commands: Commands) -> None:
    database = commands.add_parser("db", help=say("cli.help.db.short"), description=say("cli.help.db.long"))
    parts = database.add_subparsers(dest="part", required=True, metavar=say("cli.help.command"))
    _add_data(_command(parts, "upgrade", "cli.help.db_upgrade", "keeping.upgrade"))


def _add_check(commands: Commands) -> None:
    _add_data(_command(commands, "check", "cli.help.check", "checking.check"))
