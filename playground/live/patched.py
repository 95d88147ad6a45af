"""Proof for a class of a module whose functions were replaced one by one, as `%autoreload` does.

It compiles each of them alone, from its syntax: they have other line numbers than their text, and
some another file. So here code is a statement's if it does the same.
"""

from __future__ import annotations

import ast
import functools
import sys
import types
from typing import Any, Final

from playground.live import proof
from playground.live.fingerprint import code_of, in_code, is_notebooks
from playground.notebook import kernel

# How a function says in its code that its cell or module has `from __future__ import …`.
_FUTURE: Final = ~0xFFFF


def file_of(made: object) -> str | None:
    """Return the file of the module that a class stands in; None if it is not the user's.

    The notebook's own classes stand in cells.
    """
    if not isinstance(made, type) or is_notebooks(made) or "<locals>" in made.__qualname__:
        return None
    file = getattr(sys.modules.get(made.__module__), "__file__", None)
    return file if file is not None and kernel.place_of(file) is not None else None


def is_as_said(made: type, node: ast.ClassDef, whole: types.CodeType) -> bool:
    """Return whether every function of a class does what a statement says, and no other is there.

    Args:
        made: The class.
        node: The statement.
        whole: The code of the text in which it stands.
    """
    known = _doings(node, whole)

    def is_own(code: types.CodeType) -> bool:
        return _doing(code) in known

    held = [each.__code__ for value in vars(made).values() for each in in_code(value)]
    return any(map(is_own, held)) and not (
        proof.unlike_functions(made, node, is_own)
        or proof.unlike_names(made, node)
        or proof.unlike_values(made, node)
    )


def _doings(node: ast.ClassDef, whole: types.CodeType) -> set[Any]:
    """Return what the functions of a statement do, however it is compiled.

    Python leaves out or adds what does nothing, by how the lines are broken; and it calls a module
    that it sees imported otherwise than a name.
    """
    alone = ast.Module([node], [])
    codes = [whole, _compiled(alone), _compiled(ast.parse(ast.unparse(alone)))]
    found = (proof.code_of_statement(node, codes[0]), *map(_class_in, codes[1:]))
    return {_doing(each) for code in found if code for each in proof.functions_of(code)}


def _compiled(tree: ast.Module) -> types.CodeType:
    code = compile(tree, "<text>", "exec", dont_inherit=True)
    assert isinstance(code, types.CodeType)
    return code


def _class_in(module: types.CodeType) -> types.CodeType:
    """Return the code of the body of the only class in a text."""
    return next(each for each in module.co_consts if isinstance(each, types.CodeType))


@functools.lru_cache(maxsize=256)
def _doing(code: types.CodeType) -> Any:
    return code.co_name, code_of(_plain(code))


def _plain(code: types.CodeType) -> types.CodeType:
    """Return code without what its file imports from the future, which shows in annotations."""
    consts = tuple(
        _plain(each) if isinstance(each, types.CodeType) else each for each in code.co_consts
    )
    return code.replace(co_flags=code.co_flags & ~_FUTURE, co_consts=consts)
