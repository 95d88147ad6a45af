"""``python -m lite.binder`` says at which address Binder opens the course."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Final
from urllib.parse import quote, urlsplit

START: Final = "lab/tree/notebooks/00-start.ipynb"
BADGE: Final = "https://mybinder.org/badge_logo.svg"

# Hosts that Binder knows by a short name (its own form lists them).
KNOWN: Final = {"github.com": "gh", "gitlab.com": "gl"}

# How git writes an address for ssh when it is short: user@host:path.
_SHORT: Final = re.compile(r"(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!//)(.+)")


def address(remote: str) -> str:
    """Return where Binder opens the first notebook of a repository, at its newest commit.

    Args:
        remote: The repository's address, as git has it; a name or password in it is left out.

    Raises:
        ValueError: If it is no address on a network; the message says what to do.
    """
    host, path = _parts(remote)
    path = path.strip("/").removesuffix(".git")
    short = KNOWN.get(host)
    if short == "gh":
        where = f"gh/{path}"
    elif short:
        where = f"{short}/{quote(path, safe='')}"
    else:
        where = f"git/{quote(f'https://{host}/{path}', safe='')}"
    return f"https://mybinder.org/v2/{where}/HEAD?urlpath={quote(START, safe='')}"


def _parts(remote: str) -> tuple[str, str]:
    """Return the host and the path of a repository's address."""
    short = _SHORT.fullmatch(remote)
    if short:
        return short[1].lower(), short[2]
    split = urlsplit(remote)
    if not split.hostname or split.scheme == "file":
        raise ValueError(
            f"expected a repository that Binder can reach, got {remote!r}; push this one to a "
            "public host, and name it: git remote set-url origin https://…"
        )
    host = split.hostname
    # The port of ssh is not that of a page.
    port = f":{split.port}" if split.port and split.scheme != "ssh" else ""
    return host + port, split.path


def main() -> None:
    """Say the address and the badge for the remote ``origin``."""
    command = ["git", "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        sys.exit("git is not here, so this cannot be asked where the repository lies; install it.")
    if done.returncode:
        sys.exit("This repository has no remote yet. Push it to a public host, then run this again:"
                 " git remote add origin https://…")  # fmt: skip
    try:
        where = address(done.stdout.strip())
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{where}\n\nFor README.md:\n[![Binder]({BADGE})]({where})\n")


if __name__ == "__main__":
    main()
