"""A notebook in JupyterLab in Chromium, driven as a person would drive it, but exactly.

Law of the room: outputs are read from the notebook's model, what a widget shows from the page; and
every wait is for a condition, with a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Locator, Page, Request

SECONDS = 60
# The metadata of a notebook whose code is Python's.
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SCRIPT = Path(__file__).with_suffix(".js").read_text()
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class CellFailed(AssertionError):
    """A cell raised; the message is its traceback."""


class JupyterLab(Protocol):
    """Where notebooks are opened."""

    def lab_url(self, notebook: str, /) -> str:
        """Return the address that opens a notebook."""


class Notebook:
    """An open notebook with its kernel.

    Attributes:
        page: Playwright's page, for what has no method here.
        failures: Exceptions of the widgets' own modules, with their stacks.
        strangers: Addresses outside this machine that the page asked for.
    """

    def __init__(self, context: BrowserContext, server: JupyterLab, name: str) -> None:
        self.failures: list[str] = []
        self.strangers: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", self._failed)
        self.page.on("request", self._note)
        self.page.add_init_script(SCRIPT)
        self.page.goto(server.lab_url(name))
        self.kernel = self._ask("ready", SECONDS)

    def follow(self, url: str, link: str, *, seconds: float = SECONDS) -> None:
        """Leave for another page, and open the notebook by a link there.

        Args:
            url: The page's address.
            link: What the link says.
            seconds: How long its kernel may take until it has nothing to do.
        """
        self.page.goto(url)
        with self.page.expect_navigation(wait_until="commit"):
            self.page.get_by_role("link", name=link).click()
        self.kernel = self._ask("ready", seconds)

    def run(self, index: int, *, seconds: float = SECONDS, fails: bool = False) -> str:
        """Run one cell to its end.

        Args:
            index: Which, from 0, Markdown cells included.
            seconds: How long it may take.
            fails: Whether it shall raise.

        Returns:
            What it showed, as text.

        Raises:
            CellFailed: If it raises and shall not, or the other way round.
        """
        self.start(index)
        return self.finish(index, seconds=seconds, fails=fails)

    def start(self, index: int) -> None:
        """Begin to run a cell, and don't wait for it."""
        self._ask("start", index)

    def finish(self, index: int, *, seconds: float = SECONDS, fails: bool = False) -> str:
        """Wait for a cell that was started; as `run` from there on."""
        self._ask("finish", index, seconds)
        text = self.text(index)
        if self._error(index) is None and fails:
            raise CellFailed(f"expected cell {index} to raise, got {text!r}")
        if not fails:
            self._check(index)
        return text

    def wait_for(self, index: int, text: str, *, seconds: float = SECONDS) -> None:
        """Wait until a cell, which may still be running, has shown a text."""
        self._ask("says", index, text, seconds)

    def run_all(self, *, seconds: float = 3 * SECONDS) -> None:
        """Run every cell, from the top; the first that raises fails the test."""
        self._ask("runAll", seconds)
        for index in range(self.count):
            self._check(index)

    @property
    def count(self) -> int:
        """How many cells there are."""
        number: int = self._ask("count")
        return number

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return a cell's outputs, as the notebook's file would hold them."""
        found: list[dict[str, Any]] = self._ask("outputs", index)
        return found

    def text(self, index: int) -> str:
        """Return what a cell showed as plain text: streams, values, tracebacks."""
        return "".join(_text_of(output) for output in self.outputs(index))

    def source(self, index: int) -> str:
        """Return a cell's source."""
        code: str = self._ask("source", index)
        return code

    def set_source(self, index: int, source: str) -> None:
        """Replace a cell's source."""
        self._ask("setSource", index, source)

    def cell_with(self, text: str) -> int:
        """Return the index of the first code cell whose source contains a text."""
        for index in range(self.count):
            if self._ask("kind", index) == "code" and text in self.source(index):
                return index
        raise LookupError(f"expected a code cell with {text!r}, got none of {self.count}")

    def output_area(self, index: int) -> Locator:
        """Return where a cell's outputs are on the page; the cell is scrolled into view."""
        self._ask("show", index)
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{index}"] .jp-OutputArea')

    def restart(self) -> None:
        """Restart the kernel; wait until it is idle again."""
        self._ask("restart", SECONDS)

    def interrupt(self) -> None:
        """Interrupt the kernel, as the stop button does."""
        self._ask("interrupt", SECONDS)

    def save(self) -> None:
        """Save the notebook."""
        self._ask("save")

    def theme(self, name: str) -> None:
        """Switch JupyterLab to its "light" or "dark" theme."""
        assert name in ("light", "dark"), name
        self._ask("theme", name == "dark", SECONDS)

    def screenshot(self, path: Path, part: Locator | None = None) -> None:
        """Keep a picture of the page, or of a part of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        (part or self.page).screenshot(path=path)

    def close(self) -> None:
        """End the kernel and leave the page."""
        self._ask("shutdown", SECONDS)
        self.page.close()

    def _ask(self, what: str, *values: object) -> Any:
        return self.page.evaluate("([what, values]) => driver[what](...values)", [what, values])

    def _check(self, index: int) -> None:
        error = self._error(index)
        if error is not None:
            raise CellFailed(f"cell {index}:\n{_text_of(error)}")

    def _error(self, index: int) -> dict[str, Any] | None:
        errors = (each for each in self.outputs(index) if each["output_type"] == "error")
        return next(errors, None)

    def _failed(self, error: Error) -> None:
        # anywidget loads a module from a blob; what JupyterLab's own scripts do is not our concern.
        if "blob:" in (error.stack or ""):
            self.failures.append(error.stack or str(error))

    def _note(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            self.strangers.append(request.url)


# What the fixture `open_notebook` is.
OpenNotebook = Callable[[Path | Sequence[str]], Notebook]


def _text_of(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return _ANSI.sub("", "\n".join(output["traceback"]))
    if output["output_type"] == "stream":
        return _joined(output["text"])
    return _joined(output["data"].get("text/plain", ""))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
