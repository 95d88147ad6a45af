"""What ``python -m playground`` does: the same as the command ``micropie-playground``."""

from __future__ import annotations

import sys

from playground.terminal.command import main

if __name__ == "__main__":
    sys.exit(main())
