"""Redefinition: noticing, after each cell, that the name of what is served stands for other code.

Three things can have happened: the class was defined again, or one that it derives from, which is
new code; or a function or value that it uses, which takes effect by itself and is only reported.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, Protocol

from micropie import App
from micropie.failures import is_failure
from playground.live.fingerprint import class_of, fingerprint, functions, is_notebooks
from playground.live.following import Followed, reloaded
from playground.live.foreign import layers, shadowed
from playground.live.known import Known
from playground.live.rebuilding import outdated, rebuilt
from playground.live.tracebacks import complaint, place_in
from playground.live.uses import Change
from playground.notebook import kernel
from playground.notebook.cells import cells


class Served(Protocol):
    """The code on stage, whose name is followed."""

    @property
    def served(self) -> Any: ...
    @property
    def followed(self) -> Followed: ...
    @property
    def revision(self) -> int: ...
    def changed_in_place(self, text: str = "") -> list[str]: ...
    def changed_under_it(self) -> Change: ...


class Follows(Protocol):
    """Something that puts new code on stage."""

    def follow(self, app: Any, because: str = "", followed: Followed | None = None) -> bool: ...
    def follow_made(self, kind: type, followed: Followed, because: str) -> None: ...
    def renew(self, because: str) -> None: ...


class Redefinition:
    """Looks after each cell, and whenever it is asked to, and has new code served.

    Args:
        staging: Whose class is followed, by its name.
        code: Puts the new one on stage.
        known: What has been dealt with.
        running: Returns whether the lab serves.
        forget_places: Called after each cell: one that is run again has another number.
        tell: Writes a sentence into the log.
        complain: Writes a sentence under the cell that runs.
    """

    def __init__(
        self,
        staging: Served,
        code: Follows,
        known: Known,
        running: Callable[[], bool],
        forget_places: Callable[[], object],
        tell: Callable[[str], object],
        complain: Callable[[str], object] = kernel.say,
    ) -> None:
        self._staging = staging
        self._code = code
        self._known = known
        self._running = running
        self._forget_places = forget_places
        self._tell = tell
        self._complain = complain
        self._watch = kernel.Watch(self._after_cell)
        # Whether somebody else looks after a module, who is done with it when all of it is new.
        self.is_looked_after: Callable[[str], bool] = lambda module: False
        # What was said, or tried in vain, is not said or tried again.
        self._tried: Any = None
        self._told: list[Any] = []
        self._stranger: object = None
        self._shadowed: list[str] = []

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

    def look(self, text: str = "") -> None:
        """Serve what the followed name stands for now, if that is new, or was changed in place.

        Args:
            text: The cell that has run; "" while one runs.

        Raises:
            NotOnStage: If it cannot be; it is not tried again before it is defined again.
            CannotRebuild: If a base of it was defined again and it cannot follow.
        """
        if threading.current_thread() is not threading.main_thread():
            return  # the panel's commands come this way too; cells run on the main thread
        if self._running():
            self._look(text)

    def catch_up(self) -> bool:
        """Serve what was defined while the lab was stopped; return whether there was anything.

        It may be called on any thread, once the lab can serve again. What fails is tried again the
        next time: nothing else serves meanwhile, and old code instead would look like the new.

        Raises:
            NotOnStage, CannotRebuild: As `look` does.
        """
        try:
            return self._look("")
        except BaseException:
            self._known.forget()
            self._tried = None
            raise

    def _look(self, text: str) -> bool:
        if not kernel.namespace():
            return False
        served, followed = self._staging.served, self._staging.followed
        found = followed.standing(served)
        if found is None or not self._known.is_new(found):
            found = self._reloaded(served)
        if found is not None and self._serve(served, found, followed):
            return True
        changed = self._staging.changed_in_place(text)
        if changed:
            self._code.renew(f"{_listed(changed)} changed in place{_in(kernel.number_now())}")
        return bool(changed)

    def see(self) -> None:
        """Look; if new code cannot be served, say so, and go on."""
        try:
            self.look()
        except BaseException as error:
            if not is_failure(error):
                raise  # the cell was interrupted
            self._complain(complaint(error))

    def _serve(self, served: Any, found: Any, followed: Followed) -> bool:
        """Serve what was found; return whether it is new code."""
        bases = outdated(found, kernel.named) if isinstance(found, type) else []
        if bases:
            found = rebuilt(found, kernel.named, kernel.bind, kernel.cell_files(), self._tell)
            self._known.note(served, followed)
        if followed.make is not None:
            return self._serve_made(found, followed, bases)
        return found is not served and self._code.follow(found, because=_because(bases))

    def _reloaded(self, served: Any) -> Any:
        """Return what a module has in place of a served class; once, whatever becomes of it."""
        if self.is_looked_after(getattr(served, "__module__", "")):
            return None
        found, before = reloaded(served), self._tried
        self._tried = found
        return found if found is not before else None

    def _serve_made(self, found: type, followed: Followed, bases: list[str]) -> bool:
        """Serve an instance of a class, made as the one that was served."""
        is_new = bool(fingerprint(found) != fingerprint(type(self._staging.served)))
        if is_new:
            because = _because(bases) or f"{found.__name__} changed{_in(kernel.number_now())}"
            self._code.follow_made(found, followed, because)
        return is_new

    def _after_cell(self, cell: kernel.Ran) -> None:
        self._forget_places()
        try:
            self._leave_half_made(cell)
            self.look(cell.text)
        except BaseException as error:
            if not is_failure(error):
                raise  # the cell was interrupted
            self._complain(complaint(error))
        if not self._running():
            return
        if cell.error is not None:
            self._report_a_failed_class(cell.error, cell.text)
        self._report_a_stranger(cell.text)
        self._report_an_outdated_instance(cell.number)
        self._report_shadowed_routes()
        # After a swap there is nothing to report: new code has seen all as it is now.
        self._report_changed_names(self._staging.changed_under_it(), cell.number)

    def _leave_half_made(self, cell: kernel.Ran) -> None:
        """Keep the old code on stage, if a cell failed that has bound another app to its name."""
        served, followed = self._staging.served, self._staging.followed
        if cell.error is None or isinstance(served, type) or followed.make is not None:
            return
        found = followed.standing(served)
        if not self._running() or found is None or found is served:
            return
        if self._known.is_new(found):
            self._complain(
                f"{followed.name} was bound by a cell that failed; "
                f"revision {self._staging.revision} still serves"
            )

    def _report_a_stranger(self, text: str) -> None:
        """Say that the name of the served class stands for what is no `App`: the old code goes on.

        So it does where the class lost its ``(App)``, ``App`` itself was defined anew, or what
        decorates it gives something else.
        """
        served, followed = self._staging.served, self._staging.followed
        if not isinstance(served, type) or not issubclass(served, App) or not followed.name:
            return
        name, now = followed.name, kernel.named(followed.name)
        is_defined = bool(re.search(rf"^class {name}\b", text, re.M))
        remedy = _remedy_of_stranger(name, served, now, is_defined=is_defined)
        if not remedy or (now is not None and now is self._stranger):
            return
        self._stranger = now
        self._complain(f"{remedy[0]}; revision {self._staging.revision} still serves. {remedy[1]}")

    def _report_an_outdated_instance(self, number: int | None) -> None:
        """Say that an instance is served whose class was defined again: it goes on with the old."""
        served, followed = self._staging.served, self._staging.followed
        is_alias = isinstance(served, type) and followed.name not in ("", served.__name__)
        if (isinstance(served, type) and not is_alias) or followed.make is not None:
            return
        for kind in [served] if isinstance(served, type) else map(type, layers(served)):
            now = kernel.named(kind.__name__)
            old = outdated(kind, kernel.named) if is_notebooks(kind) else []
            if _is_redefined(kind, now):
                old = [kind.__name__]
            marks = [kernel.named(name) for name in old]
            if old and marks != self._told:
                self._told = marks
                again = (
                    f"run the cell of {followed.name} again" if followed.name else "serve it again"
                )
                self._say(f"{_listed(old)} changed{_in(number)}; {again} to use it")

    def _report_shadowed_routes(self) -> None:
        """Say that a route was added once more: the old function goes on answering."""
        served, followed = self._staging.served, self._staging.followed
        paths = [] if isinstance(served, type) else shadowed(served)
        if paths == self._shadowed:
            return
        self._shadowed = paths
        if paths:
            made = f"the cell of {followed.name}" if followed.name else "the cell that makes it"
            self._say(
                f"{_listed(paths)} {'is' if len(paths) == 1 else 'are'} there twice, "
                f"and what came first answers; run {made} again, and then this one"
            )

    def _say(self, sentence: str) -> None:
        self._tell(sentence)
        kernel.say(sentence, trouble=False)

    def _report_changed_names(self, change: Change, number: int | None) -> None:
        if change.at_work:
            self._tell(f"{_listed(change.at_work)} changed{_in(number)}; in use at once")
        if change.at_definition:
            name = class_of(self._staging.served).__name__
            self._say(
                f"{_listed(change.at_definition)} changed{_in(number)}; "
                f"run the cell of {name} again to use it"
            )

    def _report_a_failed_class(self, error: BaseException, text: str) -> None:
        """Say that the old code goes on, if a cell failed that was to define the class again.

        The cell's own traceback stands above.
        """
        served = self._staging.served
        name = getattr(served, "__name__", type(served).__name__)
        broken = isinstance(error, SyntaxError) and re.search(rf"^\s*class {name}\b", text, re.M)
        if name and (broken or place_in(error, name)):
            self._complain(
                f"{name} was not defined anew; revision {self._staging.revision} still serves"
            )


def _remedy_of_stranger(
    name: str, served: type, now: Any, *, is_defined: bool
) -> tuple[str, str] | None:
    """Return what a name stands for in the place of a class, and what to do; None if it does."""
    if isinstance(now, type) and issubclass(now, App):
        return None
    if isinstance(now, App):
        if fingerprint(type(now)) == fingerprint(served):
            return None  # as after `chat = Chat()` of that very class
        return f"{name} is an instance now, of other code", f"Write serve({name}) to serve that"
    if now is None and is_defined and name in kernel.namespace():
        return f"{name} is None: what decorates it returns nothing", "End it with return cls"
    if not callable(now):
        return None
    return (
        f"{name} is no App of micropie's any more",
        f"Write class {name}(App), with App from micropie",
    )


def _is_redefined(kind: type, now: Any) -> bool:
    return (
        is_notebooks(kind)
        and isinstance(now, type)
        and now is not kind
        and fingerprint(now) != fingerprint(kind)
    )


def _because(bases: list[str]) -> str:
    """Return why a class was made again: ``Room changed in In[7]``."""
    if not bases:
        return ""
    kinds = [kernel.named(name) for name in bases]
    files = {each.__code__.co_filename for kind in kinds for each in functions(kind)}
    files |= {file for kind in kinds if (file := cells.born_in(kind))}
    places = {place for file in files if (place := kernel.place_of(file))}
    return f"{_listed(bases)} changed" + (f" in {_listed(sorted(places))}" if places else "")


def _in(number: int | None) -> str:
    return f" in In[{number}]" if number is not None else ""


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
