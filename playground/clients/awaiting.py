"""What has to be awaited, or opened with ``async with``, says so wherever it was not.

That is where it is printed, used, looped over, or dropped. Others name it by its class, which is
therefore called for what is wrong: *Object of type NotAwaited is not JSON serializable*.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NoReturn, TypeVar

from playground.traffic.redact import redact_address, redact_header

C = TypeVar("C")
T = TypeVar("T")

# Where asyncio and debuggers look, as they do at any coroutine.
_OF_A_COROUTINE: Final = ("cr_", "__name__", "__qualname__")


class NotUsedSo(TypeError):
    """What was not awaited, or opened, was used as if it had been; the message says what to do."""


class NotThere(AttributeError):
    """The same, of who asks for something of what an await would have returned."""


# Who reads them is told what Python's own documentation explains.
NotUsedSo.__name__ = NotUsedSo.__qualname__ = TypeError.__name__
NotThere.__name__ = NotThere.__qualname__ = AttributeError.__name__


class _Saying:
    """What says in a sentence that it was not used as it is meant to be.

    Args:
        call: Returns the call that has made it, as it is written.
    """

    __slots__ = ("__weakref__", "_begun", "_call", "_said")

    def __init__(self, call: Callable[[], str]) -> None:
        self._call = call
        self._begun = self._said = False

    def _words(self, call: str) -> str:
        """Return what is wrong, and what to write."""
        raise NotImplementedError

    @property
    def _sentence(self) -> str:
        self._said = True
        return self._words(self._call())

    def __repr__(self) -> str:
        return f"<{self._sentence}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotThere(self._sentence, name=name, obj=self)

    def _misused(self, *_: Any, **__: Any) -> NoReturn:
        raise NotUsedSo(self._sentence)

    __iter__ = __aiter__ = __getitem__ = __setitem__ = __len__ = __contains__ = _misused
    __enter__ = __exit__ = __call__ = _misused
    __int__ = __float__ = __index__ = __bytes__ = _misused
    __lt__ = __le__ = __gt__ = __ge__ = _misused
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _misused
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _misused

    def __bool__(self) -> bool:
        self._misused()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Saying):
            return self is other  # as asyncio asks, which keeps such in sets
        self._misused()

    __hash__ = object.__hash__

    def _say_if_dropped(self) -> None:
        if not self._begun and not self._said and not sys.is_finalizing() and sys.stderr:
            sys.stderr.write(f"{self._sentence}.\n")


class NotAwaited(_Saying, Coroutine[Any, Any, T]):
    """A coroutine that says that it was not awaited to who uses it as if it had been.

    Args:
        work: The coroutine.
        call: Returns the call that has made it, as it is written.
    """

    __slots__ = ("_work",)

    def __init__(self, work: Coroutine[Any, Any, T], call: Callable[[], str]) -> None:
        super().__init__(call)
        self._work = work

    def __await__(self) -> Generator[Any, Any, T]:
        self._begun = True
        return self._work.__await__()

    def send(self, value: Any, *more: Any, **options: Any) -> Any:
        """Go on, as any coroutine; but who sends it a message at first takes it for a client."""
        if more or options or (value is not None and not self._begun):
            self._misused()
        self._begun = True
        return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        """Go on with an exception, as any coroutine."""
        self._begun = True
        return self._work.throw(*error)

    def close(self, *more: Any, **options: Any) -> None:
        """End, as any coroutine; a close code is for a client."""
        if more or options:
            self._misused()
        self._begun = True
        self._work.close()

    def _words(self, call: str) -> str:
        if self._begun:
            return f"{call} has been awaited already; its result is what the await has returned"
        return f"{call} was not awaited, so nothing has happened yet; write await {call}"

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_OF_A_COROUTINE):
            return getattr(self._work, name)
        return super().__getattr__(name)

    def __bool__(self) -> bool:
        """Be true to asyncio, which asks as it shows a task, from 3.12 on: to nobody else."""
        if sys._getframe(1).f_globals.get("__name__", "").startswith("asyncio."):
            return True
        self._misused()

    __aenter__ = __aexit__ = _Saying._misused

    def __del__(self) -> None:
        if not self._begun:
            self._work.close()  # or Python says in words of its own that it was never awaited
        self._say_if_dropped()


class NotOpened(_Saying, AbstractAsyncContextManager[T]):
    """What ``async with`` opens, and says so to who uses it as if it were open.

    Args:
        context: What is opened.
        call: Returns the call that has made it, as it is written.
    """

    __slots__ = ("_context",)

    def __init__(self, context: AbstractAsyncContextManager[T], call: Callable[[], str]) -> None:
        super().__init__(call)
        self._context = context

    async def __aenter__(self) -> T:
        self._begun = True
        return await self._context.__aenter__()

    async def __aexit__(self, *error: Any) -> bool | None:
        return await self._context.__aexit__(*error)

    def _words(self, call: str) -> str:
        block = f"async with {call} as answer"
        if self._begun:
            return f"{call} has been opened already; use the answer of {block}"
        return f"{call} was not opened, so nothing has been asked; write {block}"

    __await__ = _Saying._misused

    def __del__(self) -> None:
        self._say_if_dropped()


def to_be_awaited(whose: str) -> Callable[[type[C]], type[C]]:
    """Have the public async methods of a class say so where they are not awaited, or opened.

    Args:
        whose: What an instance is usually called, such as ``"lab"``.
    """

    def decorated(kind: type[C]) -> type[C]:
        for name, method in list(vars(kind).items()):
            if name.startswith("_") or not callable(method):
                continue
            if inspect.iscoroutinefunction(method):
                setattr(kind, name, _saying(NotAwaited, method, f"{whose}.{name}"))
            elif inspect.isasyncgenfunction(inspect.unwrap(method)):  # an asynccontextmanager
                setattr(kind, name, _saying(NotOpened, method, f"{whose}.{name}"))
        return kind

    return decorated


def _saying(made: Any, method: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        def written() -> str:
            given = [_short(each) for each in args[1:]]
            given += [
                f"{key}={'…' if key == 'headers' else _short(value)}"
                for key, value in kwargs.items()
            ]
            return f"{name}({', '.join(given)})"

        return made(method(*args, **kwargs), written)

    return call


def _short(value: object) -> str:
    """Return a value as it is written, credentials replaced: a message stays in a notebook."""
    address = redact_address(value) if isinstance(value, str) else None
    text = repr(address) if address is not None else redact_header("", repr(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
