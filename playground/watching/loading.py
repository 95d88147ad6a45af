"""Imports modules anew, all of them or none: until it is over, what was there can come back.

Python trusts what it has compiled by a file's size and the second it was saved in. Somebody who
saves twice a second would get what was saved first, so nothing compiled is looked at here.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterable, Sequence
from typing import Any

from playground.notebook import exits, kernel
from playground.watching.modules import file_of


class Loading:
    """Modules being imported anew.

    Args:
        names: What they are called.

    Attributes:
        old: The modules that were there before, by name.
        read: What stood in the files that were read, by file.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self.old = {name: sys.modules[name] for name in self._names if name in sys.modules}
        self.read: dict[str, bytes] = {}
        self._there = frozenset(sys.modules)

    def load(self) -> None:
        """Import them; what other modules of the user's they want is imported with them.

        Raises:
            BaseException: What one of them raises; then all is as it was before.
        """
        importlib.invalidate_caches()
        finder: Any = _Finder(self)
        sys.meta_path.insert(0, finder)
        try:
            for name in self.old:
                self._forget(name)
            with exits.refused():
                for name in self._names:
                    importlib.import_module(name)
        except BaseException:
            self.undo()
            raise
        finally:
            sys.meta_path.remove(finder)

    @staticmethod
    def _forget(name: str) -> None:
        """Have a module be imported when it is wanted next, by way of its package too."""
        del sys.modules[name]
        package, _, own = name.rpartition(".")
        if hasattr(sys.modules.get(package), own):
            delattr(sys.modules[package], own)

    def undo(self) -> None:
        """Have all modules be those that were there before."""
        for name in [each for each in list(sys.modules) if each not in self._there]:
            if file_of(name) is not None:  # it may be mended before it is imported again
                del sys.modules[name]
        for name, module in self.old.items():
            sys.modules[name] = module
            package, _, own = name.rpartition(".")
            if package in sys.modules:
                setattr(sys.modules[package], own, module)

    def rebind(self) -> None:
        """Have the notebook's names stand for what they would after their imports ran again."""
        space = kernel.namespace()
        for name, value in list(space.items()):
            found = self._now(value)
            if found is not value:
                space[name] = found

    def is_used(self) -> bool:
        """Return whether a name of the notebook stands for something of theirs."""
        return any(self._now(value) is not value for value in list(kernel.namespace().values()))

    def _now(self, value: Any) -> Any:
        """Return what stands in the place of something that an old module is, or has."""
        if isinstance(value, types.ModuleType):
            is_old = self.old.get(value.__name__) is value
            return sys.modules.get(value.__name__, value) if is_old else value
        own, module = getattr(value, "__name__", None), getattr(value, "__module__", None)
        if not isinstance(own, str) or not isinstance(module, str) or module not in self.old:
            return value
        if vars(self.old[module]).get(own) is not value:
            return value
        return getattr(sys.modules.get(module), own, value)


class _Finder:
    """Finds the user's modules as Python does, and has them read from their text."""

    def __init__(self, loading: Loading) -> None:
        self._loading = loading

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = self._where_it_was(name)
        if spec is None:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or type(spec.loader) is not importlib.machinery.SourceFileLoader:
            return None
        if spec.origin is None or kernel.place_of(spec.origin) is None:
            return None
        spec.loader = _FromText(name, spec.origin, self._loading.read)
        spec.cached = None
        return spec

    def _where_it_was(self, name: str) -> importlib.machinery.ModuleSpec | None:
        """Return where a module was found before: the working directory may be another by now."""
        old = self._loading.old.get(name)
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

    def __init__(self, name: str, file: str, read: dict[str, bytes]) -> None:
        super().__init__(name, file)
        self._read = read

    def get_code(self, fullname: str) -> types.CodeType:
        text = self.get_data(self.path)
        self._read[self.path] = text
        code: types.CodeType = self.source_to_code(text, self.path)
        return code
