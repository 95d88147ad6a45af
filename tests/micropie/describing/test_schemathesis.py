"""Schemathesis asks a real server for what the document promises, and looks if it is so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from micropie import App
from micropie.describing import openapi
from tests.micropie.describing.course import course_apps
from tests.micropie.servers import uvicorn_server

pytestmark = pytest.mark.live

EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# These raise on purpose, for their notebook to show it, or need what its cells have made.
APART = {"01 Site", "09 Site", "11 Hasty"}
WITH_PAGES = [
    name for name, app in course_apps().items() if name not in APART and openapi(app)["paths"]
]


@pytest.fixture(params=WITH_PAGES)
def app(request: pytest.FixtureRequest) -> App:
    return course_apps()[request.param]()


@pytest.fixture
def base_url(app: App) -> Iterator[str]:
    with uvicorn_server(app, http="auto", ws="websockets-sansio") as port:
        yield f"http://127.0.0.1:{port}"


def test_an_app_of_the_course_keeps_to_its_document(app: App, base_url: str) -> None:
    document: Any = schemathesis.openapi.from_dict(openapi(app))
    for found in document.get_all_operations():
        asked(found.ok().as_strategy(), base_url)


def asked(cases: Any, base_url: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def holds(case: Any) -> None:
        answer = case.call(base_url=base_url)
        case.validate_response(answer, checks=CHECKS)

    holds()
