"""A panel to test with: a lab that does nothing but answer, and a page that shows all its faces."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Locator, Page

from playground.traffic.log import Log
from playground.widgets import ClientView, Done, GuestView, Ladder, Panel, RouteView, Status
from playground.widgets.face import Face
from tests.playground.widgets.face_page import BUSY, SETTLED, Wire


def parameter(name: str, annotation: str | None = "str", **more: Any) -> dict[str, Any]:
    """Return a parameter as a route tells it, required unless a default is given."""
    known = {"default": None, "required": "default" not in more, "variadic": False}
    return {"name": name, "annotation": annotation, **known, **more}


ROUTES = [
    RouteView("websocket", "/chat/{room}", "ws_chat", (parameter("room"),), "Talk in a room."),
    RouteView("websocket", "/echo", "ws_echo", (), ""),
    RouteView(
        "http", "/greet/{name}", "greet",
        (parameter("name"), parameter("times", "int", default="1")), "Say hello.",
    ),
    RouteView("http", "/", "index", (), ""),
]  # fmt: skip


FOUND = {
    "said": "131 conversations at /echo in 3.0 s (seed=1): 1 thing is wrong.",
    "notes": [],
    "more": 0,
    "findings": [
        {
            "sentence": "<b>ws_echo</b> raised KeyError. It costs ada's socket only.",
            "acts": ["ada connects to /echo", "ada sends '{}'"],
            "ladder": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
        }
    ],
}


class Breaking:
    """Breaks every route alike, and knows an example of each."""

    def fuzz(self, route: str, done: Done) -> None:
        done(None, FOUND)

    def example(self, kind: str, path: str, method: str) -> str:
        return f"{kind} {path}"


class StandIn:
    """A lab that answers at once, or when `release` is called."""

    def __init__(self) -> None:
        self.trying: Breaking | None = None
        self.now = Status("Chat", True, 4, "127.0.0.1:43121", "http://127.0.0.1:43121/", 0, "")
        self.served = list(ROUTES)
        self.people: dict[str, ClientView] = {}
        self.others: list[GuestView] = []
        self.did: list[tuple[Any, ...]] = []
        self.origins: list[str] = []
        self.held: list[Callable[[], None]] | None = None
        self.fails: str | None = None
        self.answer = {"status": 200, "headers": [["content-type", "text/plain"]], "body": "Hello"}

    def status(self) -> Status:
        sockets = sum(each.state == "open" for each in self.people.values())
        return self.now._replace(sockets=sockets)

    def routes(self) -> list[RouteView]:
        return self.served

    def clients(self) -> list[ClientView]:
        return list(self.people.values())

    def meant(self, seq: int) -> str:
        return f"there is no handler bom; did you mean boom? (#{seq})"

    def guests(self) -> list[GuestView]:
        return list(self.others)

    def put(self, name: str, state: str = "open", code: int | None = None, **more: Any) -> None:
        """Let there be a client."""
        known = {"path": "/chat/lobby", "reason": "", "subprotocol": None}
        self.people[name] = ClientView(name=name, state=state, code=code, **{**known, **more})

    def connect(self, client: str, path: str, subprotocols: Sequence[str], done: Done) -> None:
        self.did.append(("connect", client, path, list(subprotocols)))

        def act() -> None:
            if self.fails is None:
                self.put(client, path=path)
            else:
                self.put(client, "refused", 404, path=path, reason="404 Not Found")
            self._end(done, client)

        self._soon(act)

    def send(self, client: str, data: str | bytes, done: Done) -> None:
        self.did.append(("send", client, data))
        self._soon(lambda: self._end(done, None))

    def close(self, client: str, code: int, reason: str, done: Done) -> None:
        self.did.append(("close", client, code, reason))
        self.put(client, "closed", code, reason=reason)
        self._soon(lambda: self._end(done, None))

    def request(
        self,
        method: str,
        path: str,
        body: str | bytes,
        done: Done,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.did.append(("request", method, path, body, *([headers] if headers else [])))
        self._soon(lambda: self._end(done, {**self.answer, "seconds": 0.003}))

    def stop(self, done: Done) -> None:
        self.did.append(("stop",))
        self.now = self.now._replace(running=False, url="")
        self._soon(lambda: self._end(done, None))

    def restart(self, done: Done) -> None:
        self.did.append(("restart",))
        self.now = self.now._replace(running=True, url="http://127.0.0.1:43121/")
        self._soon(lambda: self._end(done, None))

    def break_out(self, done: Done) -> None:
        self.did.append(("break_out",))
        self.now = self.now._replace(blocked="")
        self._soon(lambda: self._end(done, "broken out"))

    def trust(self, origin: str, around: Sequence[str] = ()) -> None:
        self.origins.append(origin)

    def told(self, url: str) -> None:
        self.did.append(("told", url))

    def release(self) -> None:
        """Let every command end that was held back."""
        held, self.held = self.held or [], None
        for act in held:
            act()

    def _soon(self, act: Callable[[], None]) -> None:
        if self.held is None:
            act()
        else:
            self.held.append(act)

    def _end(self, done: Done, result: Any) -> None:
        done(self.fails, None if self.fails else result)


MODELS = """() => {
window.models = {};
window.makeModel = (traits) => ({
  sent: [], listeners: {}, traits,
  on(name, listener) { (this.listeners[name] ??= new Set()).add(listener); },
  off(name, listener) { this.listeners[name]?.delete(listener); },
  send(message) { this.sent.push(message); },
  get(name) { return this.traits[name]; },
  set(name, value) { this.traits[name] = value; },
  save_changes() {},
  emit(name, ...args) { for (const listener of this.listeners[name] ?? []) listener(...args); },
});
window.shown = {};
window.show = async (name, source, css, traits) => {
  const sheet = document.createElement("style");
  sheet.textContent = css;
  document.head.append(sheet);
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const el = document.createElement("div");
  document.getElementById("panel").append(el);
  const model = (window.models[name] = window.makeModel(traits));
  window.shown[name] = (await import(url)).default.render({ model, el });
};
const view = (bytes) => new DataView(Uint8Array.from(bytes).buffer);
window.hear = (name, message, buffers) =>
  window.models[name].emit("msg:custom", message, buffers.map(view));
}
"""


class Ears:
    """A face with a comm that keeps what it sends, and a view that speaks to it."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.wire = Wire()
        face.comm = self.wire

    def hear(self, kind: str, **message: Any) -> None:
        """Let the view say something."""
        self.face._heard(self.face, {"kind": kind, "view": "v", "id": 1, **message}, [])

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Take what the face has sent, and return what of it is of a kind."""
        sent, self.wire.outbox = self.wire.outbox, []
        return [message for message, _ in sent if message["kind"] == kind]


class PanelPage:
    """The faces of a panel on one page, each with its real kernel side here."""

    def __init__(self, page: Page, controls: StandIn, log: Log | None = None) -> None:
        self.page = page
        self.controls = controls
        self.log = log if log is not None else Log()
        self.panel = Panel(controls, self.log)
        names = ("status", "kept", "routes", "clients", "between", "crowd", "traffic", "compose")
        faces = dict(zip(names, self.panel.children, strict=True))
        shared = self.panel.names, self.panel.follower, controls
        alone = {"console": self.panel.console, "ladder": Ladder(self.log, *shared)}
        self.faces: dict[str, Face] = {**faces, **alone}
        self.wires = {name: Wire() for name in self.faces}
        # Deaf it is gone; busy it hears nothing, as a kernel that runs a cell, but still tells.
        self.deaf = self.busy = False
        for name, face in self.faces.items():
            face.comm = self.wires[name]

    def render(self, *names: str, width: int = 900, theme: dict[str, str] | None = None) -> None:
        """Load the faces, all that stand in a panel by default, into an empty page."""
        shown = names or ("status", "routes", "clients", "traffic", "compose")
        colours = ";".join(f"{name}:{value}" for name, value in (theme or {}).items())
        self.page.set_content(
            f"<!doctype html><style>:root{{{colours}}}body{{margin:0;padding:16px;width:{width}px;"
            "box-sizing:border-box;background:var(--jp-layout-color1,#fff)}</style>"
            f"<div id=panel class='{'mpp-panel' if len(shown) > 1 else ''}'></div>"
        )
        self.page.evaluate(BUSY)
        self.page.evaluate(MODELS)
        for name in shown:
            face = self.faces[name]
            known = ("part", "chosen", "look", "of", "still")
            traits = {key: getattr(face, key) for key in known if hasattr(face, key)}
            arguments = [name, str(face._esm), str(face._css), traits]
            self.page.evaluate("(all) => window.show(...all)", arguments)
        self.carry()

    def carry(self) -> None:
        """Carry messages both ways until none is left."""
        while True:
            moved = False
            for name in self.page.evaluate("() => Object.keys(window.models)"):
                moved = self._carry(name) or moved
            self._drawn()
            if not moved:
                return

    def _carry(self, name: str) -> bool:
        if self.deaf:
            return False
        face, wire = self.faces[name], self.wires[name]
        take = "(name) => window.models[name].sent.splice(0)"
        asked = [] if self.busy else self.page.evaluate(take, name)
        for message in asked:
            face._heard(face, message, [])
        # The page and this test are all there is: nothing follows by itself.
        self.panel.follower.stop()
        going, wire.outbox = wire.outbox, []
        for message, buffers in going:
            arguments = [name, json.loads(json.dumps(message)), [list(each) for each in buffers]]
            self.page.evaluate("(all) => window.hear(...all)", arguments)
        return bool(asked or going)

    def _drawn(self) -> None:
        self.page.evaluate(SETTLED)

    def tick(self) -> None:
        """Carry what was asked, do what the follower does once, and carry what came of it."""
        self.carry()
        for face in self.faces.values():
            if hasattr(face, "_due"):
                face._due = 0.0
            face.keep_up(True)
        self.carry()

    def until(self, claim: Callable[[], bool], seconds: float = 5.0) -> None:
        """Carry messages until a claim holds."""
        deadline = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < deadline, "the claim did not come true in time"
            self.carry()


def press(page: Page, name: str, within: str = "#panel") -> None:
    """Press the button of that name."""
    page.locator(within).get_by_role("button", name=name, exact=True).click()


def message(page: Page) -> Locator:
    """Return where a message is written."""
    return page.get_by_role("textbox", name="Message")


def chosen(page: Page) -> Locator:
    """Return the list of who may send."""
    return page.get_by_label("From which client")


def chips(page: Page) -> list[str]:
    """Return what the clients' chips say."""
    return page.locator(".mpp-clients .mpp-chip").all_inner_texts()
