"""What apps of other frameworks offer, on stand-ins that are shaped as theirs are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from micropie import App
from playground.live.foreign import handlers_of, layers, routes_of, shadowed


async def item(item_id: int, q: str = "x") -> None:
    """Get an item.

    More of it.
    """


async def talk(socket: object, room: str) -> None: ...


async def home(request: object) -> None: ...


class Pie(App):
    async def greet(self, name: str = "x") -> str:
        return name

    async def ws_chat(self, ws: object) -> None: ...


class Endpoint:
    async def get(self, request: object) -> None: ...


class Route:
    """As Starlette's and FastAPI's."""

    def __init__(self, path: str, endpoint: Any, methods: set[str] | None = None) -> None:
        self.path, self.endpoint, self.methods = path, endpoint, methods


class WebSocketRoute:
    def __init__(self, path: str, endpoint: Any) -> None:
        self.path, self.endpoint = path, endpoint


class Mount:
    def __init__(self, path: str, app: Any) -> None:
        self.path, self.app = path, app

    @property
    def routes(self) -> list[Any]:
        return getattr(self.app, "routes", [])


class Foreign:
    """As every ASGI app: called with scope, receive and send."""

    def __init__(self, **has: Any) -> None:
        vars(self).update(has)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


def listed(app: Any) -> list[tuple[str, str, str]]:
    return [(each.kind, each.path, each.handler) for each in routes_of(app)]


STARLETTE = Foreign(
    routes=[
        Route("/docs", print),
        Route("/", home),
        Route("/items/{item_id:int}", item),
        Route("/e", Endpoint),
        WebSocketRoute("/ws/{room}", talk),
        Mount("/in", Foreign(routes=[Route("/side", home)])),
        Mount("/pie", Pie()),
    ]
)
STARLETTES = [
    ("http", "/", "home"),
    ("http", "/items/{item_id}", "item"),
    ("http", "/e", "Endpoint"),
    ("websocket", "/ws/{room}", "talk"),
    ("http", "/in/side", "home"),
    ("http", "/pie/greet/{name}", "greet"),
    ("websocket", "/pie/chat", "ws_chat"),
    ("http", "/docs", "print"),
]
RULES = [
    SimpleNamespace(rule="/items/<int:item_id>", endpoint="item", websocket=False),
    SimpleNamespace(rule="/ws/<room>", endpoint="talk", websocket=True),
]
QUART = Foreign(
    url_map=SimpleNamespace(iter_rules=lambda: iter(RULES)),
    view_functions={"item": item, "talk": talk},
    asgi_app=home,
)


class HTTPRoute:
    """As Litestar's."""

    path = "/items/{item_id:int}"
    route_handlers = (SimpleNamespace(fn=item),)


class WebSocketHandlers:
    path = "/ws/{room:str}"
    route_handler = SimpleNamespace(fn=talk)


LITESTAR = Foreign(routes=[HTTPRoute(), WebSocketHandlers()])
ENGINE = SimpleNamespace(handlers={"/": {"connect": home, "hi there": talk}})


def socketio(inner: Any) -> Foreign:
    return Foreign(engineio_server=ENGINE, engineio_path="/socket.io/", other_asgi_app=inner)


BOTH = [("http", "/items/{item_id}", "item"), ("websocket", "/ws/{room}", "talk")]


@pytest.mark.parametrize(
    ("app", "wanted"),
    [
        (STARLETTE, STARLETTES),
        (Foreign(app=STARLETTE), STARLETTES),
        (QUART, BOTH),
        (LITESTAR, BOTH),
        (socketio(None), [("websocket", "/socket.io/", "Foreign")]),
        (
            socketio(Pie()),
            [
                ("websocket", "/socket.io/", "Foreign"),
                ("http", "/greet/{name}", "greet"),
                ("websocket", "/chat", "ws_chat"),
            ],
        ),
        (Foreign(), []),
        (Foreign(routes="none"), []),
        (home, []),
    ],
)
def test_routes_are_what_an_app_says_of_itself(app: Any, wanted: list[Any]) -> None:
    assert listed(app) == wanted


def test_a_route_has_its_parameters_and_the_first_line_of_its_words() -> None:
    [route, _] = routes_of(QUART)
    assert [(each.name, each.annotation) for each in route.parameters] == [("item_id", "int")]
    assert route.doc == "Get an item."
    assert "connect, hi there" in str(routes_of(socketio(None))[0].doc)


def test_the_users_own_functions_are_found_and_nobody_elses() -> None:
    assert handlers_of(STARLETTE) == [home, item, Endpoint.get, talk]
    assert handlers_of(socketio(QUART)) == [home, talk, item]
    assert handlers_of(home) == [home]
    assert handlers_of(Pie()) == []


def test_an_app_that_stands_before_itself_or_cannot_be_looked_at_is_no_trouble() -> None:
    loop = Foreign()
    vars(loop)["app"] = loop
    assert layers(loop) == [loop]

    class Shy(Foreign):
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    assert listed(Shy()) == []
    assert handlers_of(Shy()) == []


def test_a_route_that_was_added_again_is_known() -> None:
    again = Foreign(
        routes=[
            Route("/a", home, {"GET"}),
            Route("/a", item, {"POST"}),
            Route("/b", home),
            Route("/b", item),
        ]
    )
    assert shadowed(again) == ["/b"]
    assert shadowed(STARLETTE) == []


def test_an_app_that_hands_everything_on_has_the_routes_of_the_one_within() -> None:
    class Within(App):
        def __init__(self) -> None:
            super().__init__()
            self.app = STARLETTE

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)

    class Holding(App):
        def __init__(self) -> None:
            super().__init__()
            self.app = STARLETTE

    assert listed(Within()) == STARLETTES
    assert listed(Holding()) == []
    assert handlers_of(Within()) == handlers_of(STARLETTE)
