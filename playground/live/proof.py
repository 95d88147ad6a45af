"""Proof that a statement is the one that made a class or function, and not one that looks like it.

A name in a text proves nothing: the text may stand in a cell that failed, in another branch, in a
string. What proves it is the code that Python has made of it: a class holds the code objects of
its methods, line numbers and all. A class without methods holds what its statement has set.
"""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from playground.live.fingerprint import INCIDENTAL, code_parts, in_code

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTION: Final = (ast.FunctionDef, ast.AsyncFunctionDef)

# Statements of a cell that run in it, unlike those in a function, a class, or a loop.
_PLAIN_BLOCKS: Final = (ast.If, ast.Try, ast.With, ast.AsyncWith, ast.Match, ast.TryStar)


def first_line(node: Definition) -> int:
    """Return the line on which a statement begins, decorators and all."""
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def nothing_unlike(made: object, node: Definition, module: types.CodeType) -> str:
    """Return what speaks against a statement's having made a class or function; "" if nothing does.

    Args:
        made: The class or function.
        node: The statement.
        module: The code of the whole text in which it stands.
    """
    code = code_of_statement(node, module)
    if code is None:
        return "its text is not the code that ran"
    if isinstance(made, types.FunctionType):
        same = any(each.__code__ == code for each in in_code(made))
        return "" if same else "its text is not the code that ran"
    assert isinstance(made, type)
    assert isinstance(node, ast.ClassDef)
    if getattr(code, "co_qualname", made.__qualname__) != made.__qualname__:
        return "it stands elsewhere"
    line = vars(made).get("__firstlineno__")
    if line is not None and line != first_line(node):
        return "it stands on another line"
    own = functions_of(code)
    return unlike_functions(made, node, own.__contains__) or unlike_names(made, node)


def has_own_code(made: type, node: ast.ClassDef, module: types.CodeType) -> bool:
    """Return whether a class holds a code object of a statement's: no other text can have that."""
    code = code_of_statement(node, module)
    own = set(functions_of(code)) if code is not None else set()
    return any(each.__code__ in own for value in vars(made).values() for each in in_code(value))


def unlike_values(made: type, node: ast.ClassDef) -> list[str]:
    """Return the names in a class that do not have the constant that its statement gives them."""
    return [
        name
        for name, value in _constants(node).items()
        if name in vars(made) and not _equal(vars(made)[name], value)
    ]


def unlike_bases(made: type, node: ast.ClassDef, space: dict[str, Any]) -> bool:
    """Return whether a class statement names other bases than a class has."""
    if any(isinstance(base, ast.Starred) for base in node.bases):
        return False
    bases = [base for base in made.__bases__ if base is not object]
    named = [base for base in node.bases if getattr(base, "id", "") != "object"]
    return len(bases) != len(named) or any(
        isinstance(node, ast.Name) and node.id != base.__name__ and space.get(node.id) is not base
        for node, base in zip(named, bases, strict=True)
    )


def is_all_constant(node: ast.ClassDef) -> bool:
    """Return whether a class body sets nothing but constants: then equal text is equal code."""
    return (
        not node.decorator_list
        and not node.keywords
        and all(
            isinstance(each, ast.Pass)
            or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
            or (isinstance(each, ast.Assign | ast.AnnAssign) and _is_constant(each.value))
            for each in node.body
        )
    )


def definitions(tree: ast.Module, name: str) -> Iterator[tuple[Definition, str]]:
    """Yield the statements of a text that define a name, the last one first.

    With each comes where it stands: ``"top"`` for the text itself, ``"block"`` for an `if`, `try`
    or `with` there, ``"loop"`` for a loop, ``"inner"`` for a class or function.
    """
    found = list(_definitions(tree.body, name, "top"))
    yield from sorted(found, key=lambda each: -each[0].lineno)


def _definitions(
    body: Iterable[ast.AST], name: str, where: str
) -> Iterator[tuple[Definition, str]]:
    for node in body:
        if isinstance(node, Definition):
            if node.name == name:
                yield node, where
            inner = "inner"
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            inner = "loop" if where in ("top", "block") else where
        elif isinstance(node, (*_PLAIN_BLOCKS, ast.ExceptHandler, ast.match_case)):
            inner = "block" if where == "top" else where
        else:
            continue
        yield from _definitions(ast.iter_child_nodes(node), name, inner)


def unlike_functions(
    made: type, node: ast.ClassDef, is_own: Callable[[types.CodeType], bool]
) -> str:
    """Return which function in a class is not of its statement's code; "" if all are.

    Args:
        made: The class.
        node: The statement.
        is_own: Says whether code is that of a function in it.
    """
    last = {each.name: each for each in node.body if isinstance(each, _FUNCTION)}
    deleted = _stored(node)[1]
    for name, statement in last.items():
        attribute = _mangled(node, name)
        if name in deleted:
            continue
        if attribute not in vars(made):
            return f"it has no {name} any more"
        held = [each.__code__ for each in in_code(vars(made)[attribute])]
        if any(each.co_name == name and is_own(each) for each in held):
            continue
        # A decorator may have put anything in its place, one of the class into any of them.
        if not statement.decorator_list and (held or _is_plain(made, node)):
            return f"{name} is not what its text says"
    return ""


def unlike_names(made: type, node: ast.ClassDef) -> str:
    """Return what a class has that its statement does not give it, or the other way round."""
    if not _is_plain(made, node):
        return ""
    here, maybe = _stored(node)
    gone = sorted(name for name in here if _mangled(node, name) not in vars(made))
    if gone:
        return f"it has no {gone[0]} any more"
    if "__slots__" in here:
        return ""
    known = {_mangled(node, name) for name in here | maybe}
    more = sorted(
        name
        for name, value in vars(made).items()
        if name not in known and (isinstance(value, types.FunctionType) or not _is_pythons(name))
    )
    return f"it has {more[0]}, which its text has not" if more else ""


def _is_plain(made: type, node: ast.ClassDef) -> bool:
    """Return whether a statement alone has made a class: no decorator, metaclass or base."""
    return (
        type(made) is type
        and not node.decorator_list
        and all("__init_subclass__" not in vars(base) for base in made.__mro__[1:-1])
        and not any(hasattr(type(each), "__set_name__") for each in vars(made).values())
    )


def _stored(node: ast.ClassDef) -> tuple[set[str], set[str]]:
    """Return the names that a class body sets in any case, and those that it may set or delete."""
    here: set[str] = set()
    maybe: set[str] = set()
    for each in node.body:
        if isinstance(each, Definition):
            here.add(each.name)
        elif isinstance(each, ast.Delete):
            gone = {name.id for name in ast.walk(each) if isinstance(name, ast.Name)}
            here, maybe = here - gone, maybe | gone
        else:
            here |= set(_set_by(each))
            maybe |= _bound_in(each)
    return here, maybe


def _set_by(node: ast.AST) -> list[str]:
    """Return the names that an assignment sets."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign) or (
        isinstance(node, ast.AnnAssign) and node.value is not None
    ):
        targets = [node.target]
    else:
        return []
    return [name for target in targets for name in _names_in(target)]


def _mangled(node: ast.ClassDef, name: str) -> str:
    """Return under which name a class holds what its body calls by another: ``_Chat__secret``."""
    own = node.name.lstrip("_")
    is_private = name.startswith("__") and not name.endswith("__") and own
    return f"_{own}{name}" if is_private else name


def _is_pythons(name: str) -> bool:
    return name in INCIDENTAL or (name.startswith("__") and name.endswith("__"))


def _names_in(node: ast.AST) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _bound_in(node: ast.AST) -> set[str]:
    aliases = {
        (each.asname or each.name).partition(".")[0]
        for each in ast.walk(node)
        if isinstance(each, ast.alias)
    }
    inner = {each.name for each in ast.walk(node) if isinstance(each, Definition)}
    handlers = {each.name or "" for each in ast.walk(node) if isinstance(each, ast.ExceptHandler)}
    return _names_in(node) | aliases | inner | handlers


def _constants(node: ast.ClassDef) -> dict[str, Any]:
    """Return the constants that a class body gives to names, where nothing else is done to them."""
    found: dict[str, Any] = {}
    for each in node.body:
        value = getattr(each, "value", None)
        names = _set_by(each)
        if len(names) == 1 and value is not None and _is_constant(value):
            found[names[0]] = ast.literal_eval(value)
        else:
            for name in {*names, *_bound_in(each)}:
                found.pop(name, None)
    return {_mangled(node, name): value for name, value in found.items()}


def _is_constant(value: Any) -> bool:
    if value is None or isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub | ast.UAdd) and isinstance(value.operand, ast.Constant)
    return isinstance(value, ast.Tuple) and all(_is_constant(each) for each in value.elts)


def _equal(value: Any, wanted: Any) -> bool:
    # 1 == True == 1.0, but a text that says one does not say the other.
    return type(value) is type(wanted) and repr(value) == repr(wanted)


def code_of_statement(node: Definition, module: types.CodeType) -> types.CodeType | None:
    """Return the code of a statement's own body, within that of the whole text."""
    wanted = (node.name, first_line(node))
    return next(
        (each for each in _all_codes(module) if (each.co_name, each.co_firstlineno) == wanted), None
    )


@functools.lru_cache(maxsize=32)
def _all_codes(code: types.CodeType) -> tuple[types.CodeType, ...]:
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return (code, *(found for each in inner for found in _all_codes(each)))


def functions_of(code: types.CodeType) -> list[types.CodeType]:
    """Return the code of the functions that a class body defines, in its blocks too."""
    found: list[types.CodeType] = []
    for each in code_parts(code):
        # Of a generic function, the code stands in that of its type parameters.
        inner = code_parts(each) if each.co_name.startswith("<generic parameters") else [each]
        found += inner
    return found
