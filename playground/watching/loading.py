"""Imports modules anew, all of them or none: until it is over, what was there can come back."""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from playground.notebook import exits, kernel
from playground.watching.modules import dependents, file_of, made_of, text_of
from playground.watching.reading import from_text, is_news, turn
from playground.watching.reasons import check


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
        try:
            for name in self.old:
                self._forget(name)
            with from_text(self.old, self.read), exits.refused():
                for name in self._names:
                    importlib.import_module(name)
        except BaseException:
            self.undo()
            raise

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


@contextlib.contextmanager
def as_saved(root: str) -> Iterator[None]:
    """Have a module be what its files say now within the block, and after it.

    If the block raises, or one of the files, all is as it was before.

    Args:
        root: The module, whether it was imported before or is within the block.

    Raises:
        NoNews: If one of its files is not there, or empty.
        BaseException: What one of its files raises.
    """
    with turn:
        graph = made_of(root)
        news = {name: file for name in graph if (file := file_of(name)) and is_news(name, file)}
        for file in news.values():
            check(file, text_of(file))
        loading = Loading(dependents(set(news), graph))
        loading.load()
        try:
            with from_text({}, loading.read):
                yield
        except BaseException:
            loading.undo()
            raise
        loading.rebind()
