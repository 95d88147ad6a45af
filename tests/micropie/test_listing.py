from __future__ import annotations

import functools

from micropie import App
from micropie.listing import routes


class Shop(App):
    colour = "red"

    async def index(self):
        return "index"

    def greet(self, name, greeting="hello"):
        return f"{greeting} {name}"

    async def many(self, first, *rest, flag="no", **others): ...

    @property
    def secret(self):
        raise AssertionError("a property was read")

    @staticmethod
    def static(word): ...

    @classmethod
    def classy(cls, word): ...

    def _private(self): ...

    async def ws_index(self, ws): ...

    async def ws_room(self, ws, room, name="Guest", *rest): ...

    partial = functools.partialmethod(greet, "partial")

    @functools.singledispatchmethod
    def dispatched(self, word): ...


def test_routes_are_listed_in_the_order_of_definition() -> None:
    found = [(route.kind, route.path, route.handler) for route in routes(Shop)]
    assert found == [
        ("http", "/", "index"),
        ("http", "/greet/{name}/{greeting}", "greet"),
        ("http", "/many/{first}/{rest…}", "many"),
        ("http", "/static/{word}", "static"),
        ("http", "/classy/{word}", "classy"),
        ("websocket", "/", "ws_index"),
        ("websocket", "/room/{room}/{name}/{rest…}", "ws_room"),
        ("http", "/partial/{greeting}", "partial"),
        ("http", "/dispatched/{word}", "dispatched"),
    ]


def test_routes_of_an_app_and_of_its_class_are_the_same() -> None:
    assert routes(Shop()) == routes(Shop)
    app = Shop()
    app.extra = lambda: ""  # type: ignore[attr-defined]
    assert [route.handler for route in routes(app)][-1] == "extra"


def test_a_route_tells_its_parameters() -> None:
    class Site(App):
        async def greet(self, name: str, times: int = 2, *rest, loud: bool = False, **more):
            """Greet somebody.

            At length.
            """

    (route,) = routes(Site)
    assert route.doc == "Greet somebody."
    assert [tuple(parameter) for parameter in route.parameters] == [
        ("name", "str", None, True, False),
        ("times", "int", 2, False, False),
        ("rest", None, None, False, True),
        ("loud", "bool", False, False, False),
        ("more", None, None, False, True),
    ]


def test_annotations_stand_as_they_were_written() -> None:
    class Site(App):
        async def page(self, data: dict[str, int], other: Unknown): ...  # type: ignore[name-defined] # noqa: F821

    (route,) = routes(Site)
    assert [parameter.annotation for parameter in route.parameters] == ["dict[str, int]", "Unknown"]


def test_an_overridden_handler_is_one_route() -> None:
    class Other(Shop):
        async def ws_index(self, ws): ...

        async def page(self): ...

    handlers = [route.handler for route in routes(Other)]
    assert handlers.count("ws_index") == 1
    assert handlers[-1] == "page"
