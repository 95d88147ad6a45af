"""Files that a lab looks after: what is saved in them takes over, as if a cell had run."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from playground.lab.code import Code
from playground.lab.remarks import Remarks
from playground.live.advice import doubts, name_of
from playground.live.fingerprint import is_notebooks
from playground.live.following import imported_as
from playground.live.staging import Staging
from playground.live.tracebacks import NotOnStage, complaint
from playground.notebook import kernel
from playground.transports import Transport
from playground.watching.modules import file_of, made_of
from playground.watching.watch import Watch

_NO_THREADS: Final = (
    "no file is watched: this Python runs in a browser, where nobody saves one beside it; "
    "a cell that defines the class again is noticed"
)


class Origin(NamedTuple):
    """Where an app comes from: a module, and what it is called there."""

    module: str
    name: str


def origin_of(app: Any, given: Any) -> Origin:
    """Return where an app comes from that `serve` is to watch.

    Args:
        app: The app.
        given: What `serve` was given: the app, or a text that names it.

    Raises:
        ValueError: If it is not from a file of the user's.
    """
    if isinstance(given, str):
        module, _, name = given.partition(":")
        found = Origin(module, name)
    elif isinstance(app, type) or inspect.isroutine(app):
        found = Origin(app.__module__, app.__qualname__)
    else:
        found = _bound(app)
    if file_of(found.module) is None:
        why, remedy = _not_watched(app)
        raise ValueError(
            f"expected an app from a file of yours to watch, got {name_of(app)}, which {why}; "
            f"write {remedy}"
        )
    return found


def _not_watched(app: Any) -> tuple[str, str]:
    """Return why an app is not watched, and what to write."""
    remedy = "serve('chat:Chat', watch=True) for the class Chat in chat.py"
    if not (is_notebooks(app) or is_notebooks(type(app))):
        return "is not", remedy
    script = getattr(sys.modules["__main__"], "__file__", None) or "<none>"
    if kernel.shell() is not None or kernel.place_of(script) is None:
        return "the notebook defines, and a cell that does it again is noticed", remedy
    here = f"serve('{Path(script).stem}:{name_of(app)}', watch=True)"
    return "is of the program that runs", f"{here}, which imports it as any other file"


def _bound(app: Any) -> Origin:
    """Return which module of the user's has an app, and under which name."""
    for module in list(sys.modules):
        if file_of(module) is not None:
            for name, value in list(vars(sys.modules[module]).items()):
                if value is app:
                    return Origin(module, name)
    return Origin("", "")


class Files:
    """The files that a lab looks after.

    Args:
        staging: What is on stage.
        code: Puts other code there.
        transport: Whether anything can be put there now.
        remarks: Writes into the log.
        say: Writes a sentence under the cell that had them watched.
    """

    def __init__(
        self,
        staging: Staging,
        code: Code,
        transport: Transport,
        remarks: Remarks,
        say: Callable[[str], object] = kernel.say,
    ) -> None:
        self._staging = staging
        self._code = code
        self._transport = transport
        self._remarks = remarks
        self.say = say
        # One for each thing that is served or used, whoever asked; and what `serve` asked for.
        self._watches: dict[Origin, Watch] = {}
        self._own: Origin | None = None

    @property
    def watches(self) -> list[Watch]:
        """What is looked after."""
        return list(self._watches.values())

    def follow(self, origin: Origin | None) -> None:
        """Look after the files of what `serve` was given, or no more."""
        before, self._own = self._own, origin
        if before is not None and before != origin and before in self._watches:
            self._watches.pop(before).stop()
        if origin is not None and (origin not in self._watches or self._watches[origin].stopped):
            self._watch(origin, None)

    @property
    def source(self) -> str:
        """The file of what `serve` was given, without its folder; "" if it is not looked after."""
        watch = self._watches.get(self._own) if self._own is not None else None
        if watch is None or not watch.running:
            return ""
        return os.path.basename(file_of(watch.module) or "")

    def watch(self, given: str | os.PathLike[str] | types.ModuleType, poll: float | None) -> Watch:
        """Look after a file; see `Lab.watch`."""
        _check_poll(poll)
        module, file = _module_of(given)
        here = self._origin()
        # A helper of the app is looked after with it, so that what uses it is made again.
        if here is not None and module in made_of(here.module):
            module, file, name = here.module, file_of(here.module) or file, here.name
        else:
            name = self._staging.followed.name or name_of(self._staging.served)
        return self._watch(Origin(module, name), poll, file)

    def inherit(self, other: Files) -> None:
        """Look after what a lab's other parts did, which serve no more."""
        for origin, each in other._watches.items():
            if origin != other._own and not each.stopped:
                self._watch(origin, each.poll, each.files[0])

    def _watch(self, origin: Origin, poll: float | None, file: str = "") -> Watch:
        before = self._watches.get(origin)
        if before is not None:
            if before.poll == poll and before.running:
                return before
            before.stop()
        file = file_of(origin.module) or file
        made = self._watches[origin] = Watch(self, origin.module, file, origin.name, poll)
        if sys.platform == "emscripten":
            self._remarks.tell(_NO_THREADS)
            self.say(_NO_THREADS)
        else:
            made.begin()
        return made

    def _origin(self) -> Origin | None:
        served = self._staging.served
        try:
            return origin_of(served, served)
        except ValueError:
            return None

    def is_followed(self, module: str) -> bool:
        """Return whether what a module says is looked after here, and by nobody else."""
        return any(each.running and module in each.modules for each in self.watches)

    @property
    def are_imported_here(self) -> bool:
        """Whether the file that asks is being imported anew, to take over when it is whole."""
        return any(each.is_importing_here for each in self.watches)

    def go_on(self) -> None:
        """Look after the files again: the lab is running."""
        for each in self.watches:
            if sys.platform != "emscripten" and not each.stopped:
                each.begin()

    def rest(self) -> None:
        """Let the files be until the lab goes on."""
        for each in self.watches:
            each.rest()

    # What a watch asks of what is served.

    def serves(self, app: Any) -> bool:
        """Return whether an app is the one that is served."""
        return self._staging.served is app

    def take(self, app: Any, because: str) -> None:
        """Put an app on stage."""
        try:
            self._code.put(self._code.draft(app, because=because, followed=imported_as(app)))
        except NotOnStage as error:
            self.say(complaint(error))
            raise
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._code.wait()

    def goes_on(self, reason: str) -> None:
        """Say that the code on stage goes on, and for what reason."""
        self.say(self._staging.goes_on(reason))

    def mended(self) -> None:
        """Say no more that something is wrong."""
        self._staging.note = doubts(self._staging.app)

    def uses(self, files: str) -> None:
        """Say that what the notebook has from some files is other code now."""
        self._remarks.tell(f"{files} changed; in use at once")

    def is_serving(self) -> bool:
        """Return whether code can be put on stage now."""
        return self._transport.running and self._staging.served is not None


def _module_of(given: str | os.PathLike[str] | types.ModuleType) -> Origin:
    """Return the name of a module that is to be looked after, and its file.

    Raises:
        TypeError: If it is neither a file nor a module.
        ValueError: If it is not the user's own, or no Python.
        FileNotFoundError: If there is no such file.
    """
    if isinstance(given, types.ModuleType):
        file = file_of(given.__name__)
        if file is None:
            raise ValueError(
                f"expected a module of yours, got {given.__name__!r}; write lab.watch('chat.py')"
            )
        return Origin(given.__name__, file)
    if not isinstance(given, str | os.PathLike):
        raise TypeError(f"expected a file or a module, got {given!r}; write lab.watch('chat.py')")
    text = os.fspath(given)
    if isinstance(text, str) and file_of(text) is not None:  # chat, as it is imported
        return Origin(text, file_of(text) or "")
    path = Path(os.path.abspath(os.path.expanduser(text)))
    if path.suffix != ".py":
        raise ValueError(f"expected a Python file, got {text!r}; write lab.watch('chat.py')")
    if not path.is_file():
        raise FileNotFoundError(f"expected a file {path}, found none; is its name right?")
    for name in list(sys.modules):
        found = file_of(name)
        if found is not None and os.path.exists(found) and os.path.samefile(found, path):
            return Origin(name, found)
    return _to_import(path)


def _to_import(path: Path) -> Origin:
    """Return what a file is called when it is imported, and see that it will be found."""
    parts, folder = [path.stem] if path.stem != "__init__" else [], path.parent
    while (folder / "__init__.py").is_file():
        parts, folder = [folder.name, *parts], folder.parent
    name = ".".join(parts)
    if name in sys.modules:
        other = getattr(sys.modules[name], "__file__", None) or "Python's own"
        raise ValueError(
            f"expected a file that can be imported as {name}, but that is {other}; rename it"
        )
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return Origin(name, str(path))


def _check_poll(poll: object) -> None:
    if poll is None:
        return
    if isinstance(poll, bool) or not isinstance(poll, int | float):
        raise TypeError(f"expected seconds between two looks, got {poll!r}; write poll=0.5")
    if not 0.01 <= poll <= 3600:
        raise ValueError(f"expected 0.01 to 3600 seconds between two looks, got {poll!r}")
