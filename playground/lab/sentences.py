"""What went wrong, as a person reads it in the panel."""

from __future__ import annotations


def sentence(error: BaseException) -> str:
    """Return what an exception says, with a capital letter and a full stop."""
    said = str(error) or type(error).__name__
    said = said[0].upper() + said[1:]
    return said if said.endswith((".", "?", "!")) else said + "."
