"""A page's kernel side: what it tells, and what is left of it in a saved notebook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of

pytestmark = pytest.mark.live


class Site(App):
    async def index(self) -> str:
        return "<h1>one</h1>"


@pytest.fixture
def served() -> Iterator[Lab]:
    lab = serve(Site, name="<site>")
    yield lab
    lab.stop()


def test_it_tells_what_a_view_needs_to_find_the_lab(served: Lab) -> None:
    state = served.browse("/chat?room=a", height=300).state()
    identity = parts_of(served).entrance.identity
    assert (state["port"], state["lab"], state["url"]) == (served.port, identity.id, served.url)
    assert (state["path"], state["height"], state["revision"]) == ("/chat?room=a", 300, 1)


def test_a_path_has_one_page_however_often_its_cell_is_run(served: Lab) -> None:
    first = served.browse("/")
    assert served.browse("/", height=10) is first
    assert first.state()["height"] == 80, "there is always something to see"
    assert served.browse("/other") is not first


def test_a_path_begins_with_a_slash(served: Lab) -> None:
    with pytest.raises(ValueError, match="try '/chat'"):
        served.browse("chat")


def test_a_saved_notebook_says_what_was_there(served: Lab) -> None:
    page = served.browse("/chat")
    said = f"The page /chat of <site>, revision 1, at http://127.0.0.1:{served.port}/chat"
    assert repr(page) == said
    assert "&lt;site&gt;" in page.still_html()
    assert "run the cell to see it again" in page.still_html()
    bundle, _ = page._repr_mimebundle_()
    assert bundle["text/plain"] == said
    page.follower.stop()


async def test_without_a_network_that_is_what_is_said() -> None:
    lab = serve(Site, name="near", transport="memory")
    assert "this lab has no network" in lab.browse("/").still_text()
    assert lab.browse("/").state()["url"] == ""
    lab.stop()
