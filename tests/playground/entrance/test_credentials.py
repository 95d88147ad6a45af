"""What a browser carries for Jupyter never reaches an app; what it carries for the app does."""

from __future__ import annotations

from typing import Any

import pytest

from playground.entrance.credentials import Credentials

OWN = "127.0.0.1:8000"
JUPYTER = "127.0.0.1:8888"
LOGIN = "username-127-0-0-1-8888=2|1:0|secret"


async def seen(
    headers: dict[str, str], query: str = "", host: str = JUPYTER, kind: str = "http"
) -> tuple[dict[str, str], str]:
    """Return the headers (but for Host) and the query that an app gets to see."""
    met: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        met.append(scope)

    pairs = [(name.encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    scope = {
        "type": kind, "headers": pairs, "query_string": query.encode(),
        "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    await Credentials(app, {"s3cret"}, in_jupyter=True)(scope, None, None)
    assert scope["headers"] == pairs, "the scope that came in is not ours to change"
    told = {name.decode(): value.decode() for name, value in met[0]["headers"]}
    return {name: value for name, value in told.items() if name != "host"}, met[0][
        "query_string"
    ].decode()


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", [JUPYTER, OWN])
async def test_the_login_cookies_are_kept_at_the_door(kind: str, host: str) -> None:
    cookies = f"_xsrf=2|a; {LOGIN}; session_id=mine; jupyterhub-user-ada=x; jupyterhub-session-id=y"
    assert await seen({"cookie": cookies}, host=host, kind=kind) == (
        {"cookie": "session_id=mine"},
        "",
    )
    assert await seen({"cookie": LOGIN}, host=host, kind=kind) == ({}, "")


@pytest.mark.parametrize("name", ["token", "Bearer"])
async def test_a_known_token_goes_and_another_one_stays(name: str) -> None:
    assert await seen({"authorization": f"{name} s3cret", "cookie": LOGIN}) == ({}, "")
    mine = {"authorization": f"{name} mine"}
    assert await seen({**mine, "cookie": LOGIN}) == (mine, "")
    assert await seen(mine, host=OWN) == (mine, "")


async def test_a_token_that_opened_the_notebook_servers_door_goes_whatever_it_is() -> None:
    assert await seen({"authorization": "token of-a-hub"}) == ({}, "")
    assert await seen({}, "room=a&token=of-a-hub&x=1") == ({}, "room=a&x=1")


async def test_a_token_in_the_query_is_the_apps_own_unless_it_is_known() -> None:
    assert await seen({"cookie": LOGIN}, "token=mine") == ({}, "token=mine")
    assert await seen({}, "token=mine", host=OWN) == ({}, "token=mine")
    assert await seen({}, "token=s3cret&room=a", host=OWN) == ({}, "room=a")
    assert await seen({}, "token=s3%63ret", host=OWN) == ({}, "")


async def test_what_guards_jupyters_forms_and_where_the_page_was_opened_from_go_too() -> None:
    headers = {"x-xsrftoken": "2|a", "referer": f"http://{JUPYTER}/lab?token=s3cret"}
    assert await seen(headers, host=OWN) == ({}, "")
    assert await seen({"referer": f"http://{JUPYTER}/lab"}, host=OWN) == (
        {"referer": f"http://{JUPYTER}/lab"},
        "",
    )


async def test_basic_authorization_is_always_the_apps() -> None:
    basic = {"authorization": "Basic YTpi"}
    assert await seen(basic) == (basic, "")


async def test_without_a_notebook_server_all_tokens_are_the_apps() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["headers"] == [(b"host", b"h"), (b"authorization", b"token x")]

    room = Credentials.in_front_of(app, {})
    headers = [(b"host", b"h"), (b"authorization", b"token x")]
    await room({"type": "http", "headers": headers, "query_string": b""}, None, None)


async def test_what_a_hub_gave_the_kernel_is_known() -> None:
    hub = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/", "JUPYTERHUB_API_TOKEN": "abc"}
    room = Credentials.in_front_of(lambda *_: None, hub)  # type: ignore[arg-type]
    assert room.secrets == {b"abc"}
    assert room.in_jupyter


async def test_a_lifespan_passes() -> None:
    met = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        met.append(scope["type"])

    await Credentials(app, (), in_jupyter=True)({"type": "lifespan"}, None, None)
    assert met == ["lifespan"]
