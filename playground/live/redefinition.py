"""Redefinition: noticing, after each cell, that what is served stands for other code by now.

Three things can have happened: the class was defined again, or one that it derives from, which is
new code; or a function or value that it uses, which takes effect by itself and is only told of.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, Protocol

from micropie import App
from playground import kernel
from playground.live.complaints import complaint, place_in
from playground.live.fingerprint import functions
from playground.live.rebuilding import definitions, outdated, rebuilt
from playground.live.uses import Change


class Followed(Protocol):
    """What is followed: a lab."""

    @property
    def running(self) -> bool: ...
    @property
    def served(self) -> Any: ...
    @property
    def revision(self) -> int: ...
    def serve_again(self, app: Any, *, because: str = "") -> None: ...
    def forget_places(self) -> None: ...
    def changed_under_it(self) -> Change: ...
    def tell(self, text: str) -> None: ...


class Redefinition:
    """Looks after each cell, and whenever it is asked to, and has new code served.

    Args:
        lab: Whose class is followed, by its name.
        complain: Tells the reader something, under the cell that runs.
    """

    def __init__(self, lab: Followed, complain: Callable[[str], object] = kernel.say) -> None:
        self._lab = lab
        self._complain = complain
        self._watch = kernel.Watch(self._after_cell)
        self._seen: tuple[Any, ...] = ()

    @property
    def watching(self) -> bool:
        """Whether it will look after the next cell."""
        return self._watch.watching

    def start(self) -> None:
        """Begin to look after each cell."""
        self._watch.start()

    def stop(self) -> None:
        """Look no more."""
        self._watch.stop()

    def note(self) -> None:
        """Take what the followed name stands for now as known, whatever is on stage."""
        self._seen = ()
        served = self._lab.served
        found = kernel.named(served.__name__) if isinstance(served, type) else None
        # What is served over an outdated base is still to be looked at.
        if isinstance(found, type) and not (found is served and outdated(found, kernel.named)):
            self._seen = definitions(found, kernel.named)

    def look(self) -> None:
        """Serve the class that the followed name stands for now, if that is a new one.

        Raises:
            NotOnStage: If it cannot be; it is not tried again before it is defined again.
            CannotRebuild: If a base of it was defined again and it cannot follow.
        """
        if threading.current_thread() is not threading.main_thread():
            return  # the panel's commands come this way too; cells run on the main thread
        served = self._lab.served
        if not isinstance(served, type) or not self._lab.running:
            return
        found = kernel.named(served.__name__)
        if not (isinstance(found, type) and issubclass(found, App)):
            return
        standing = definitions(found, kernel.named)
        if standing == self._seen:
            return
        self._seen = standing
        self._serve(served, found)

    def _serve(self, served: type, found: type) -> None:
        bases = outdated(found, kernel.named)
        if bases:
            found = rebuilt(found, kernel.named, kernel.bind, kernel.cell_files())
            self.note()
        if found is not served:
            self._lab.serve_again(found, because=_because(bases))

    def _after_cell(self, cell: kernel.Ran) -> None:
        self._lab.forget_places()
        try:
            self.look()
        except Exception as error:
            self._complain(complaint(error))
        if not self._lab.running:
            return
        if cell.error is not None:
            self._tell_of_the_body(cell.error, cell.text)
        # After a swap there is nothing to tell: new code has seen all as it is now.
        self._tell_of_names(self._lab.changed_under_it(), cell.number)

    def _tell_of_names(self, change: Change, number: int | None) -> None:
        if change.at_work:
            self._lab.tell(f"{_listed(change.at_work)} changed{_in(number)}; in use at once")
        if change.at_definition:
            name = getattr(self._lab.served, "__name__", "the class")
            told = (
                f"{_listed(change.at_definition)} changed{_in(number)}; "
                f"run the cell of {name} again to use it"
            )
            self._lab.tell(told)
            kernel.say(told, trouble=False)

    def _tell_of_the_body(self, error: BaseException, text: str) -> None:
        """A cell that was to define the class anew failed: its own traceback stands above."""
        name = getattr(self._lab.served, "__name__", "")
        broken = isinstance(error, SyntaxError) and re.search(rf"^\s*class {name}\b", text, re.M)
        if name and (broken or place_in(error, name)):
            self._complain(
                f"{name} was not defined anew; revision {self._lab.revision} still serves"
            )


def _because(bases: list[str]) -> str:
    """Return what led to a class that was made anew: ``Room changed in In[7]``."""
    if not bases:
        return ""
    codes = (each.__code__ for name in bases for each in functions(kernel.named(name)))
    places = {place for code in codes if (place := kernel.place_of(code.co_filename))}
    return f"{_listed(bases)} changed" + (f" in {_listed(sorted(places))}" if places else "")


def _in(number: int | None) -> str:
    return f" in In[{number}]" if number is not None else ""


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
