"""Broken on purpose: conversations that nobody would have on purpose, had with an app of their own.

Law of the room: neither the stage nor its log is touched, and what was found is found again.
"""

from playground.fuzzing.again import in_conversation
from playground.fuzzing.findings import Finding, Findings

__all__ = ["Finding", "Findings", "in_conversation"]
