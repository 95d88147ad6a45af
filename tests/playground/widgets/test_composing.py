"""A face is composed of its files by what they import, and never of what would not run."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import playground.widgets
from playground.saved.packing import shrunk
from playground.widgets import composing
from playground.widgets.composing import compose, imports, modules, style
from playground.widgets.face import Face

STATIC = Path(str(composing.STATIC))
SCRIPTS = {str(path.relative_to(STATIC)): path for path in sorted(STATIC.rglob("*.js"))}
# What a page of its own runs, saved, live or a board's: it shows itself, and exports nothing.
PAGE = ["saved/unpack.js", "saved/page.js", "plain/host.js", "page/classpage.js"]
FACES = [name for name, path in SCRIPTS.items() if "\nexport default" in path.read_text("utf-8")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of files to compose, in place of the real one."""
    monkeypatch.setattr(composing, "STATIC", tmp_path)
    for cached in (composing._text, compose):
        cached.cache_clear()
    yield tmp_path
    for cached in (composing._text, compose):
        cached.cache_clear()


def put(folder: Path, **texts: str) -> None:
    """Write files into rooms: ``room_name`` is ``room/name.js``."""
    for name, text in texts.items():
        file = folder / f"{name.replace('_', '/')}.js"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)


def test_files_are_put_together_after_what_they_import(folder: Path) -> None:
    put(
        folder,
        low_one="export const a = 1;\nexport function b() {}\nexport class C {}\n",
        low_two='import { a } from "./one.js";\nexport const d = a;\n',
        top_face='import { d } from "../low/two.js";\nimport {\n  a, b,\n} from "../low/one.js";\n'
        "export default { render() { b(a + d); } };\n",
    )
    module = compose("top/face.js")
    assert modules("top/face.js") == ["low/one.js", "low/two.js", "top/face.js"]
    assert "import" not in module
    assert module.count("export") == 1
    assert module.index("const a") < module.index("const d") < module.index("export default")


def test_two_files_may_not_use_one_name(folder: Path) -> None:
    put(
        folder,
        low_one="const MOST = 1;\nexport const a = MOST;\n",
        low_face='import { a } from "./one.js";\nconst MOST = a;\nexport default { MOST };\n',
    )
    with pytest.raises(ValueError, match=r"'MOST' in both 'low/one\.js' and 'low/face\.js'"):
        compose("low/face.js")


def test_files_that_import_each_other_are_refused_with_the_circle(folder: Path) -> None:
    put(
        folder,
        low_one='import { b } from "./two.js";\nexport const a = 1;\n',
        low_two='import { a } from "./one.js";\nexport const b = 1;\n',
    )
    with pytest.raises(ValueError, match=r"low/one\.js → low/two\.js → low/one\.js"):
        compose("low/one.js")


def test_what_a_file_keeps_to_itself_cannot_be_imported(folder: Path) -> None:
    put(folder, low_one="const a = 1;\n", low_two='import { a } from "./one.js";\n')
    with pytest.raises(ValueError, match=r"'low/one.js' exports, got \['a'\]"):
        compose("low/two.js")


def test_an_import_of_another_form_is_refused(folder: Path) -> None:
    put(folder, low_one='import * as all from "./two.js";\n')
    with pytest.raises(ValueError, match="expected imports as in"):
        compose("low/one.js")


@pytest.mark.live
@pytest.mark.parametrize("face", [*FACES, *PAGE])
def test_every_face_can_be_parsed(face: str) -> None:
    module = shrunk(compose(face)) if face in PAGE else compose(face)
    assert "\nimport " not in module
    assert module.count("\nexport ") == (face in FACES)
    parsed = subprocess.run(
        ["node", "--check", "--input-type=module", "-"],
        input=module,
        capture_output=True,
        text=True,
    )
    assert parsed.returncode == 0, parsed.stderr


def test_every_face_of_python_is_one_of_javascript() -> None:
    exported = (getattr(playground.widgets, name) for name in playground.widgets.__all__)
    faces = {each for each in exported if isinstance(each, type) and issubclass(each, Face)}
    assert {face._esm for face in faces} <= {compose(face) for face in FACES}


def test_no_files_import_each_other_in_a_circle() -> None:
    for name in SCRIPTS:
        assert modules(name)[-1] == name


def test_every_file_is_part_of_a_face() -> None:
    assert {part for face in [*FACES, *PAGE] for part in modules(face)} == set(SCRIPTS)


def test_rooms_are_entered_only_from_above() -> None:
    # Which rooms' files a room may import, beside its own.
    allowed: dict[str, set[str]] = {
        "shared": set(),
        "clients": {"shared"},
        "between": {"shared", "clients"},
        "swarm": {"shared"},
        "classroom": {"shared"},
        "traffic": {"shared", "clients"},
        "ladder": {"shared", "clients", "traffic"},
        "code": {"shared", "clients", "traffic"},
        "player": {"shared", "clients", "traffic", "ladder", "code"},
        "page": {"shared", "clients", "traffic", "ladder", "code", "player", "classroom"},
        "saved": {"shared", "clients", "traffic", "ladder", "code", "player"},
        "plain": {"shared"},
    }
    for name in SCRIPTS:
        room = name.split("/")[0]
        others = {each.split("/")[0] for each in imports(name)} - {room}
        assert others <= allowed[room], name


def test_a_name_means_one_thing_in_all_files() -> None:
    owners = defaultdict(list)
    for name, path in SCRIPTS.items():
        for each, _ in composing._names(path.read_text("utf-8")):
            owners[each].append(name)
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}


def test_files_and_lines_are_short() -> None:
    for name, path in SCRIPTS.items():
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) <= 325, name
        assert [line for line in lines if len(line) > 100] == [], name


def test_no_script_writes_markup_or_fetches() -> None:
    # The name of SVG looks like an address, but nothing is fetched there; and a page of the app
    # is looked for on this very machine.
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|fetch\(|XMLHttp|eval\("
        r"|https?://(?!www\.w3\.org/2000/svg|127\.0\.0\.1:)"
    )
    assert SCRIPTS
    for name, path in SCRIPTS.items():
        assert not forbidden.search(path.read_text("utf-8")), name


def test_the_shared_style_comes_first() -> None:
    css = style("traffic/traffic.css")
    assert css.index("--mpp-ground:") < css.index(".mpp-traffic ")
