"""Names the cell in the code of a class that a magic has made, once its text is proved.

`%%time` compiles the rest of its cell under a name that tells nobody where it stands. With another
one, whatever names lines (the log, a traceback, the panel) names those of the cell.
"""

from __future__ import annotations

import types

from playground.live.fingerprint import in_code
from playground.notebook import kernel


def settle(made: type, was: str, cell: str, lines: list[str], shift: int) -> None:
    """Have the functions of a class stand in a cell.

    Args:
        made: The class.
        was: The name of a file under which a magic has compiled it.
        cell: The name of the cell.
        lines: The lines that the magic has compiled.
        shift: How many lines of the cell are above them.
    """
    name = kernel.file_of_body(cell, "\n" * shift + "".join(lines))
    if name is None:
        return
    for value in list(vars(made).values()):
        for function in in_code(value):
            if function.__code__.co_filename == was:
                function.__code__ = _moved(function.__code__, name, shift)
    line = vars(made).get("__firstlineno__")
    if isinstance(line, int):  # as Python 3.13 has it
        type.__setattr__(made, "__firstlineno__", line + shift)


def _moved(code: types.CodeType, name: str, shift: int) -> types.CodeType:
    consts = tuple(
        _moved(each, name, shift) if isinstance(each, types.CodeType) else each
        for each in code.co_consts
    )
    line = code.co_firstlineno + shift
    return code.replace(co_filename=name, co_firstlineno=line, co_consts=consts)
