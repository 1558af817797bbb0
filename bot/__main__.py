"""`python -m bot …` is `vademecum …`."""

import sys

from bot.cli import main

if __name__ == "__main__":
    sys.exit(main())
