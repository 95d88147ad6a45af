"""A watch: it looks after the files of an app, and has what is saved take over, or says why not.

Law of the file: whatever somebody saves, the code on stage goes on until other code can take over.
"""

from __future__ import annotations

import contextlib
import contextvars
import linecache
import os
import sys
import threading
import time
import types
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from micropie.failures import is_failure
from playground.live.advice import is_app
from playground.live.tracebacks import NotOnStage
from playground.watching.changes import changes
from playground.watching.ending import ended_in_time, let_go
from playground.watching.loading import Loading
from playground.watching.modules import (
    beside,
    dependents,
    file_of,
    is_as_said,
    is_other,
    made_of,
    text_of,
)
from playground.watching.reading import said, turn
from playground.watching.reasons import NoNews, check, has_none, why
from playground.watching.writing import quiet_for

# Seconds in which the other half of what is saved may come, before anything is said.
_GRACE: Final = 0.3

# Seconds between two looks at a file that may be written just now, and for how long they go on.
_SOON: Final = 0.01
_LONGEST: Final = 1.0

Seen = dict[str, object]


class Served(Protocol):
    """What a watch tells of new code, and of why there is none."""

    def serves(self, app: Any) -> bool:
        """Return whether an app is the one that is served."""

    def take(self, app: Any, because: str) -> None:
        """Put an app on stage; it raises `NotOnStage` if that cannot be, and has said why."""

    def goes_on(self, reason: str) -> None:
        """Say that the code on stage goes on, and for what reason."""

    def mended(self) -> None:
        """Say no more that something is wrong: what was saved is what is on stage."""

    def uses(self, files: str) -> None:
        """Say that what the notebook has from some files is other code now."""

    def is_serving(self) -> bool:
        """Return whether code can be put on stage now."""


class Watch:
    """Files that are looked after; `Lab.watch` makes it.

    Args:
        served: Takes what is new.
        module: Where the app comes from.
        file: The file of that module.
        name: What is served of it.
        poll: Seconds between two looks at the files; None to be told by the system.

    Attributes:
        stopped: Whether somebody has stopped it: then it goes on with nothing.
    """

    def __init__(
        self, served: Served, module: str, file: str, name: str, poll: float | None
    ) -> None:
        self.module, self.name, self.poll = module, name, poll
        self.stopped = False
        self._served = served
        self._files = {module: file}
        self._graph: dict[str, frozenset[str]] = {module: frozenset()}
        # What the modules that are imported said when they were; and what was tried last.
        self._said: dict[str, bytes | None] = {}
        self._tried: Seen = {}
        self._trouble = ""
        self._had = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        # The thread that imports, and the module that it has imported last.
        self._importing: int | None = None
        self._root: types.ModuleType | None = None

    @property
    def files(self) -> list[str]:
        """The files that are looked after: that of the app, and those that it imports."""
        return sorted(self._files.values())

    @property
    def names(self) -> list[str]:
        """What those files are called, without their folders."""
        return [os.path.basename(file) for file in self.files]

    @property
    def running(self) -> bool:
        """Whether they are looked after."""
        return self._thread is not None and self._thread.is_alive()

    def __repr__(self) -> str:
        return f"<Watch of {', '.join(self.names)}{'' if self.running else ', stopped'}>"

    @property
    def modules(self) -> frozenset[str]:
        """What the files are called as modules."""
        return frozenset(self._files)

    def begin(self) -> None:
        """Look at the files here and now, and from now on from a thread of its own."""
        if self.running:
            return
        self.stopped = False
        self._stop = threading.Event()
        if not self._said and self.module in sys.modules:
            self._know()
            self._had = is_app(self._found())
            if self._had and not self._served.serves(self._found()):
                self._said[self.module] = self._root = None  # it is new to the stage
        self._look(grace=0.0)
        here = contextvars.copy_context()
        self._thread = threading.Thread(
            target=here.run, args=(self._run, self._stop), name="playground-watching", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Look no more; its thread has ended then."""
        self.stopped = True
        self.rest()

    def rest(self) -> None:
        """Look no more until it is begun again."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            let_go(thread)

    def _run(self, stop: threading.Event) -> None:
        for _ in changes(lambda: self.files, stop, self.poll):
            if stop.is_set():
                return
            try:
                self._look(_GRACE)
            except Exception as error:  # whatever it is, the next save is looked at
                self._served.goes_on(why(error))

    def _look(self, grace: float) -> None:
        """Have what was saved take over, if anything was; if it cannot, say why."""
        if not self._served.is_serving():
            return
        reason, until = "", time.monotonic() + grace
        while (seen := self._seen()) != self._tried or (reason and time.monotonic() < until):
            if seen != self._tried:
                self._tried = seen
                reason = self._tries(seen)
            if reason and self._stop.wait(_SOON):
                break
        if self._stop.is_set() or not self._served.is_serving():
            self._tried = {}  # nothing is the matter but that the lab was stopped meanwhile
        elif reason and reason != self._trouble:
            self._trouble = reason
            self._served.goes_on(reason)

    def _seen(self) -> Seen:
        """Return what the files say: for a moment the same, or somebody is still writing."""
        seen, began = self._now(), time.monotonic()
        since = began
        while seen != self._tried and time.monotonic() - since < self._quiet(seen):
            if self._stop.wait(_SOON) or time.monotonic() - began > _LONGEST:
                break
            if (again := self._now()) != seen:
                seen, since = again, time.monotonic()
        return seen

    def _quiet(self, seen: Seen) -> float:
        """Return how many seconds the files have to stay as they are to count as written."""
        return max(
            quiet_for(self._said.get(name), text if isinstance(text, bytes) else None)
            for name, file in self._files.items()
            for text in [seen.get(file)]
        )

    def _now(self) -> Seen:
        # What is missing may be in a file beside them that nobody has imported yet.
        return beside(self.files) | {file: text_of(file) for file in self.files}

    def _tries(self, seen: Seen) -> str:
        """Have what the files say take over; return why it cannot, "" if there is no reason."""
        try:
            self._take({name: seen[file] for name, file in self._files.items()})
        except NotOnStage as error:  # which has been said
            self._trouble = str(error)
        except BaseException as error:
            if not is_failure(error):
                raise
            return why(error)
        return ""

    def _take(self, texts: dict[str, Any]) -> None:
        changed = {name for name, text in texts.items() if text != self._said.get(name)}
        for name in sorted(changed):  # what is no Python is not begun with
            check(self._files[name], texts[name])
        news = {name for name in changed if is_other(self._said.get(name), texts[name])}
        if news:
            self._import(news, texts)
        self._said.update({name: texts[name] for name in changed - news})
        if self._trouble:
            self._trouble = ""
            self._served.mended()

    def _import(self, news: set[str], texts: Mapping[str, Any]) -> None:
        with turn, self._on_this_thread():
            there = self._is_there(texts)
            loading = Loading(() if there else dependents(news, self._graph))
            with ended_in_time():
                loading.load()
            for file in self.files:
                linecache.checkcache(file)
            try:
                self._hand_over(news, there or loading.is_used())
            except BaseException:
                loading.undo()
                raise
            loading.rebind()
        self._know()

    def _is_there(self, texts: Mapping[str, Any]) -> bool:
        """Return whether somebody else has imported by now what the files say."""
        is_anew = sys.modules.get(self.module) is not self._root
        return is_anew and all(said(name) == text for name, text in texts.items())

    @contextlib.contextmanager
    def _on_this_thread(self) -> Iterator[None]:
        self._importing = threading.get_ident()
        try:
            yield
        finally:
            self._importing = None

    @property
    def is_importing_here(self) -> bool:
        """Whether it imports on the thread that asks: a file itself does."""
        return self._importing == threading.get_ident()

    def _hand_over(self, news: set[str], is_used: bool) -> None:
        """Put what the module has of the name on stage; a helper of the notebook's has nothing."""
        found, files = self._found(), ", ".join(sorted(map(self._called, news)))
        if is_app(found):
            if not self._served.serves(found):
                self._served.take(found, "" if self.module in news else f"{files} changed")
            self._had = True
        elif self._had or not is_used:
            raise NoNews(has_none(sys.modules[self.module], self.name))
        else:
            self._served.uses(files)

    def _found(self) -> Any:
        found: Any = sys.modules[self.module]
        for each in self.name.split("."):
            found = getattr(found, each, None)
        return found

    def _called(self, module: str) -> str:
        return os.path.basename(self._files[module])

    def _know(self) -> None:
        """Find out what the app is made of now, and what that says.

        Of what others have imported the file may have changed since.
        """
        self._root = sys.modules.get(self.module)
        graph = made_of(self.module)
        if not graph:
            return
        self._graph = graph
        self._files = {name: file for name in graph if (file := file_of(name)) is not None}
        for name, file in self._files.items():
            if (known := said(name)) is not None:
                self._said[name] = known
            elif name not in self._said:
                text = text_of(file)
                self._said[name] = text if is_as_said(name, text) else None
