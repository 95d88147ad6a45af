"""``python -m lite`` makes the site in ``build/site``; any static server can then give it away."""

from __future__ import annotations

import os
import sys
import time

from lite.building import make


def main() -> None:
    """Make the site, and say how to see it."""
    began = time.monotonic()
    site = make()
    files = [file for file in site.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    place = os.path.relpath(site)
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{place}: {len(files)} files, {size:.0f} MB, in {seconds:.0f} s.\n"
        f"To see it: {sys.executable} -m http.server --bind 127.0.0.1 --directory {place}\n"
    )


if __name__ == "__main__":
    main()
