"""Reads the user's modules from their text, and knows of each what that was.

Python trusts what it has compiled by a file's size and the second it was saved in. Somebody who
saves twice a second would get what was saved first, so nothing compiled is looked at here.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from playground.notebook import kernel
from playground.watching.modules import is_as_said, is_other, parsed, text_of

Spec = importlib.machinery.ModuleSpec

turn: Final = threading.RLock()
"""Nobody else imports anew meanwhile: the modules may be the same."""

_texts: Final[WeakKeyDictionary[types.ModuleType, bytes]] = WeakKeyDictionary()


def said(name: str) -> bytes | None:
    """Return what a module's file said when it was imported; None if that is not known."""
    module = sys.modules.get(name)
    return _texts.get(module) if isinstance(module, types.ModuleType) else None


def is_news(name: str, file: str) -> bool:
    """Return whether a module's file says other code by now than what was imported."""
    before, now = said(name), text_of(file)
    if before is not None or parsed(now) is None:
        return now != before and is_other(before, now)
    return not is_as_said(name, now) or _is_newer_than_compiled(name, file)


def _is_newer_than_compiled(name: str, file: str) -> bool:
    """Return whether a file was saved after Python has compiled it; False if that is not known."""
    cached = getattr(sys.modules[name], "__cached__", None)
    if not isinstance(cached, str):
        return False
    with contextlib.suppress(OSError):
        with open(cached, "rb") as opened:
            head = opened.read(16)
        found = os.stat(file)
        is_timed = len(head) == 16 and head[4:8] == bytes(4)
        numbers = (int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF)
        return is_timed and head[8:] != b"".join(each.to_bytes(4, "little") for each in numbers)
    return False


@contextlib.contextmanager
def from_text(old: Mapping[str, types.ModuleType], read: dict[str, bytes]) -> Iterator[None]:
    """Have the user's modules be read from their text within the block.

    Args:
        old: Modules that stay where they were found before, by name.
        read: Gets what stood in the files, by file.
    """
    finder: Any = _Finder(old, read.__setitem__)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder:
    """Finds the user's modules as Python does, and has them read from their text."""

    def __init__(
        self, old: Mapping[str, types.ModuleType], note: Callable[[str, bytes], None]
    ) -> None:
        self._old, self._note = old, note

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> Spec | None:
        spec = self._where_it_was(name)
        if spec is None:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or type(spec.loader) is not importlib.machinery.SourceFileLoader:
            return None
        if spec.origin is None or kernel.place_of(spec.origin) is None:
            return None
        spec.loader = _FromText(name, spec.origin, self._note)
        spec.cached = None
        return spec

    def _where_it_was(self, name: str) -> Spec | None:
        """Return where a module was found before: the working directory may be another by now."""
        old = self._old.get(name)
        file = getattr(old, "__file__", None)
        if old is None or file is None:
            return None
        folders = list(old.__path__) if hasattr(old, "__path__") else None
        loader = importlib.machinery.SourceFileLoader(name, file)
        return importlib.util.spec_from_file_location(
            name, file, loader=loader, submodule_search_locations=folders
        )


class _FromText(importlib.machinery.SourceFileLoader):
    """Compiles a module from its text, and keeps no compiled file."""

    def __init__(self, name: str, file: str, note: Callable[[str, bytes], None]) -> None:
        super().__init__(name, file)
        self._note = note

    def get_code(self, fullname: str) -> types.CodeType:
        text = self.get_data(self.path)
        self._note(self.path, text)
        if isinstance(module := sys.modules.get(fullname), types.ModuleType):
            _texts[module] = text
        code: types.CodeType = self.source_to_code(text, self.path)
        return code
