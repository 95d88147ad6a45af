"""An app named as text: ``"chat:app"`` is what `app` stands for in the module `chat`."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from micropie import App
from playground.traffic.redact import redact_address


def imported(reference: str) -> Any:
    """Return the app that a reference names.

    Args:
        reference: A module and a name in it, such as ``"chat:app"`` or ``"shop.main:Chat"``.

    Raises:
        ValueError: If it is no such reference.
        ImportError: If there is no such module, or it has no such name.
    """
    module, colon, name = reference.partition(":")
    if "://" in reference:
        shown = redact_address(reference)
        raise ValueError(
            f"expected an app or 'module:name', got the address {shown!r}; "
            f"write serve(Upstream({shown!r})), with Upstream from playground"
        )
    if not (colon and _is_dotted(module) and _is_dotted(name)):
        guess = module.removesuffix(".py").replace("/", ".").strip(".") or "chat"
        raise ValueError(
            f"expected an app or 'module:name', got {reference!r}; "
            f"write serve(Chat) for the class Chat, or serve('{guess}:app')"
        )
    found = _module(module, reference)
    for each in name.split("."):
        if not hasattr(found, each):
            raise ImportError(f"{module} has no {each}{_there_is(found)}")
        found = getattr(found, each)
    return found


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _module(name: str, reference: str) -> Any:
    if "" not in sys.path:
        sys.path.insert(0, "")  # where a script runs, the working directory is not looked into
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{name}.".startswith(f"{missing.name}."):
            raise  # it is the module itself that misses something
        raise ImportError(
            f"expected a module {missing.name} for {reference!r}, found none; "
            "is its folder the working directory?"
        ) from None


def _there_is(module: Any) -> str:
    apps = [
        name
        for name, value in vars(module).items()
        if isinstance(value, App)
        or (isinstance(value, type) and issubclass(value, App) and value is not App)
    ]
    return f"; it has {', '.join(apps)}" if apps else "; it has no App at all"
