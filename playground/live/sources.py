"""The statement that defined a class or function: its text, its AST, and running it again.

Law of the room: nothing is shown or run again that is not proved to be what made it; see `proof`.
"""

from __future__ import annotations
import __future__

import ast
import copy
import functools
import linecache
import operator
import sys
import textwrap
import types
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from playground.live import patched, proof
from playground.live.fingerprint import class_of, in_code, is_notebooks
from playground.live.proof import Definition, first_line
from playground.live.settling import settle
from playground.notebook import kernel
from playground.notebook.cells import body_of_magic, cells

# The compiler's flags that `from __future__ import` sets for a whole cell.
_FUTURES: Final = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


# What was made by running a statement again: no cell has done it.
_made: Final[weakref.WeakKeyDictionary[type, Statement]] = weakref.WeakKeyDictionary()


class Statement(NamedTuple):
    """A class or function statement.

    Attributes:
        name: What it defines.
        filename: The file or cell it stands in.
        source: Its text, decorators and all.
        node: Its syntax tree, with the line numbers of the file.
        flags: The compiler's.
        space: The namespace it was run in.
        is_once: Whether it ran once, and with the text it stands in: not in a loop or a function.
    """

    name: str
    filename: str
    source: str
    node: Definition
    flags: int
    space: dict[str, Any]
    is_once: bool = True

    def run(self, known: dict[str, Any]) -> Any:
        """Run the statement alone, and return what it defines.

        Args:
            known: Names to look up before those of its namespace; nothing is bound there.
        """
        tree = ast.Module([self.node], [])
        code = compile(tree, self.filename, "exec", flags=self.flags, dont_inherit=True)
        bound = dict(known)
        exec(code, self.space, bound)
        made = bound[self.name]
        if isinstance(made, type):
            _made[made] = self
        return made

    def still_says(self, made: type) -> bool:
        """Return whether a class that it was run for is as it says."""
        if not isinstance(self.node, ast.ClassDef):
            return False
        module = _of_tree(ast.Module([self.node], []), self.flags)
        unlike = proof.nothing_unlike(made, self.node, module)
        return not unlike and not proof.unlike_values(made, self.node)


class Unknown(NamedTuple):
    """A class or function whose source is not known.

    Attributes:
        name: What it is called.
        why: Why not, to go on after "is not known: ".
    """

    name: str
    why: str

    @property
    def source(self) -> str:
        """What to show in place of a source: a comment."""
        return f"# The source of {self.name} is not known: {self.why}."


class _Text(NamedTuple):
    """A text in which a statement may stand.

    Attributes:
        filename: The file or cell it is.
        tree: Its syntax.
        lines: Its lines.
        shift: The line of the file before its first: the body of a magic stands below that.
    """

    filename: str
    tree: ast.Module
    lines: list[str]
    shift: int = 0


def look_for(app: object, files: Iterable[str] = ()) -> Statement | Unknown:
    """Return the statement that defined an app's class or function, or why it is not known.

    `inspect.getsource` cannot find a class that was defined in a cell before Python 3.13, and
    takes whatever stands where it stood.

    Args:
        app: A class, a function, or an instance.
        files: The cells, newest first.
    """
    made = app if isinstance(app, types.FunctionType) else class_of(app)
    if isinstance(made, type) and made in _made and _made[made].still_says(made):
        return _made[made]
    why = ""
    codes = _codes(made)
    for code, space in codes:
        for text in _texts_of(code, _born(made, files)):
            for node, where in proof.definitions(text.tree, made.__name__):
                for module in _compiled(text, node, code.co_flags & _FUTURES):
                    unlike = _unlike(made, node, module)
                    if not unlike and _by_code(made, node, module):
                        if text.shift and isinstance(made, type):
                            was = code.co_filename
                            settle(made, was, text.filename, text.lines, text.shift)
                        return _statement(node, where, text, code.co_flags, space)
                    why = why or unlike
    if isinstance(made, type):
        found = _without_code(made, files) or _patched(made)
        if found is not None:
            return found
    return Unknown(made.__name__, _why_not(codes, why))


def statement_of(app: object, files: Iterable[str] = ()) -> Statement | None:
    """Return the statement that defined an app's class or function, None if it is not known.

    Args:
        app: A class, a function, or an instance.
        files: The cells, newest first.
    """
    found = look_for(app, list(files))
    return found if isinstance(found, Statement) else None


def sources_of(app: object, files: Iterable[str] = ()) -> tuple[Statement | Unknown, ...]:
    """Return the statements of an app's class and the notebook's classes under it, bases first.

    In place of one that is not known stands why.
    """
    files = list(files)
    if isinstance(app, types.FunctionType):
        return (look_for(app, files),)
    kind = class_of(app)
    own = [base for base in reversed(kind.__mro__) if base is kind or is_notebooks(base)]
    return tuple(look_for(each, files) for each in own)


def statements_of(app: object, files: Iterable[str] = ()) -> tuple[Statement, ...]:
    """Return the statements of an app's class and the notebook's classes under it, bases first."""
    return tuple(each for each in sources_of(app, files) if isinstance(each, Statement))


def source_of(app: object) -> str:
    """Return the source of an app's class or function, "" if it is not known."""
    found = statement_of(app)
    return found.source if found is not None else ""


def _codes(made: Any) -> list[tuple[types.CodeType, dict[str, Any]]]:
    """Return the code that may have come with the statement, with its globals; own code first."""
    if isinstance(made, types.FunctionType):
        held = list(in_code(made))
    else:
        held = [each for value in vars(made).values() for each in in_code(value)]
        held.sort(key=lambda each: not each.__qualname__.startswith(f"{made.__qualname__}."))
    found: dict[str, tuple[types.CodeType, dict[str, Any]]] = {}
    for each in held:
        found.setdefault(each.__code__.co_filename, (each.__code__, each.__globals__))
    return list(found.values())


def _by_code(made: Any, node: Definition, module: types.CodeType) -> bool:
    return not isinstance(node, ast.ClassDef) or proof.has_own_code(made, node, module)


def _unlike(made: Any, node: Definition, module: types.CodeType) -> str:
    if isinstance(made, type) != isinstance(node, ast.ClassDef):
        return "it stands for something else"
    return proof.nothing_unlike(made, node, module)


def _born(made: Any, files: Iterable[str]) -> Iterable[str]:
    """Return the cell in which a class came to be, or else all of them, newest first."""
    born = cells.born_in(made) if isinstance(made, type) else None
    return [born] if born else files


def _texts_of(code: types.CodeType, files: Iterable[str]) -> Iterator[_Text]:
    """Yield the texts that a code object may have been made of.

    Args:
        code: Of a function.
        files: The cells in which that may have been.
    """
    filename = code.co_filename
    if filename.startswith("<") and kernel.number_of(filename) is None and not _lines(filename):
        # A magic that runs its cell by itself gives it no name of its own: ``<timed exec>``.
        for each in files:
            body = _body(each)
            if body is not None:
                yield body
        return
    known = _text(filename)
    yield known
    # A file may have been read before it was changed, imported again, and run.
    linecache.checkcache(filename)
    now = _text(filename)
    if now.lines != known.lines:
        yield now


def _without_code(made: type, files: Iterable[str]) -> Statement | None:
    """Return the statement of a class that holds none of its statement's code, by what it set."""
    module = sys.modules.get(made.__module__)
    if module is None or not is_notebooks(made) or "<locals>" in made.__qualname__:
        return None
    born = cells.born_in(made)
    found = [
        (node, where, text)
        for filename in ([born] if born else files)
        for text in filter(None, (_text(filename), _body(filename)))
        for node, where in proof.definitions(text.tree, made.__name__)
        if isinstance(node, ast.ClassDef) and where in ("top", "block")
        if _has_set(made, node, text, vars(module), sure=born is not None)
    ]
    if not found:
        return None
    node, where, text = found[0]
    # Of several that might be, one is as good as the other if they say the same; else the last
    # at the top of the cell in which the class came to be has made it.
    if any(ast.dump(each) != ast.dump(node) for each, _, _ in found) and (
        born is None or any(each != "top" for _, each, _ in found)
    ):
        return None
    return _statement(node, where, text, 0, vars(module))


def _patched(made: type) -> Statement | None:
    """Return the statement of a module's class whose functions were replaced one by one."""
    file = patched.file_of(made)
    if file is None:
        return None
    linecache.checkcache(file)
    text = _text(file)
    for node, where in proof.definitions(text.tree, made.__name__):
        if isinstance(node, ast.ClassDef) and where in ("top", "block"):
            whole = _code("".join(text.lines), 0)
            if patched.is_as_said(made, node, whole):
                return _statement(node, where, text, 0, vars(sys.modules[made.__module__]))
    return None


def _has_set(
    made: type, node: ast.ClassDef, text: _Text, space: dict[str, Any], *, sure: bool
) -> bool:
    """Return whether all that a class is may have been set by a statement that ran."""
    ran = cells.passed(text.filename, (node.end_lineno or node.lineno) + text.shift)
    if ran is False or (not sure and not proof.is_all_constant(node)):
        return False
    return (ran is not None or proof.is_all_constant(node)) and not (
        all(_unlike(made, node, module) for module in _compiled(text, node, 0))
        or proof.unlike_values(made, node)
        or proof.unlike_bases(made, node, space)
    )


def _why_not(codes: list[tuple[types.CodeType, dict[str, Any]]], why: str) -> str:
    """Return why no statement is proved, as a person reads it."""
    names = [code.co_filename for code, _ in codes]
    if why and not any(name.startswith("<") for name in names):
        return f"{why}; it was changed since, or its file was"
    if not names:
        return "no cell that ran to there defines it so"
    if all(name.startswith("<") for name in names):
        return "it was made by exec, or by a magic, of a text that Python does not keep"
    return "no text that ran defines it so; a function or decorator made it"


def _statement(
    node: Definition, where: str, text: _Text, flags: int, space: dict[str, Any]
) -> Statement:
    lines = text.lines[first_line(node) - 1 : node.end_lineno]
    source = textwrap.dedent("".join(lines)).rstrip()
    shifted = ast.increment_lineno(copy.deepcopy(node), text.shift) if text.shift else node
    is_once = where in ("top", "block")
    return Statement(node.name, text.filename, source, shifted, flags & _FUTURES, space, is_once)


def _lines(filename: str) -> list[str]:
    return linecache.getlines(filename)


def _text(filename: str) -> _Text:
    lines = _lines(filename)
    return _Text(filename, _tree("".join(lines)), lines)


def _body(filename: str) -> _Text | None:
    """Return the body of a cell that is all of a magic, below its first line."""
    cell = "".join(_lines(filename))
    body = body_of_magic(cell)
    if body is None:
        return None
    typed = (kernel.magic_body(cell) or "").splitlines()
    # IPython takes away the empty lines at its beginning.
    empty = next((number for number, line in enumerate(typed) if line.strip()), 0)
    return _Text(filename, _tree(body), body.splitlines(True), 1 + empty)


@functools.lru_cache(maxsize=64)
def _tree(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:  # a cell with top-level await parses; one with text that was cut does not
        return ast.Module([], [])


def _compiled(text: _Text, node: Definition, flags: int) -> Iterator[types.CodeType]:
    """Yield the code of a text, and of the statement at its top alone in which another stands.

    IPython compiles each statement of a cell alone, and Python calls ``asyncio.sleep`` otherwise
    where it sees that ``asyncio`` is imported.
    """
    whole = "".join(text.lines)
    yield _code(whole, flags)
    yield _code(whole, flags, _top_line(text.tree, node))


def _top_line(tree: ast.Module, node: Definition) -> int:
    """Return the line of the statement at the top of a text in which another stands."""
    tops = (each.lineno for each in tree.body if each.lineno <= node.lineno)
    return max(tops, default=node.lineno)


@functools.lru_cache(maxsize=64)
def _code(text: str, flags: int, line: int | None = None) -> types.CodeType:
    """Return the code of a text, as it is where it ran: of all of it, or of one statement."""
    try:
        tree = kernel.transformed(_tree(text))
        body = [each for each in tree.body if line is None or each.lineno == line]
        return _of_tree(ast.Module(body, tree.type_ignores), flags)
    except (SyntaxError, ValueError):
        return compile("", "<text>", "exec")


def _of_tree(tree: ast.Module, flags: int) -> types.CodeType:
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(tree, "<text>", "exec", flags=flags, dont_inherit=True)
    assert isinstance(code, types.CodeType)
    return code
