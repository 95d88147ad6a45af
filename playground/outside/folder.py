"""A folder for a project outside the notebook, and what runs in it."""

from __future__ import annotations

import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from playground.live.sources import statements_of
from playground.notebook import kernel
from playground.outside.absent import Absent, lacking, program
from playground.outside.programs import Program
from playground.outside.runs import Finished
from playground.outside.servers import Redis, Server, Workers

# Without files of bytecode: by their times Python cannot see that a module was written twice in
# one second.
_FRESH: Final = {"PYTHONDONTWRITEBYTECODE": "1"}
# A failed test shows its own lines, and not how asyncio came to them: pytest leaves out modules
# that have this name.
_PLAINLY: Final = """
import asyncio.base_events, asyncio.runners, sys
for each in (asyncio.base_events, asyncio.runners):
    each.__tracebackhide__ = True
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
_PYTEST: Final = (
    *("-c", _PLAINLY, "-q", "--tb=short", "--color=no", "--rootdir=."),
    # What a failed test has printed is shown; what the app has logged is its error's cause anyhow.
    *("-p", "no:cacheprovider", "--show-capture=stdout"),
    *("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto"),
    *("-o", "asyncio_default_fixture_loop_scope=function"),
)
# The same output everywhere: not as wide as some terminal, and not more of it on a CI machine.
_BARE: Final[Mapping[str, str | None]] = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "",
    "COLUMNS": "80",
    **dict.fromkeys(("CI", "BUILD_NUMBER")),
}


class Outside:
    """A folder outside the notebook, with the programs that run in it.

    What cannot run here, in a browser or for want of a package, is an `Absent`: it is false, and
    shows as a sentence that says what is missing. The folder and all programs go with `close`, or
    with the kernel.

    Attributes:
        folder: The folder, a temporary one.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outside-"))
        self._servers: dict[str, Server | Workers] = {}
        self._redis: Redis | None = None
        self._remove = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name: str, *parts: str | type | Callable[..., object]) -> Path:
        """Write a file, one part after the other, each ending in one line break.

        Args:
            name: Its name in the folder.
            parts: Text; or a class or function, whose source is written, after that of the
                notebook's classes that it derives from.

        Returns:
            Where it is.

        Raises:
            ValueError: The source of a class or function cannot be found.
        """
        text = "".join(f"{_text(part).rstrip()}\n" for part in parts)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, module: str, *arguments: str, timeout: float = 60.0) -> Finished | Absent:
        """Run `python -m module arguments` in the folder, to its end.

        Args:
            module: A module that is a program, such as `"pytest"`.
            arguments: Its arguments.
            timeout: Seconds after which it is stopped.
        """
        missing = lacking([module.partition(".")[0]] if not self._has(module) else [])
        if missing is not None:
            return missing
        return self._run(["-m", module], arguments, timeout, {})

    def test(self, *files: str, timeout: float = 60.0) -> Finished | Absent:
        """Run pytest on files in the folder; a test may be an async function.

        Of pytest's plugins it has pytest-asyncio alone, so it says the same everywhere.

        Args:
            files: Their names; all tests in the folder by default.
            timeout: Seconds after which it is stopped.
        """
        missing = lacking(["pytest", "pytest_asyncio"])
        return missing if missing is not None else self._run(_PYTEST, files, timeout, _BARE)

    def serve(
        self,
        app: str,
        *,
        workers: int = 1,
        environment: Mapping[str, str] | None = None,
        needs: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> Workers | Absent:
        """Serve an app with uvicorn, on a free port of this machine; return when it answers.

        Called again for the same app, it ends the earlier server first.

        Args:
            app: The app as `"module:name"`: an ASGI app in a module in the folder.
            workers: How many processes.
            environment: Environment variables for it, besides those of this process.
            needs: Packages that the app or its clients import and that may not be there.
            options: More of uvicorn's options, such as `["--ws-max-size", "1000"]`.

        Raises:
            ProgramFailed: It did not start; the message has the output of uvicorn.
        """
        missing = lacking(["uvicorn", *needs])
        if missing is not None:
            return missing
        if app in self._servers:
            self._servers.pop(app).stop()
        variables = {**_FRESH, **(environment or {})}
        served = Workers(app, sys.executable, self.folder, workers, variables, options)
        self._servers[app] = served
        return served

    def start(
        self,
        name: str,
        *,
        environment: Mapping[str, str] | None = None,
        needs: Sequence[str] = (),
    ) -> Server | Absent:
        """Start a server of any kind, a Python file in the folder; return when it listens.

        It is given a free port of this machine as its first argument, and has to listen there at
        127.0.0.1. Called again for the same file, it ends the earlier one first.

        Args:
            name: The file, such as ``"shop.py"``.
            environment: Environment variables for it, besides those of this process.
            needs: Packages that it imports and that may not be there.

        Raises:
            ProgramFailed: It ended, or does not listen; the message has its output.
        """
        missing = lacking(needs)
        if missing is not None:
            return missing
        if name in self._servers:
            self._servers.pop(name).stop()
        variables = {**_FRESH, "NO_COLOR": "1", **(environment or {})}
        started = Server(name, sys.executable, self.folder, variables)
        self._servers[name] = started
        return started

    def redis(self) -> Redis | Absent:
        """Start a Redis in the folder; return the one there is if it runs.

        Raises:
            ProgramFailed: It did not start; the message has its output.
        """
        missing = lacking(["redis"])
        if missing is not None:
            return missing
        path = program("redis-server", "valkey-server")
        if path is None:
            return Absent(
                "redis-server is not installed here, so this goes without; to see it, install it "
                "(Debian: apt-get install redis-server; macOS: brew install redis)."
            )
        if self._redis is None or not self._redis.running:
            self._redis = Redis(path, self.folder)
        return self._redis

    def close(self) -> None:
        """End all that runs here, and remove the folder. It may be called again."""
        for server in self._servers.values():
            server.stop()
        if self._redis is not None:
            self._redis.stop()
        self._remove()

    def __enter__(self) -> Outside:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        running = [repr(each) for each in self._servers.values() if each.running]
        return f"<Outside: {', '.join(running) or 'nothing runs'}>"

    def _run(
        self,
        what: Sequence[str],
        arguments: Sequence[str],
        timeout: float,
        environment: Mapping[str, str | None],
    ) -> Finished:
        command = [sys.executable, *what, *arguments]
        ran = Program(command, self.folder, {**_FRESH, "NO_COLOR": "1", **environment})
        code = ran.wait(timeout)
        return Finished(code, ran.text)

    def _has(self, module: str) -> bool:
        return (self.folder / f"{module}.py").is_file()


def _text(part: str | type | Callable[..., object]) -> str:
    if isinstance(part, str):
        return part
    found = statements_of(part, kernel.cell_files())
    if not found or found[-1].name != part.__name__:
        raise ValueError(
            f"expected a class or function that a cell or file defines, got {part!r}, "
            "whose source cannot be found; write its text instead"
        )
    return "\n\n\n".join(each.source for each in found)
