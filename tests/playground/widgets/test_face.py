"""A module is composed of parts, and kernel and view talk without losing an exception."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import playground.widgets.face as face_module
from playground.widgets.face import Face, compose, style

if TYPE_CHECKING:
    from face_page import Wire


class Counter(Face):
    """A face that answers one message."""

    def heard_add(self, message: dict[str, Any], buffers: object) -> None:
        self.tell({"kind": "sum", "sum": sum(message["numbers"])})

    def still_html(self) -> str:
        return "<b>3</b>"

    def still_text(self) -> str:
        return "three"


@pytest.fixture
def counter(wire: Wire) -> Counter:
    made = Counter()
    made.comm = wire
    return made


def static(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)
    monkeypatch.setattr(face_module, "_STATIC", folder)
    compose.cache_clear()


def test_parts_lose_their_imports_and_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static(
        tmp_path,
        monkeypatch,
        one="export const a = 1;\nexport function b() {}\nexport class C {}\n",
        two='import { a,\n  b } from "./one.js";\nexport default { render() { b(a); } };\n',
    )
    module = compose("one.js", "two.js")
    assert "import" not in module
    assert module.count("export") == 1
    assert module.index("const a") < module.index("export default")
    compose.cache_clear()


def test_a_part_must_stand_before_who_imports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static(tmp_path, monkeypatch, one="", two='import { a } from "./one.js";\n')
    with pytest.raises(ValueError, match=r"name \['one.js'\] first"):
        compose("two.js", "one.js")
    compose.cache_clear()


def test_a_real_module_has_no_import_left() -> None:
    module = compose("dom.js", "heartbeat.js")
    assert "\nimport " not in module
    assert "\nexport " not in module


def test_no_script_writes_markup_or_fetches() -> None:
    # The name of SVG looks like an address, but nothing is fetched there; and a page of the app
    # is looked for on this very machine.
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|fetch\(|XMLHttp|eval\("
        r"|https?://(?!www\.w3\.org/2000/svg|127\.0\.0\.1:)"
    )
    scripts = [file for file in face_module._STATIC.iterdir() if file.name.endswith(".js")]
    assert scripts
    for script in scripts:
        assert not forbidden.search(script.read_text("utf-8")), script.name


def test_the_shared_style_comes_first() -> None:
    css = style("traffic.css")
    assert css.index("--mpp-ground:") < css.index(".mpp-traffic ")


def test_a_message_is_answered(counter: Counter, wire: Wire) -> None:
    counter._heard(counter, {"kind": "add", "numbers": [1, 2]}, [])
    assert wire.outbox == [({"kind": "sum", "sum": 3}, [])]


@pytest.mark.parametrize("message", [{"kind": "add"}, {"kind": "nonsense"}, {}, "text", None])
def test_a_failing_answer_is_told_and_logged(
    counter: Counter, wire: Wire, message: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        counter._heard(counter, message, [])
    told, _ = wire.outbox[0]
    assert told["kind"] == "trouble"
    assert told["text"]
    assert caplog.records


def test_a_saved_notebook_shows_the_still_picture(counter: Counter) -> None:
    data, _ = counter._repr_mimebundle_()
    assert data["text/html"] == "<b>3</b>"
    assert data["text/plain"] == repr(counter) == "three"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == counter.model_id


def test_a_closed_face_takes_messages_in_silence(counter: Counter) -> None:
    counter.close()
    counter.tell({"kind": "sum", "sum": 1})
