"""The document of what an application answers to HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest

from micropie import App
from micropie.describing import openapi
from tests.micropie.describing.course import course_apps
from tests.micropie.describing.official import validate


class Shop(App):
    """A shop."""

    async def index(self) -> str:
        """Say hello."""
        return "hello"

    async def greet(self, name: str, times: int = 1) -> str:
        """Greet somebody.

        As often as is wanted.
        """
        return f"hello {name} " * times

    async def order(self, kind: Literal["green", "black"]) -> Any:
        if self.request.method == "PUT":
            return 201, {"kind": kind}
        return {"kind": kind}

    async def upload(self) -> dict[str, int]:
        return {name: len(kept) for name, kept in self.request.files.items()}

    async def files(self, *parts: str) -> list[str]:
        return list(parts)

    async def search(self, q: str = "", **more: str) -> dict[str, str]:
        return {"q": q, **more}

    async def events(self) -> AsyncIterator[str]:
        yield "data: 1\n\n"

    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()


def answers(operation: dict[str, Any]) -> dict[str, list[str]]:
    return {status: list(each["content"]) for status, each in operation["responses"].items()}


DOCUMENT = openapi(Shop)
PATHS: dict[str, Any] = DOCUMENT["paths"]


def test_it_is_what_the_official_schema_allows() -> None:
    validate(DOCUMENT)


def test_title_and_words_are_the_class_s_own() -> None:
    assert DOCUMENT["info"] == {"title": "Shop", "version": "0", "description": "A shop."}
    assert openapi(Shop(), title="Teas", version="2")["info"]["title"] == "Teas"
    assert "description" not in openapi(type("Plain", (App,), {}))["info"]


def test_what_a_path_must_give_stands_in_the_path_and_what_it_may_in_the_query() -> None:
    assert [*PATHS["/greet/{name}"]] == ["get"]
    get = PATHS["/greet/{name}"]["get"]
    assert (get["summary"], get["description"]) == ("Greet somebody.", "As often as is wanted.")
    name, times = get["parameters"]
    assert (name["in"], name["required"], name["schema"]["minLength"]) == ("path", True, 1)
    assert (times["in"], times["required"]) == ("query", False)
    assert times["schema"] == {"type": "integer", "default": 1}


def test_a_body_may_give_all_parameters() -> None:
    body = PATHS["/greet"]["post"]["requestBody"]
    assert [*body["content"]] == ["application/json", "application/x-www-form-urlencoded"]
    schema = body["content"]["application/json"]["schema"]
    assert [*schema["properties"]] == ["name", "times"]
    assert (schema["required"], body["required"]) == (["name"], True)


def test_the_methods_are_those_that_the_code_tells_apart() -> None:
    assert [*PATHS["/order"]] == ["put"]
    assert [*PATHS["/order/{kind}"]] == ["get"]
    assert [*PATHS["/"]] == ["get"]


def test_a_handler_that_reads_its_body_takes_one_and_files_where_it_reads_files() -> None:
    assert [*PATHS["/upload"]] == ["get", "post"]
    assert "multipart/form-data" in PATHS["/upload"]["post"]["requestBody"]["content"]


def test_segments_and_names_without_end_are_said() -> None:
    (rest,) = PATHS["/files/{parts}"]["get"]["parameters"]
    assert "One or more segments" in rest["description"]
    assert "get" in PATHS["/files"]
    q, more = PATHS["/search"]["get"]["parameters"]
    assert (q["name"], more["name"], more["schema"]["type"]) == ("q", "more", "object")


def test_answers_are_what_the_annotation_says_and_open_where_there_is_none() -> None:
    assert answers(PATHS["/"]["get"]) == {"200": ["text/html"]}
    assert answers(PATHS["/files"]["get"]) == {"200": ["application/json"]}
    assert answers(PATHS["/events"]["get"]) == {"200": ["text/html"]}
    assert answers(PATHS["/order"]["put"]) == {
        "200": ["*/*"],
        "4XX": ["text/html"],
        "default": ["*/*"],
    }


@pytest.mark.parametrize(
    ("returns", "media"),
    [
        (str | None, ["text/html"]),
        (dict[str, int] | str, ["application/json", "text/html"]),
        (tuple[int, str], ["*/*"]),
        (None, ["text/html"]),
        (int, ["text/html"]),
    ],
)
def test_an_annotation_says_the_media_type(returns: Any, media: list[str]) -> None:
    async def page(self: Any) -> Any: ...

    page.__annotations__ = {"return": returns}
    document = openapi(type("Made", (App,), {"page": page}))
    assert [*document["paths"]["/page"]["get"]["responses"]["200"]["content"]] == media


def test_nothing_of_the_application_runs() -> None:
    class Loud(App):
        def __init__(self) -> None:
            raise AssertionError("it ran")

        @property
        def trap(self) -> str:
            raise AssertionError("it ran")

        async def page(self, kind: Unknown) -> Unknown:  # type: ignore[name-defined]  # noqa: F821
            raise AssertionError("it ran")

    document = openapi(Loud)
    validate(document)
    assert [*document["paths"]] == ["/page/{kind}", "/page"]


@pytest.mark.parametrize("name", course_apps())
def test_every_app_of_the_course_has_a_valid_document(name: str) -> None:
    validate(openapi(course_apps()[name]))
