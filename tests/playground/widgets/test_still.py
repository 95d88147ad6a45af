"""A face is shown as two outputs: the widget, and a still that is read where the widget is dead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from nbconvert import HTMLExporter

from playground.widgets.still import CAPTION, WIDGET, new_mark, outputs
from tests.playground.kernels import Cell, Kernel

pytestmark = pytest.mark.live

SERVE = """
import ipywidgets
from IPython.display import display
from micropie import App
from playground import check, serve

class Echo(App):
    async def index(self):
        display(lab.routes)
        return "hello"

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

lab = serve(Echo)
"""
VIEWS = (
    "lab",
    "lab.panel",
    "lab.traffic",
    "lab.ladder",
    "lab.routes",
    "lab.console()",
    'lab.browse("/")',
    'lab.connect_in_browser("/echo")',
    'check("echo-upper", lab)',
)
UPDATED = """
seen = []
hook = lambda message: seen.append(message["content"].get("transient")) or message
get_ipython().display_pub.register_hook(hook)
handle = display(lab.traffic, display_id="ours")
handle.update(lab.traffic)
get_ipython().display_pub.unregister_hook(hook)
" ".join(each["display_id"] for each in seen)
"""
KEPT = """
out = ipywidgets.Output()
out.append_display_data(lab.routes)
sorted(out.outputs[0]["data"])
"""
MARK = re.compile(r'<div class="mpp-still" data-still="(\w+)"><style>')


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(SERVE)
        yield kernel


def test_a_bundle_becomes_two_outputs_and_nothing_is_in_both() -> None:
    data = {WIDGET: {"model_id": "7"}, "text/plain": "words", "text/html": "<b>words</b>"}
    widget, still = outputs(data, "mark")
    assert widget == {WIDGET: {"model_id": "7"}, "text/plain": CAPTION}
    assert still["text/plain"] == "words"
    assert still["text/html"].startswith('<div class="mpp-still" data-still="mark"><style>.jp-')
    assert still["text/html"].endswith("</style><b>words</b></div>")
    assert "/*" not in still["text/html"], "comments are not saved with every view"


def test_a_face_without_a_still_is_one_output() -> None:
    data = {WIDGET: {"model_id": "7"}, "text/plain": "words"}
    assert outputs(data, "mark") == [data]


# How a page chooses among the kinds of one output, first come first. nbviewer and GitHub draw what
# nbconvert makes; VS Code's is `mimeTypePreference` of its notebooks' documentation.
ORDERS = {
    "nbconvert, nbviewer and GitHub": tuple(
        HTMLExporter().default_config["NbConvertBase"]["display_data_priority"]
    ),
    "VS Code": (
        WIDGET,
        "text/html",
        "application/javascript",
        "text/latex",
        "text/markdown",
        "image/png",
        "image/svg+xml",
        "image/jpeg",
        "application/json",
        "text/plain",
    ),
    "where neither widgets nor HTML are drawn": ("image/svg+xml", "text/plain"),
}


@pytest.mark.parametrize("where", ORDERS)
def test_wherever_it_is_opened_the_second_output_is_the_still(where: str) -> None:
    ladder = {"text/html": "<img>", "text/plain": "words", "image/svg+xml": "<svg/>", WIDGET: {}}
    for data in (ladder, {each: ladder[each] for each in ("text/html", "text/plain", WIDGET)}):
        widget, still = (
            next(kind for kind in ORDERS[where] if kind in output)
            for output in outputs(data, "mark")
        )
        assert widget in (WIDGET, "text/plain")
        drawn = "text/html" if "text/html" in ORDERS[where] else None
        assert still == (drawn or ("image/svg+xml" if "image/svg+xml" in data else "text/plain"))


def test_every_face_has_a_mark_of_its_own() -> None:
    assert len({new_mark() for _ in range(100)}) == 100


def pairs(cell: Cell) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return a cell's displays as widget and still."""
    found = cell.displays
    assert len(found) % 2 == 0
    for widget, still in zip(found[::2], found[1::2], strict=True):
        assert set(widget) == {WIDGET, "text/plain"}
        assert MARK.match(still["text/html"])
        assert WIDGET not in still
    return list(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_a_widget_and_a_still_however_it_is_shown(kernel: Kernel, view: str) -> None:
    last = kernel.run(view)
    assert last.result is None
    shown = kernel.run(f"display({view})\nprint('and')\ndisplay({view})")
    ((widget, _),) = pairs(last)
    marks = {MARK.findall(still["text/html"])[0] for _, still in pairs(shown)}
    assert len(pairs(shown)) == 2
    assert len(marks) == 1, "every view of a face that lives hides every still of it"
    # A view of the traffic stands when a later cell shows the next one, which is another.
    alone = view in ("lab.traffic", "lab.ladder")
    assert (MARK.findall(pairs(last)[0][1]["text/html"])[0] in marks) != alone
    assert widget["text/plain"] == CAPTION
    assert kernel.run("_ is not None").value == "True"


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ("HBox([lab.traffic, lab.ladder])", ["<table", "data:image/svg+xml"]),
        ("VBox([HBox([lab.routes])])", ["Routes: HTTP"]),
        ("Tab([lab.panel, lab.console()])", ["revision", "Clients: none"]),
    ],
)
def test_a_box_has_the_stills_of_the_views_in_it(
    kernel: Kernel, box: str, words: list[str]
) -> None:
    cell = kernel.run(f"from ipywidgets import *\n{box}")
    ((widget, still),) = pairs(cell)
    assert widget["text/plain"] == CAPTION
    stills = still["text/html"].split('<div class="mpp-still"')[1:]
    assert len(set(MARK.findall(still["text/html"]))) == len(words)
    for each, wanted in zip(stills, words, strict=True):
        assert wanted in each


def test_what_an_output_took_has_its_still_where_the_output_is_shown(kernel: Kernel) -> None:
    cell = kernel.run(
        "out = Output()\nwith out:\n    display(lab.ladder)\nprint('between')\ndisplay(VBox([out]))"
    )
    found = [each for each in cell.displays if WIDGET in each or "text/html" in each]
    assert "data:image/svg+xml" in found[-1]["text/html"]


def test_what_an_output_takes_that_is_on_the_page_has_its_still_beside_it(kernel: Kernel) -> None:
    kernel.run("late = Output()\nlate")
    cell = kernel.run(
        "seen = []\nlate.observe(lambda change: seen.append(bool(change.new)), 'msg_id')\n"
        "with late:\n    display(lab.traffic)\nseen"
    )
    assert cell.value == "[True, False, True, False]", "let go for the still, and taken up again"


def test_a_widget_without_a_view_of_ours_is_shown_as_ever(kernel: Kernel) -> None:
    cell = kernel.run("HBox([Button(description='theirs')])")
    assert WIDGET in (cell.result or {})
    assert not any("mpp-still" in str(each) for each in cell.displays)


def test_several_at_once_stand_each_above_its_still(kernel: Kernel) -> None:
    cell = kernel.run("display(lab.routes, lab.ladder)\nlab.traffic")
    models = [widget[WIDGET]["model_id"] for widget, _ in pairs(cell)]
    assert len(set(models)) == 3
    words = ("Routes: HTTP", "data:image/svg+xml", "<table")
    for (_, still), wanted in zip(pairs(cell), words, strict=True):
        assert wanted in still["text/html"]


def test_a_panel_and_its_status_line_have_one_mark(kernel: Kernel) -> None:
    # A panel has no script of its own: its status line hides its stills.
    cell = kernel.run("display(lab.panel.status, lab)")
    assert len({MARK.findall(still["text/html"])[0] for _, still in pairs(cell)}) == 1


def test_an_output_that_may_be_updated_has_an_id_and_its_still_another(kernel: Kernel) -> None:
    cell = kernel.run(UPDATED)
    assert cell.value == repr("ours ours-1 ours ours-1")
    assert len(pairs(cell)) == 1, "an update shows nothing more"


def test_who_keeps_a_view_is_given_one_bundle(kernel: Kernel) -> None:
    kept = kernel.run(KEPT)
    assert kept.displays == []
    assert kept.value == repr(sorted([WIDGET, "text/html", "text/plain"]))
    part = kernel.run('display(lab.routes, exclude=["text/html"])')
    assert [sorted(data) for data in part.displays] == [sorted([WIDGET, "text/plain"])]


def test_a_handler_that_shows_a_view_shows_both_under_its_cell(kernel: Kernel) -> None:
    kernel.run("(await lab.get('/')).text")
    served = [cell for cell in kernel.cells.values() if cell.number == 1]
    kernel.until(lambda: any(len(cell.displays) == 2 for cell in served))
    (cell,) = [cell for cell in served if cell.displays]
    assert len(pairs(cell)) == 1
