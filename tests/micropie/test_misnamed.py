"""A name of another framework's, in a handler: what was raised says what to write here."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, Request, WebSocket
from micropie.misnamed import APP, REQUEST, SOCKET, explain
from micropie.testing import Client


class Chat(App):
    asked = ""

    async def page(self) -> Any:
        return eval(self.asked)

    async def ws_page(self, ws: Any) -> None:
        await ws.accept()
        message = await ws.receive_text()
        await eval(self.asked, {"ws": ws, "self": self, "message": message})


def told_of(asked: str, owner: object) -> str:
    with pytest.raises(AttributeError) as raised:
        eval(asked, {"it": owner})
    explain(raised.value)
    return str(raised.value)


async def told(asked: str, *, socket: bool = True) -> str:
    """Return what is raised where a handler asks for something."""
    app = Chat()
    app.asked = asked
    errors: list[BaseException] = []

    def heard(error: BaseException, request: object) -> bool:
        errors.append(error)
        return True

    app.error_hooks.append(heard)
    async with Client(app) as client:
        if socket:
            ws = await client.connect("/page")
            await ws.send("hi")
            await ws.ended()
        else:
            await client.get("/page")
    return str(errors[0])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("ws.recv()", "'WebSocket' object has no attribute 'recv'; write await ws.receive_text()"),
        ("ws.send_message('x')", "write await ws.send_text(…)"),
        ("ws.sendText('x')", "did you mean ws.send_text?"),
        ("ws.client_state", "write ws.state"),
        ("message.data", "a message is the text itself: leave .data out"),
        ("self.recv()", "write that of ws, which a handler is given"),
        ("self.reqest.session", "did you mean self.request?"),
    ],
)
async def test_a_handler_is_told_what_to_write(asked: str, says: str) -> None:
    assert says in await told(asked)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("self.request.args['x']", "'Request' object has no attribute 'args'; write request.query"),
        ("self.request.get_json()", "write request.json()"),
        ("self.request.headrs", "did you mean request.headers?"),
        ("self.session", "'Chat' object has no attribute 'session'; write self.request.session"),
        ("self.render_template('x')", "write await self._render_template(…)"),
    ],
)
async def test_a_page_is_told_too(asked: str, says: str) -> None:
    assert says in await told(asked, socket=False)


def test_what_is_not_awaited_yet_says_so() -> None:
    async def work() -> None: ...

    coroutine = work()
    assert told_of("it.upper()", coroutine).endswith("write await before work(…)")
    coroutine.close()


def test_what_is_named_otherwise_is_not_there() -> None:
    socket = WebSocket(None, None, {})  # type: ignore[arg-type]
    app, request = App(), Request({"type": "http"})
    assert not [name for name in SOCKET if hasattr(socket, name)]
    assert not [name for name in APP if hasattr(app, name)]
    assert not [name for name in REQUEST if hasattr(request, name)]


def test_an_error_of_ones_own_stays_as_it_is() -> None:
    class Mine(AttributeError):
        pass

    for error in (AttributeError("mine"), AttributeError(), Mine("x has no attribute 'y'")):
        before = error.args
        explain(error)
        assert error.args == before
    assert told_of("it.nothing", object()) == "'object' object has no attribute 'nothing'"


def test_it_is_said_once_and_within_a_group() -> None:
    with pytest.raises(AttributeError) as raised:
        WebSocket(None, None, {}).recv()  # type: ignore[arg-type, attr-defined]
    group = ExceptionGroup("two", [ValueError("a"), raised.value])
    explain(group)
    explain(group)
    assert str(raised.value).count("write await") == 1


def test_what_answers_to_nothing_is_no_harm() -> None:
    class Odd:
        @property  # type: ignore[misc]
        def __class__(self) -> Any:
            raise ValueError("odd")

    explain(AttributeError("'Odd' object has no attribute 'x'", name="x", obj=Odd()))


def test_an_app_that_is_asked_in_a_cell_says_what_to_write_by_itself() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run'; write serve"):
        App().run()  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="method named like its path"):
        App().get("/")  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"no attribute 'mine'$"):
        App().mine  # type: ignore[attr-defined]  # noqa: B018
