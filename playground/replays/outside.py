"""Why an app is not had again by itself: what it does would be felt outside of its instance.

Law of the room: it looks at the app, and runs none of its code. What it cannot know it takes for
shared: a replay that reaches the stage is worse than none.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import collections
import dis
import types
import weakref
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from micropie import App, InMemorySessionBackend
from playground.live.fingerprint import code_parts, functions, is_users
from playground.live.sources import Statement, Unknown, look_for, sources_of
from playground.notebook import kernel

_CONTAINERS: Final = (
    set, dict, list, bytearray, collections.deque, weakref.WeakSet, weakref.WeakKeyDictionary,
    weakref.WeakValueDictionary,
)  # fmt: skip
_OF_A_LOOP: Final = (
    asyncio.Queue, asyncio.Lock, asyncio.Event, asyncio.Condition, asyncio.Semaphore,
    asyncio.Future,
)  # fmt: skip

_LOOKS_UP: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})

# By these a container is changed in place.
_CHANGES: Final = frozenset(
    {
        "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop",
        "popitem", "popleft", "remove", "setdefault", "update",
    }
)  # fmt: skip

# Packages whose work is felt elsewhere.
_ELSEWHERE: Final = frozenset(
    {
        "aiohttp", "aiosqlite", "asyncpg", "httpx", "httpx2", "psycopg", "psycopg2", "pymongo",
        "redis", "requests", "smtplib", "sqlalchemy", "sqlite3", "subprocess", "urllib3",
        "websockets",
    }
)  # fmt: skip

_AGAIN: Final = "is not had again by itself: every replay would"
_ELSEWHERE_BOUND: Final = (
    "{} leads to a server elsewhere, which would be asked once more, and for real. "
    "Have an app of yours say the same: lab.log.save('talk.jsonl'), and then "
    "await serve(Mine).replay('talk.jsonl')."
)
_ASK: Final = "With outside=True it is all the same."


class Reason(NamedTuple):
    """Why an app is not had again by itself.

    Attributes:
        sentence: Why.
        reaches_stage: Whether a replay would change the app on stage.
    """

    sentence: str
    reaches_stage: bool = False


def why_not(served: Any, app: Any) -> Reason | None:
    """Return why an app's conversations are not had again by themselves; None if they are.

    Args:
        served: What is served; only a class can be made anew.
        app: The instance on stage.
    """
    if not isinstance(served, type) and _is_upstream(type(served)):
        return Reason(_ELSEWHERE_BOUND.format(type(served).__name__), True)
    if not isinstance(served, type):
        return Reason(f"{_not_anew(served)}.", True)
    name = served.__name__
    if _is_upstream(served):
        return Reason(f"{name} leads to a server elsewhere, and {_AGAIN} talk to it. {_ASK}")
    backend = getattr(app, "session_backend", None) if isinstance(app, App) else None
    if backend is not None and type(backend) is not InMemorySessionBackend:
        kept = type(backend).__name__
        return Reason(f"{name} keeps its sessions in a {kept}, and {_AGAIN} write there. {_ASK}")
    if package := next(_packages(served), ""):
        return Reason(f"{name} uses {package}, and {_AGAIN} be felt outside of it. {_ASK}")
    if shared := next(_shared(served, app), ""):
        inside = f"self.{shared.rpartition('.')[2]}"
        said = f"{shared} belongs to no instance of {name}, which {_AGAIN} change it on stage too"
        return Reason(f"{said}. Make it {inside} in __init__, then it is. {_ASK}", True)
    return None


def made_anew(served: Any) -> type:
    """Return the class of an app that can be made anew.

    Raises:
        ValueError: It cannot; the message says why, and what to serve.
    """
    if not isinstance(served, type) or _is_upstream(served):
        raise ValueError(_not_anew(served))
    return served


def _is_upstream(kind: type) -> bool:
    return any(each.__module__.startswith("playground.upstream") for each in kind.__mro__)


def _not_anew(served: Any) -> str:
    """Return why an app is not made anew, and what to do."""
    kind = served if isinstance(served, type) else type(served)
    name = kind.__name__
    if _is_upstream(kind):
        return (
            f"{name} leads to a server elsewhere, which cannot be made anew for each conversation, "
            "nor put on a clock; to try what that server does, serve its own app"
        )
    if served is None:
        return "Nothing is on stage; run the cell with serve(…)"
    said = "It takes an app that is made anew for each conversation, so a class"
    if isinstance(served, App):
        return f"{said}; write serve({name}), not serve({name}())"
    return (
        f"{said}; serve a subclass of App that makes yours in __init__, as self.app, and has "
        "async def __call__(self, scope, receive, send): await self.app(scope, receive, send)"
    )


def _packages(served: type) -> Iterator[str]:
    for value in _looked_up(served).values():
        home = value.__name__ if isinstance(value, types.ModuleType) else ""
        home = home or str(getattr(value, "__module__", "") or "")
        if home.partition(".")[0] in _ELSEWHERE:
            yield home.partition(".")[0]


def _shared(served: type, app: Any) -> Iterator[str]:
    """Yield the names of what an app changes and does not hold itself."""
    used = _looked_up(served)
    source = _Source(served, used)
    yield from source.rebound
    for name, value in used.items():
        if _is_shared(name, value, source):
            yield name
    own = vars(app) if hasattr(app, "__dict__") else {}
    for kind in filter(is_users, served.__mro__):
        for name, value in vars(kind).items():
            hidden = name in own or name.startswith("__")
            if not hidden and _is_shared(name, value, source):
                yield f"{kind.__name__}.{name}"


def _is_shared(name: str, value: Any, source: _Source) -> bool:
    if isinstance(value, _OF_A_LOOP):
        return True
    if isinstance(value, _CONTAINERS):
        return name in source.changed or not source.is_whole or not value
    # Of what somebody has written nobody knows what its methods do.
    return is_users(type(value)) and not isinstance(value, BaseException)


def _looked_up(served: type) -> dict[str, Any]:
    """Return the global names that an app's code uses, with what they stand for."""
    found: dict[str, Any] = {}
    waiting: list[Any] = [each for each in served.__mro__ if is_users(each)]
    seen: set[int] = set()
    while waiting:
        for function in functions(waiting.pop()):
            if id(function) in seen:
                continue
            seen.add(id(function))
            space = function.__globals__
            for name in _names(function.__code__):
                if name in space and name not in found:
                    found[name] = value = space[name]
                    if _is_users_code(value):
                        waiting.append(value)
    return found


def _is_users_code(value: Any) -> bool:
    if isinstance(value, types.FunctionType):
        return kernel.place_of(value.__code__.co_filename) is not None
    return isinstance(value, type) and is_users(value)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from (each.argval for each in dis.get_instructions(code) if each.opname in _LOOKS_UP)
    for each in code_parts(code):
        yield from _names(each)


class _Source:
    """What an app's source says that it changes.

    Attributes:
        changed: The names of what is changed in place, or given to whoever may do so.
        rebound: The names of what is set anew, and belongs to no instance.
        is_whole: Whether all of the source was read.
    """

    def __init__(self, served: type, used: dict[str, Any]) -> None:
        files = list(kernel.cell_files())
        sources = list(sources_of(served, files))
        kinds = [value for value in used.values() if isinstance(value, types.FunctionType)]
        sources += [look_for(value, files) for value in kinds if _is_users_code(value)]
        own = [each for each in sources if isinstance(each, Statement)]
        self.is_whole = len(own) == len(sources) - len(_empty(served, sources))
        self.changed: set[str] = set()
        self.rebound: dict[str, None] = {}
        classes = {each.__name__ for each in served.__mro__}
        for each in own:
            for node in ast.walk(each.node):
                self.changed |= set(_changed_by(node))
                self.rebound |= dict.fromkeys(_rebound_by(node, classes))


def _empty(served: type, sources: list[Statement | Unknown]) -> list[str]:
    """Return the classes without a function of their own: nothing can be changed there."""
    unknown = {each.name for each in sources if isinstance(each, Unknown)}
    bare = (each for each in served.__mro__ if is_users(each) and not any(functions(each)))
    return [each.__name__ for each in bare if each.__name__ in unknown]


def _changed_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
            yield _called(node.func.value)
        is_pythons = isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id)
        for each in () if is_pythons else node.args:  # whom it is given to may change it
            if isinstance(each, ast.Name | ast.Attribute):
                yield _called(each)
    elif isinstance(node, ast.AugAssign):
        yield _called(node.target)
    elif isinstance(node, ast.Assign | ast.Delete):
        yield from (_called(each) for each in node.targets if isinstance(each, ast.Subscript))


def _rebound_by(node: ast.AST, classes: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Global):
        yield from node.names
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AugAssign) else targets
    for each in targets:
        match each:
            case ast.Attribute(ast.Name(name), attribute) if name in classes:
                yield f"{name}.{attribute}"


def _called(node: ast.AST) -> str:
    """Return the name of what is changed: ``rooms`` of ``self.rooms[name]``."""
    while isinstance(node, ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _called(node.func.value)  # self.rooms.setdefault(name, set()).add(ws)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
