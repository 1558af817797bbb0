"""What the operator types: `vademecum …`, which is `python -m bot …` too. Wiring only.

Exit codes: 0 done; 1 refused or failed, with one clear line on stderr; 2 not understood; 130 ended with Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.cli.parsing import make_parser
from bot.cli.saying import complain, say
from bot.errors import Refused
from bot.settings import SettingError

FAILED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was typed (`arguments`, or the process's own) and return the exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        code: int = options.act(options)
    except (SettingError, Refused) as error:
        complain(error)
        return FAILED
    except KeyboardInterrupt:
        print(say("cli.interrupted"), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: `vademecum check | head`
        sys.stderr.close()
        return FAILED
    return code
