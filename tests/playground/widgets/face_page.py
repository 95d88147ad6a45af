"""A face in Chromium, without Jupyter: the real kernel side, a page with the composed module."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from playground.widgets.face import Face
from playground.widgets.watched import Watched

# JupyterLab's own values, as a page of its light and of its dark theme has them.
LIGHT = {
    "--jp-layout-color1": "#fff",
    "--jp-layout-color2": "#f5f5f5",
    "--jp-border-color1": "#bdbdbd",
    "--jp-border-color2": "#e0e0e0",
    "--jp-ui-font-color1": "#000000de",
    "--jp-brand-color1": "#1976d2",
    "--jp-error-color1": "#d32f2f",
    "--jp-success-color1": "#388e3c",
    "--jp-warn-color1": "#f57c00",
}
DARK = {
    "--jp-layout-color1": "#111",
    "--jp-layout-color2": "#424242",
    "--jp-border-color1": "#616161",
    "--jp-border-color2": "#424242",
    "--jp-ui-font-color1": "#ffffff",
    "--jp-brand-color1": "#2196f3",
    "--jp-error-color1": "#d32f2f",
    "--jp-success-color1": "#388e3c",
    "--jp-warn-color1": "#f57c00",
}

# Knows what a view will do in the next frame, or after so many milliseconds.
BUSY = """
if (!window.due) {
  window.due = new Map();
  window.waits = (most) => [...window.due.values()].some((milliseconds) => milliseconds <= most);
  const watch = (begin, end) => {
    const [begun, ended] = [window[begin].bind(window), window[end].bind(window)];
    window[begin] = (act, wait = 0) => {
      const id = begun((...given) => { window.due.delete(`${begin} ${id}`); act(...given); }, wait);
      window.due.set(`${begin} ${id}`, wait);
      return id;
    };
    window[end] = (id) => { window.due.delete(`${begin} ${id}`); ended(id); };
  };
  watch("requestAnimationFrame", "cancelAnimationFrame");
  watch("setTimeout", "clearTimeout");
}
null;
"""

# A view draws after a short rest at most. Two frames at least: the first may tell it its size.
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let frames = 0; frames < 2 || window.waits(150); frames += 1) await frame();
}"""

# What a person has set up is saved a little later.
SAVED = "() => !window.waits(300)"

# The part of anywidget's model that a face uses.
MODEL = """
window.model = {
  sent: [], listeners: {}, traits: {}, saved: {},
  on(name, listener) { (this.listeners[name] ??= new Set()).add(listener); },
  off(name, listener) { this.listeners[name]?.delete(listener); },
  send(message) { this.sent.push(message); },
  get(name) { return this.traits[name]; },
  set(name, value) { this.traits[name] = value; },
  save_changes() { this.saved = JSON.parse(JSON.stringify(this.traits)); },
  emit(name, ...args) { for (const each of this.listeners[name] ?? []) each(...args); },
};
window.hear = (message, buffers) => {
  const views = buffers.map((bytes) => new DataView(Uint8Array.from(bytes).buffer));
  window.model.emit("msg:custom", message, views);
};
null;
"""


class Wire:
    """Stands in for a comm: keeps what the kernel side sends until it is carried over."""

    comm_id = "wire"

    def __init__(self) -> None:
        self.outbox: list[tuple[dict[str, Any], list[bytes]]] = []
        self.cut = False
        self.sent = threading.Condition()

    def on_msg(self, callback: object) -> None:
        """Nothing comes in this way: `FaceOnPage.carry` hands messages over itself."""

    def send(self, data: Any = None, buffers: Any = None, **_: Any) -> None:
        if data.get("method") == "custom" and not self.cut:
            with self.sent:
                self.outbox.append((data["content"], list(buffers or [])))
                self.sent.notify_all()

    def close(self, *_: Any, **__: Any) -> None:
        """Nothing to close."""

    def until(self, claim: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for what another thread sends."""
        with self.sent:
            assert self.sent.wait_for(claim, seconds)


class FaceOnPage:
    """A face whose kernel side is here and whose view is on a page."""

    def __init__(self, page: Page, face: Face) -> None:
        self.page = page
        self.face = face
        self.wire = Wire()
        face.comm = self.wire
        self.said: list[dict[str, Any]] = []
        self.traits: dict[str, Any] = {}
        # While it is deaf it hears nothing, as a kernel that runs a cell; it still tells.
        self.deaf = False

    def render(self, width: int = 900, theme: dict[str, str] | None = None) -> None:
        """Load the module into an empty page and let it render."""
        colours = theme or LIGHT
        variables = ";".join(f"{name}:{value}" for name, value in colours.items())
        self.page.set_content(
            f"<!doctype html><style>:root{{{variables}}}body{{margin:0;padding:16px;"
            f"width:{width}px;background:var(--jp-layout-color1);box-sizing:border-box}}</style>"
            f"<style>{self.face._css}</style><div id=cell></div>"
        )
        self.page.evaluate(BUSY)
        self.page.evaluate(MODEL)
        self.page.evaluate("(traits) => { window.model.traits = traits; }", self.traits)
        self.page.evaluate(
            """async (source) => {
              const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
              const face = (await import(url)).default;
              const el = document.getElementById("cell");
              window.leave = face.render({ model: window.model, el });
            }""",
            str(self.face._esm),
        )
        self.carry()

    def load_again(self) -> None:
        """Load the page again: the view is gone without a word, but not what it saved."""
        self.page.wait_for_function(SAVED)
        self.traits = self.page.evaluate("() => window.model.saved")
        self.page.goto("about:blank")
        self.face.keep_up(True)
        self.wire.outbox.clear()
        self.render()

    def carry(self) -> None:
        """Carry messages both ways until none is left, and the page has drawn."""
        moved = True
        while moved:
            moved = self._carried()
            self.drawn()
            moved = moved or (
                not self.deaf and self.page.evaluate("() => window.model.sent.length")
            )

    def _carried(self) -> bool:
        asked = [] if self.deaf else self.page.evaluate("() => window.model.sent.splice(0)")
        self.said += asked
        for message in asked:
            self.face._heard(self.face, message, [])
        # The page and this test are all there is: nothing follows by itself.
        if isinstance(self.face, Watched):
            self.face.follower.stop()
        going, self.wire.outbox = self.wire.outbox, []
        for message, buffers in going:
            lists = [list(buffer) for buffer in buffers]
            # As a comm does: whatever is not JSON fails here.
            self.page.evaluate(
                "([m, b]) => window.hear(m, b)", [json.loads(json.dumps(message)), lists]
            )
        return bool(asked or going)

    def tick(self) -> None:
        """Do what the follower does: let the face tell what is new."""
        self.face.keep_up(True)
        self.carry()

    def drawn(self) -> None:
        """Wait until the view has drawn all that it knows of."""
        self.page.evaluate(SETTLED)

    def until(self, claim: Callable[[], bool], seconds: float = 20.0) -> None:
        """Tick until a claim holds."""
        deadline = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < deadline, "the claim did not come true in time"
            self.tick()
