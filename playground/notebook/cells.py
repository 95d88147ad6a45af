"""What is known of the cells that ran: how far each came, what it defined, where its output goes.

IPython keeps the text of cells, and not what became of them. So this looks on, from the first
import of the playground: of what ran before, only the text is known.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
import weakref
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any, Final, NamedTuple

from playground.notebook import kernel

# A cell that came to its end has passed every line.
_END: Final = sys.maxsize

# More cells than anybody scrolls back to; a context holds little but the cell's message.
_MOST: Final = 2_000


class _Place(NamedTuple):
    """A run of a cell: which cell of the notebook, if the frontend says so, and its context."""

    cell: str | None
    context: contextvars.Context


class _Births:
    """The cells that defined classes, for as long as these are there.

    By their ids: a class may have a metaclass by which it cannot be a key.
    """

    def __init__(self) -> None:
        self._cells: dict[int, tuple[weakref.ref[type], str | None]] = {}

    def __contains__(self, kind: type) -> bool:
        return id(kind) in self._cells

    def __getitem__(self, kind: type) -> str | None:
        return self._cells[id(kind)][1]

    def __setitem__(self, kind: type, cell: str | None) -> None:
        number = id(kind)
        gone = weakref.ref(kind, lambda _: self._cells.pop(number, None))
        self._cells[number] = gone, cell


class Cells:
    """Looks on while cells run."""

    def __init__(self) -> None:
        self._shell: Any = None
        self._reached: dict[str, int] = {}
        self._born = _Births()
        self._contexts: dict[int, _Place] = {}
        # The cell that runs, and those that it runs in turn, as magics do.
        self._running: list[_Place] = []
        self._newest: dict[str, contextvars.Context] = {}

    def begin(self) -> None:
        """Begin to look on, where IPython runs: from the cell that is running now."""
        ip = kernel.shell()
        if ip is None or self._shell is ip:
            return
        self._shell = ip
        ip.events.register("pre_run_cell", self._before)
        ip.events.register("post_run_cell", self._after)
        self._running = [_Place(_id_of_running(ip), contextvars.copy_context())]
        for each in _classes():
            self._born[each] = None

    def passed(self, filename: str, line: int) -> bool | None:
        """Return whether a cell has run beyond a line; None if that is not known."""
        running = _line_of_running(filename)
        reached = self._reached.get(filename)
        if reached is not None and line < reached:
            return True
        if running is not None:
            return line < running
        return None if reached is None else False

    def born_in(self, kind: type) -> str | None:
        """Return the name of the cell that has defined a class; None if that is not known.

        One that nobody saw yet is of the cell that is running now.
        """
        if kind in self._born:
            return self._born[kind]
        return _running() if self._shell is not None else None

    def context_of(self, filename: str) -> contextvars.Context | None:
        """Return the context in which output appears under a cell; None if it is not known.

        Of a cell that has run again since, with other text, it is that of its latest run: a
        frontend shows nothing that comes for the ones before.
        """
        return self.context_of_number(kernel.number_of(filename))

    def context_of_number(self, number: int | None) -> contextvars.Context | None:
        """Return the context in which output appears under the cell with a number."""
        if number is None:
            return None
        place = self._contexts.get(number)
        if place is None and self._running and number == kernel.number_now():
            place = self._running[0]
        return None if place is None else self._newest.get(place.cell or "", place.context)

    def _before(self, info: Any) -> None:
        place = _Place(getattr(info, "cell_id", None), contextvars.copy_context())
        if _running() is None:
            self._running.clear()
        self._running.append(place)
        if place.cell:
            self._newest[place.cell] = place.context

    def _keep(self, number: int, place: _Place) -> None:
        self._contexts.pop(number, None)
        self._contexts[number] = place
        while len(self._contexts) > _MOST:
            cell = self._contexts.pop(next(iter(self._contexts))).cell
            if all(each.cell != cell for each in self._contexts.values()):
                self._newest.pop(cell or "", None)

    def _after(self, result: Any) -> None:
        if result is None:  # IPython itself has failed, as where a cell made sys.stdout None
            return
        error = result.error_in_exec
        if error is not None:
            for filename, line in _lines_of(error.__traceback__):
                self._note(filename, line)
        around = _running()
        number = kernel.number_of(around or "") or result.execution_count or 0
        filename = _file_of(self._shell, result.info, number)
        if around is not None:
            kernel.renumber(filename, number)
        if self._running:
            place = self._running[0]
            self._running.pop()
            if number:
                self._keep(number, place)
        if filename and error is None and result.error_before_exec is None:
            self._note(filename, _END)
        for each in _classes():
            if each not in self._born:
                self._born[each] = filename or None

    def _note(self, filename: str, line: int) -> None:
        # The same text may have run before, and farther.
        self._reached[filename] = max(line, self._reached.get(filename, 0))


cells: Final = Cells()
"""Those of this kernel."""


def body_of_magic(text: str) -> str | None:
    """Return the body of a cell that is all of a magic, such as ``%%time``, as IPython runs it."""
    body = kernel.magic_body(text)
    ip = kernel.shell()
    if body is None or ip is None:
        return body
    with contextlib.suppress(Exception):  # a body that is no Python
        return str(ip.transform_cell(body))
    return None


def _id_of_running(ip: Any) -> str | None:
    """Return the frontend's id of the cell that runs, where ipykernel tells it."""
    with contextlib.suppress(Exception):
        return ip.get_parent()["metadata"].get("cellId") or None
    return None


def _classes() -> Iterator[type]:
    """Yield the classes that the notebook's names stand for."""
    for value in list(kernel.namespace().values()):
        # Asked so, a metaclass has no say in it.
        if (
            issubclass(type(value), type)
            and type.__getattribute__(value, "__module__") == "__main__"
        ):
            yield value


def _file_of(ip: Any, info: Any, number: int) -> str:
    """Return under which name Python knows the text of a cell; "" where IPython doesn't say."""
    named = getattr(getattr(ip, "compile", None), "get_code_name", None)
    if named is None:
        return ""
    with contextlib.suppress(Exception):
        raw = info.raw_cell
        return str(named(raw, getattr(info, "transformed_cell", raw) or raw, number))
    return ""


def _lines_of(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    """Yield the lines at which cells stood when something was raised."""
    while trace is not None:
        code = trace.tb_frame.f_code
        if _is_cell(trace.tb_frame):
            yield code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _is_cell(frame: FrameType) -> bool:
    """Return whether a frame is that of a cell itself, and not of a function in one."""
    code = frame.f_code
    return code.co_name.startswith(("<module>", "<cell line")) and (
        kernel.number_of(code.co_filename) is not None
    )


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if _is_cell(frame):
            yield frame
        frame = frame.f_back


def _running() -> str | None:
    return next((frame.f_code.co_filename for frame in _frames()), None)


def _line_of_running(filename: str) -> int | None:
    lines = (frame.f_lineno for frame in _frames() if frame.f_code.co_filename == filename)
    return next(lines, None)
