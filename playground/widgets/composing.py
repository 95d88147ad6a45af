"""One ES module of many files: anywidget loads a module from a blob, where it can't import another.

Law of the room: a file's own imports say what it needs. All files of a face share one scope when
they are put together, so no two of them may use one name for different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from posixpath import dirname, join, normpath
from typing import Final

STATIC: Final = files("playground.widgets") / "static"

# `import { a, b } from "../shared/x.js";`, on one line or several.
_IMPORT: Final = re.compile(
    r'^import\s*\{(?P<names>[^}]*)\}\s*from\s*"(?P<path>\.{1,2}/[\w./-]+)";\n', re.MULTILINE
)
_ANY_IMPORT: Final = re.compile(r"^import\b.*", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_NAMED: Final = re.compile(
    r"^(?P<export>export )?(?:async )?(?:function\*?|const|let|class)\s+(?P<name>[\w$]+)",
    re.MULTILINE,
)


@cache
def compose(face: str) -> str:
    """Return one ES module made of a face and of all that it imports, however far down.

    Args:
        face: Its file in ``static/``, which has the `export default`.

    Raises:
        ValueError: A file imports what another doesn't export, files import each other in a
            circle, or two files use one name.
    """
    texts = {name: _text(name) for name in modules(face)}
    _refuse_shared_names(texts)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts.values())


@cache
def style(*names: str) -> str:
    """Return the CSS of files in ``static/``, after the theme, which all faces share."""
    return "\n".join(_text(name) for name in ("shared/theme.css", *names))


def modules(face: str) -> list[str]:
    """Return the files that a face is made of, each after those it imports.

    Raises:
        ValueError: A file imports what another doesn't export, or files import each other.
    """
    found: list[str] = []
    _visit(face, (), found)
    return found


def imports(name: str) -> dict[str, list[str]]:
    """Return what a file imports: the names, by the file they come from."""
    text = _text(name)
    known = {}
    for each in _IMPORT.finditer(text):
        names = [part.strip() for part in each["names"].split(",") if part.strip()]
        known[normpath(join(dirname(name), each["path"]))] = names
    for line in _ANY_IMPORT.findall(_IMPORT.sub("", text)):
        raise ValueError(
            f'expected imports as in import {{ a }} from "./b.js"; got {line!r} in {name!r}'
        )
    return known


def _visit(name: str, way: tuple[str, ...], found: list[str]) -> None:
    if name in found:
        return
    if name in way:
        circle = " → ".join((*way[way.index(name) :], name))
        raise ValueError(f"expected files that import no circle, got {circle}; cut one of them")
    for other, names in imports(name).items():
        _visit(other, (*way, name), found)
        missing = set(names) - {each for each, exported in _names(_text(other)) if exported}
        if missing:
            raise ValueError(
                f"expected {name!r} to import what {other!r} exports, got {sorted(missing)!r}"
            )
    found.append(name)


def _refuse_shared_names(texts: dict[str, str]) -> None:
    owners: dict[str, str] = {}
    for file, text in texts.items():
        for name, _ in _names(text):
            other = owners.setdefault(name, file)
            if other != file:
                raise ValueError(
                    f"expected a name of its own for everything that a face is made of, got "
                    f"{name!r} in both {other!r} and {file!r}; rename one of them"
                )


def _names(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what a file has at its top, and whether it exports it."""
    return ((each["name"], bool(each["export"])) for each in _NAMED.finditer(text))


@cache
def _text(name: str) -> str:
    return STATIC.joinpath(*name.split("/")).read_text("utf-8")
