"""The contenders, and a process for each, which waits until it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# What is compiled is for one Python.
CACHE = ROOT / ".bench" / f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}"
# Starlette and BlackSheep sign session cookies with it.
_SIGNED = "itsdangerous==2.2.0"


@dataclass(frozen=True)
class Contender:
    """Who takes part.

    Attributes:
        name: What tables and options call it.
        module: Its file in `contenders/`.
        package: What an application imports of it; empty for no framework.
        requirements: What pip installs for it, pinned: the framework first.
    """

    name: str
    module: str
    package: str = ""
    requirements: tuple[str, ...] = ()

    @property
    def folder(self) -> Path | None:
        """Where its packages are, beside those of the environment."""
        return CACHE / self.name if self.requirements else None

    @property
    def version(self) -> str:
        """Which release it is, where that can be said."""
        return self.requirements[0].partition("==")[2] if self.requirements else ""


CONTENDERS = {
    each.name: each
    for each in (
        Contender("null", "null"),
        Contender("raw", "raw"),
        Contender("ours", "micropie_app", "micropie"),
        Contender("released", "micropie_app", "micropie", ("micropie==0.32", "multipart==2.0.1")),
        Contender(
            "starlette", "starlette_app", "starlette.applications", ("starlette==1.10.0", _SIGNED)
        ),
        Contender(
            "fastapi",
            "fastapi_app",
            "fastapi",
            ("fastapi==0.165.0", "starlette==1.10.0", "pydantic==2.14.3", _SIGNED),
        ),
        Contender("blacksheep", "blacksheep_app", "blacksheep", ("blacksheep==2.6.4", _SIGNED)),
        Contender("falcon", "falcon_app", "falcon.asgi", ("falcon==4.4.0",)),
    )
}


def command(contender: Contender) -> list[str]:
    """Return the command line of a contender's process."""
    folder = contender.folder
    module = "benchmarks.frameworks.worker"
    return [sys.executable, "-m", module, contender.module, str(folder) if folder else ""]


class Process:
    """One contender, at work."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._process = subprocess.Popen(
            command(contender), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *error: object) -> None:
        # It ends when nothing more can come; it may have ended before.
        with suppress(BrokenPipeError):
            self._process.communicate()

    def ask(self, *question: Any) -> Any:
        """Send a command and its arguments; return the answer.

        Raises:
            RuntimeError: The process has ended.
        """
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        line = ""
        with suppress(BrokenPipeError):
            to.write(json.dumps(question) + "\n")
            to.flush()
            line = answers.readline()
        if not line:
            raise RuntimeError(f"expected {self.contender.name} to answer {question!r}; it ended")
        return json.loads(line)
