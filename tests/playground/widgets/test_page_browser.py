"""A page of a real lab in a frame, in Chromium: it finds its address and follows every swap."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of
from playground.traffic.log import Log
from playground.widgets import AppPage
from playground.widgets.follower import Follower
from tests.notebooks import static_site
from tests.playground.widgets.face_page import FaceOnPage
from tests.playground.widgets.panel_page import StandIn

LONG = "<!doctype html><title>Long</title><style>p {{ margin: 0 0 200px }}</style>{}"
# What is wrong; the other one says what a proxy does to the page.
BANNER = ".mpp-banner:not(.mpp-through-words)"
ELOPE = "try { top.location = 'about:blank#gone' } catch (error) { document.title = error.name }"


class Site(App):
    """What every revision has; `word` says which it is."""

    word = "one"
    visits = 0

    async def index(self) -> str:
        type(self).visits += 1
        told = f"<h1>{self.word}</h1><p id=visits>{type(self).visits}</p>"
        rest = "<p>…</p>" * 20 + '<a href="other">other</a> <a href="#end" id=end>end</a>'
        return LONG.format(told + rest)

    async def other(self, name: str = "nobody") -> str:
        return f"<!doctype html><title>Other</title><h1>other {self.word} {name}</h1>"

    async def away(self) -> str:
        return f"<!doctype html><script>{ELOPE}</script><h1>here</h1>"


def revision(said: str) -> type[Site]:
    return type("Site", (Site,), {"word": said, "visits": 0})


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a notebook's page. To a browser it is another site than 127.0.0.1."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "index.html").write_text("")
    with static_site.served(folder) as site:
        yield site.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(page: Page, notebook: str) -> Page:
    """A page on a notebook's own: a lab lets in no page without an origin."""
    page.goto(notebook)
    return page


@pytest.fixture
def served() -> Iterator[Lab]:
    lab = serve(revision("one"), name="browsed")
    yield lab
    lab.stop()


class Shown(FaceOnPage):
    """A lab's page on a page."""

    def __init__(self, page: Page, face: AppPage, width: int = 900) -> None:
        super().__init__(page, face)
        self.render(width)

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator(".mpp-page-frame").frame_locator("iframe")

    def heading(self, text: str) -> None:
        expect(self.inside.get_by_role("heading")).to_have_text(text)

    def says(self, text: str) -> None:
        expect(self.page.locator(BANNER)).to_contain_text(text)

    def is_quiet(self) -> None:
        expect(self.page.locator(BANNER)).to_be_hidden()

    def looks(self) -> None:
        """The follower looks at the lab."""
        self.face._due = 0.0
        self.tick()


def visits(shown: Shown) -> str:
    return shown.inside.locator("#visits").inner_text()


def test_it_finds_its_address_and_shows_the_page(page: Page, served: Lab) -> None:
    shown = Shown(page, served.browse("/other?name=Ada"))
    shown.heading("other one Ada")
    shown.is_quiet()
    expect(page.get_by_label("Path in the app")).to_have_value("/other?name=Ada")
    expect(page.locator(".mpp-page-site")).to_have_text(f"127.0.0.1:{served.port}")
    expect(page.get_by_role("link", name="Open in a new tab")).to_have_attribute(
        "href", f"{served.local_url}other?name=Ada"
    )


def test_a_page_whose_hello_was_not_heard_yet_waits_for_the_answer(page: Page, served: Lab) -> None:
    """It is shown a state before: loaded then, what holds the page would not know whom to trust."""
    face = served.browse("/")
    shown = Shown.__new__(Shown)
    FaceOnPage.__init__(shown, page, face)
    shown.deaf = True
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    face.displayed()
    shown.render()
    shown.looks()
    expect(page.locator(".mpp-badge")).to_have_text("revision 1")
    assert not any(".well-known" in url for url in asked), "it looks for the lab when it is let in"
    shown.deaf = False
    shown.carry()
    shown.heading("one")


def test_an_address_that_is_not_the_labs_is_passed_over(page: Page, served: Lab) -> None:
    other = serve(revision("another's"), name="other", url="{port}")
    # What the lab says first is another lab's.
    face = AppPage(_Elsewhere(served, other.local_url), Follower(served.log), "/", 300)
    shown = Shown(page, face)
    shown.heading("one")
    other.stop()


class _Elsewhere(StandIn):
    """A lab that believes that it is somewhere else."""

    def __init__(self, lab: Lab | None, url: str, port: int | None = None) -> None:
        super().__init__()
        self.lab = lab
        named = parts_of(lab).entrance.identity.id if lab else "nobody"
        port = lab.port if lab else port
        self.now = self.now._replace(url=url, revision=1, port=port, lab=named)

    def trust(self, origin: str, around: Sequence[str] = ()) -> None:
        if self.lab:
            parts_of(self.lab).entrance.origins.trust(origin, around)


def test_it_says_why_no_address_works_and_goes_on_trying(page: Page) -> None:
    lab = serve(revision("one"), name="browsed")
    lab.stop()
    elsewhere = _Elsewhere(lab, "http://127.0.0.1:1/")
    shown = Shown(page, AppPage(elsewhere, Follower(lab.log), "/", 300))
    shown.says(
        f"This page cannot reach the app: 127.0.0.1:1 did not answer and 127.0.0.1:{lab.port} "
        "did not answer. If you know an address that does, tell it: serve(…, url="
    )
    expect(page.get_by_label("Path in the app")).to_be_disabled()
    lab.restart()
    shown.heading("one")
    shown.is_quiet()
    lab.stop()


def test_a_swap_and_only_a_swap_loads_it_anew_where_it_was(page: Page, served: Lab) -> None:
    shown = Shown(page, served.browse("/"))
    shown.heading("one")
    frame = page.frames[-1]
    frame.evaluate("() => scrollTo(0, 700)")
    for height in (300, 310, 320):
        served.browse("/", height=height)  # so that there is something to tell
        shown.looks()
    frame.wait_for_load_state()
    assert visits(shown) == "1"
    served.swap(revision("two"))
    shown.looks()
    shown.heading("two")
    assert visits(shown) == "1", "one swap, one visit"
    page.frames[-1].wait_for_function("() => scrollY === 700")


def test_it_stays_on_the_page_it_was_led_to(page: Page, served: Lab) -> None:
    shown = Shown(page, served.browse("/"))
    shown.inside.get_by_role("link", name="other").click()
    shown.heading("other one nobody")
    path = page.get_by_label("Path in the app")
    expect(path).to_have_value("/other")
    served.swap(revision("two"))
    shown.looks()
    shown.heading("other two nobody")
    expect(path).to_have_value("/other")
    path.fill("other/Eve")
    path.press("Enter")
    shown.heading("other two Eve")
    expect(path).to_have_value("/other/Eve")


def test_reload_asks_for_the_page_again(page: Page, served: Lab) -> None:
    shown = Shown(page, served.browse("/"))
    shown.heading("one")
    page.get_by_role("button", name="Reload").click()
    expect(shown.inside.locator("#visits")).to_have_text("2")


def test_a_stopped_lab_is_said_and_its_page_comes_back_by_itself(page: Page, served: Lab) -> None:
    shown = Shown(page, served.browse("/"))
    shown.heading("one")
    served.stop()
    shown.looks()
    shown.says("The lab is stopped")
    expect(page.get_by_role("button", name="Reload")).to_be_disabled()
    served.restart()
    shown.looks()
    shown.is_quiet()
    expect(page.get_by_role("button", name="Reload")).to_be_enabled()
    assert visits(shown) == "1", "nothing was swapped"


def test_a_handler_that_blocks_the_server_is_named_as_the_reason(page: Page, served: Lab) -> None:
    go_on = threading.Event()
    shown = Shown(page, served.browse("/"))
    shown.heading("one")

    async def hold() -> None:
        go_on.wait(20)

    parts_of(served).transport.spawn(hold())
    second = FaceOnPage(page, served.browse("/other"))
    second.render()
    expect(page.locator(BANNER)).to_contain_text("has not answered for 2 s")
    expect(page.locator(BANNER)).to_contain_text("lab.doctor()")
    go_on.set()
    inside = page.frame_locator(".mpp-page-frame").frame_locator("iframe")
    expect(inside.get_by_role("heading")).to_have_text("other one nobody")


def test_a_page_cannot_lead_the_notebook_away(page: Page, served: Lab, notebook: str) -> None:
    shown = Shown(page, served.browse("/away"))
    shown.heading("here")
    assert page.frames[-1].title() == "SecurityError"
    assert page.url == notebook


def test_a_page_that_leaves_the_app_is_noticed_and_brought_back(page: Page, served: Lab) -> None:
    other = serve(revision("elsewhere"), name="other")
    shown = Shown(page, served.browse("/other"))
    shown.heading("other one nobody")
    page.frames[-1].evaluate(f"() => {{ location = {other.local_url!r}; }}")
    shown.says("The page has left the app")
    page.get_by_role("button", name="Reload").click()
    shown.heading("other one nobody")
    shown.is_quiet()
    other.stop()


def test_without_a_network_there_is_no_address(page: Page) -> None:
    standing = StandIn()
    standing.now = standing.now._replace(address="in-process (no network)", url="", port=None)
    shown = Shown(page, AppPage(standing, Follower(Log()), "/", 300))
    shown.says("This lab has no network, so its pages have no address")


def test_the_page_that_shows_it_is_trusted(page: Page) -> None:
    standing = StandIn()
    face = AppPage(standing, Follower(Log()), "/", 300)
    face.heard_hello({"origin": "https://hub.example", "view": "v"}, [])
    face.heard_hello({"origin": "null", "view": "v"}, [])
    assert standing.origins == ["https://hub.example"]
    face.close()
