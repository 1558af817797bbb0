"""What the operator sets, from the environment or ``.env``: built in ``main()``, never at import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingError(Exception):
    """A setting cannot be used. The message names it and says how to mend it."""


def _text(value: str) -> str:
    return value


def _folder(value: str) -> Path:
    return Path(value).expanduser()


def _port(value: str) -> int:
    number = int(value)
    if not 0 <= number <= 65535:  # noqa: PLR2004 - what a TCP port is
        raise ValueError
    return number


def _yes_or_no(value: str) -> bool:
    return {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}[
        value.lower()
    ]


def _level(value: str) -> str:
    if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError
    return value.upper()


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError
    return value.rstrip("/")


def _setting(default: object, env: str, read: Callable[[str], object], expected: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(default=default, metadata={"env": env, "read": read, "expected": expected})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator can choose. `data_dir` alone is enough: database, media and site live under it."""

    data_dir: Path = _setting(Path("data"), "DATA_DIR", _folder, "a folder, for example data")
    discord_token: str = _setting("", "DISCORD_TOKEN", _text, "the bot token of your Discord application")
    message_content: bool = _setting(False, "MESSAGE_CONTENT", _yes_or_no, "yes or no")
    site_port: int | None = _setting(None, "SITE_PORT", _port, "a port number from 0 to 65535, for example 8080")
    site_host: str = _setting("127.0.0.1", "SITE_HOST", _text, "an address to listen on, for example 127.0.0.1")
    site_url: str = _setting(
        "", "SITE_URL", _web_address, "the public address, for example https://library.example.org"
    )
    log_level: str = _setting("INFO", "LOG_LEVEL", _level, "DEBUG, INFO, WARNING or ERROR")

    @property
    def database_path(self) -> Path:
        """The database file."""
        return self.data_dir / "vademecum.sqlite3"

    @property
    def media_dir(self) -> Path:
        """The content-addressed store of files."""
        return self.data_dir / "media"

    @property
    def site_dir(self) -> Path:
        """Where `vademecum site build` writes unless told otherwise."""
        return self.data_dir / "site"

    def __repr__(self) -> str:
        """Show everything but the token."""
        shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.name != "discord_token")
        return f"Settings({', '.join(shown)})"


def from_environment(environment: Mapping[str, str], env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings. The environment wins over `env_file`; an empty value is as good as none.

    Raises SettingError, which names the setting and the mend.
    """
    values = _env_file(env_file) | dict(environment)
    chosen = {
        one.name: _read(one, values[one.metadata["env"]]) for one in fields(Settings) if values.get(one.metadata["env"])
    }
    return Settings(**chosen)


def _env_file(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}


def _read(one: Field[Any], value: str) -> Any:  # noqa: ANN401 - whatever the setting is
    try:
        return one.metadata["read"](value.strip())
    except (ValueError, KeyError):
        name, expected = one.metadata["env"], one.metadata["expected"]
        shown = "" if one.name == "discord_token" else f" It is {value!r} now."
        raise SettingError(
            f"{name} cannot be used: expected {expected}.{shown} Mend it in .env or the environment."
        ) from None
