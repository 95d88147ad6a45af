"""Every public name says what it is for, and every parameter what it takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import micropie
import micropie.testing
import playground
import playground.outside

MODULES = (micropie, micropie.testing, playground, playground.outside)
OURS = ("micropie", "playground")
# Their parameters are the fields of `Exchange` and of `Entry`, and their docstrings say so.
FIELDS = ("Log.begin", "Log.append")


def public() -> Iterator[tuple[str, Any]]:
    """Yield what the packages offer: functions, classes, and the methods of the classes."""
    for module in MODULES:
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing):
                yield from members(f"{module.__name__}.{name}", thing)
            elif inspect.isfunction(thing):
                yield f"{module.__name__}.{name}", thing


def members(label: str, kind: type) -> Iterator[tuple[str, Any]]:
    yield label, kind
    for name in dir(kind):
        owner = next(each for each in kind.__mro__ if name in vars(each))
        if not name.startswith("_") and owner.__module__.startswith(OURS):
            member = inspect.getattr_static(kind, name)
            if isinstance(member, classmethod | staticmethod):
                member = member.__func__
            if isinstance(member, property) or inspect.isroutine(member):
                yield f"{label}.{name}", member


def said(label: str, thing: Any) -> str:
    """Return a docstring; that of an overridden method stands for one that says no more."""
    own = inspect.getdoc(thing) or ""
    name = label.rpartition(".")[2]
    if "InMemorySessionBackend." in label:
        own += "\n\n" + (inspect.getdoc(getattr(micropie.SessionBackend, name, None)) or "")
    return own


def parameters(thing: Any) -> list[str]:
    """Return what a caller passes; nothing for a class that a caller is given."""
    if not callable(thing):
        return []
    if inspect.isclass(thing):
        given = issubclass(thing, BaseException) or re.search(
            r"Made by|makes it|given by", inspect.getdoc(thing) or ""
        )
        if given or "__init__" not in vars(thing):
            return []
    found = inspect.signature(thing).parameters
    return [name for name in found if name not in ("self", "cls") and not name.startswith("_")]


def test_every_public_name_says_what_it_is() -> None:
    firsts = {label: said(label, thing).partition("\n")[0] for label, thing in public()}
    assert len(firsts) > 150
    fit = [
        label for label, first in firsts.items() if first[:1].isupper() or first[:1] in set("`\"'")
    ]
    assert sorted(set(firsts) - set(fit)) == [], "these have no docstring, or one that begins oddly"


def test_every_parameter_of_a_public_name_is_told() -> None:
    untold = [
        f"{label}: {name}"
        for label, thing in public()
        if not label.endswith(FIELDS)
        for name in parameters(thing)
        if name not in told(said(label, thing))
    ]
    assert untold == []


def told(text: str) -> set[str]:
    """Return the parameters that a docstring has an entry for."""
    entries = re.findall(r"^    ([\w, *]+):", text, re.MULTILINE)
    return {name.strip(" *") for entry in entries for name in entry.split(",")}


def test_help_on_serve_is_all_that_one_needs() -> None:
    text = inspect.getdoc(playground.serve) or ""
    assert all(f"\n{section}:\n" in text for section in ("Args", "Returns", "Raises"))
    assert max(len(line) for line in text.splitlines()) <= 96, "Shift-Tab wraps longer lines"
