"""Drafts: code that is ready for the stage, and what is known of it before it goes there."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

from micropie import App
from micropie.listing import routes
from micropie.misnamed import explain
from playground.live.advice import name_of
from playground.live.fingerprint import class_of, functions, is_notebooks, is_users
from playground.live.following import Followed
from playground.live.foreign import handlers_of, layers
from playground.live.revisions import Revision
from playground.live.sources import Statement, Unknown, look_for, sources_of
from playground.live.takings import Held, takings
from playground.live.uses import Uses
from playground.notebook import exits, kernel
from playground.notebook.cells import cells


@dataclass(frozen=True)
class Draft:
    """Code that is ready to go on stage: what takes time is done before the old code is touched.

    Attributes:
        number: Its revision if it stood there before; a new one gets the next.
        served: A class, an instance or an ASGI app.
        instance: Made of it.
        sources: The statements that made it, bases first, or why one is not known.
        followed: By which name of the notebook it is followed.
        seen: Its fingerprint, None if it is not a class.
        uses: The names it uses.
        handlers: The names of its handlers; none of a foreign app.
        because: What led to it, if it was not defined itself.
        file: The cell or file that defined it, if that is known.
        if_new: Only to be put on stage if what stands there by then is not the same.
    """

    number: int | None
    served: Any
    instance: Any
    sources: tuple[Statement | Unknown, ...]
    followed: Followed
    seen: Any
    uses: Uses
    handlers: frozenset[str]
    because: str
    file: str | None
    if_new: bool

    @property
    def source(self) -> str:
        """Its source text, bases first; a comment in place of what is not known."""
        return "\n\n\n".join(each.source for each in self.sources)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Its class statement and those of its bases, as far as they are known."""
        return tuple(each for each in self.sources if isinstance(each, Statement))


def revision_of(draft: Draft, number: int) -> Revision:
    """Return what is remembered of a draft that has taken the stage."""
    kind = class_of(draft.served)
    shown = draft.sources[-1:] if isinstance(draft.instance, App) else draft.sources
    files = [each.filename for each in shown if isinstance(each, Statement)]
    if not files and is_users(kind):
        files = [each.__code__.co_filename for each in functions(draft.served)][:1]
    places = dict.fromkeys(kernel.place_of(file) for file in files)
    # A class in a function cannot be made again without the function's variables.
    whole = all(isinstance(each, Statement) and each.is_once for each in draft.sources)
    local = "<locals>" in getattr(draft.served, "__qualname__", "") or not whole
    try:
        served = weakref.ref(draft.served)
    except TypeError:
        served = None
    return Revision(
        number,
        name_of(draft.served),
        ", ".join(place for place in places if place),
        draft.source,
        statements=() if local or not isinstance(draft.served, type) else draft.statements,
        served=served,
    )


def sources_known(served: Any) -> tuple[Statement | Unknown, ...]:
    """Return what is known of an app's source: of a foreign one, that of its handlers."""
    files = kernel.cell_files()
    if isinstance(served, type):
        return sources_of(served, files)
    found: list[Statement | Unknown] = []
    for layer in layers(served):
        if is_users(type(layer)):
            found += sources_of(layer, files)
    found += [look_for(each, files) for each in handlers_of(served)]
    why = "it has no handler in a cell, or in a file of yours"
    unique = {each.source: each for each in found}
    return tuple(unique.values()) or (Unknown(name_of(served), why),)


def file_of(served: Any, sources: tuple[Statement | Unknown, ...]) -> str | None:
    """Return the cell or file that defined a class of the notebook, or an instance's class."""
    if not is_notebooks(class_of(served)):
        return None
    own = sources[-1]
    return own.filename if isinstance(own, Statement) else cells.born_in(class_of(served))


def handler_names(app: Any) -> frozenset[str]:
    """Return the names of an app's handlers; none of a foreign app."""
    return (
        frozenset(route.handler for route in routes(app)) if isinstance(app, App) else frozenset()
    )


def instance_of(served: Any) -> Any:
    """Return an instance of an app: a class is called, anything else is an instance already."""
    if not isinstance(served, type):
        return served
    with exits.refused():
        held = Held(takings(served))
        try:
            made = served()
        except BaseException as error:
            explain(error)
            raise
        finally:
            taken = held.put_back()
    if taken:
        raise RuntimeError(taken[0].said)
    if not callable(made):
        name = served.__name__
        raise TypeError(
            f"expected {name}() to make an app, got {type(made).__name__}; leave {name}.__new__ "
            "out, or return super().__new__(cls) there"
        )
    return made
