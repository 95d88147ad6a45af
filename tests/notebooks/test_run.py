"""The course: every notebook runs, twice in one kernel, and is committed clean."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground.outside.absent import program
from playground.widgets.still import WIDGET
from tests.notebooks.answers import exercises_of
from tests.notebooks.cleaning import alike, clean, scrub
from tests.notebooks.making import Run, kernel_for, notebooks, read
from tests.notebooks.wrong_answers import WRONG

EVERY = pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)

REDIS = ("redis-server", "valkey-server")

# What a learner does who is done with it, and comes back.
STOPS = """
from playground.serving import stop_all
stop_all()
"""

# Which pictures of a lab go on when all cells have run. The others stand as the text has them.
GOES_ON = """
import json as _json
_views = lab._parts.views.showing._shown
print(_json.dumps({"kinds": [each.view.kind.__name__ for each in _views if each.follows]}))
"""
# 10's is of the conversation that goes on; 13's is to be looked at while the next cell runs.
GOING_ON = {"10-asgi": {"Ladder"}, "13-where-the-code-is": {"Code"}}

# A port, a memory address, a folder of somebody's machine.
TRACES = re.compile(r"127\.0\.0\.1:\d|0x[0-9a-f]{6}|/tmp/|/home/|/root/|/Users/|site-packages/\w+/")


def shown(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_there_is_a_course() -> None:
    assert [path.stem for path in notebooks()][:1] == ["00-start"]


def test_a_cells_file_is_cleaned_however_long_the_picture_before_it_is() -> None:
    # Minutes, if the search for the path began anew at each of these letters.
    picture = f'<img src="{"a" * 100_000}">'
    assert scrub(f'{picture} File "/tmp/ipykernel_12/34.py"') == f'{picture} File "CELL.py"'


@pytest.mark.parametrize("time", ["1795400000.123456…", "1795400000.1234", "1795400000.1234…"])
def test_a_time_is_cleaned_whether_it_is_cut_off_or_just_fits(time: str) -> None:
    assert scrub(f"/socket.io/?EIO=4&t={time}</td>") == "/socket.io/?EIO=4&t=TIME</td>"


@dataclass
class Played:
    """What became of a notebook in one kernel.

    Attributes:
        path: The notebook.
        shown: It, with what its cells showed when it was run from the top.
        going_on: The views that go on then.
        answers: For each printed answer, what became of its exercises.
        wrong: For each wrong answer, what became of its exercise.
    """

    path: Path
    shown: Any
    going_on: set[str]
    answers: list[dict[str, list[str]]]
    wrong: list[dict[str, list[str]]]


@pytest.fixture(scope="module", params=notebooks(), ids=lambda path: path.stem)
def played(request: pytest.FixtureRequest) -> Played:
    """Run a notebook, then its answers and wrong ones as a learner would, then all of it again."""
    path: Path = request.param
    if "outside.redis()" in path.read_text(encoding="utf-8") and not program(*REDIS):
        pytest.skip("there is no Redis, and what is committed was made with one")
    asked = exercises_of(read(path))
    with kernel_for(path) as run:
        shown = clean(run.pass_())
        going_on = set(_told(run, GOES_ON)["kinds"])
        answers = [
            _told(run, asked.checked(each.source, each.names, orders=True))
            for each in asked.answers
        ]
        wrong = [
            _told(run, asked.checked(asked.whole.replace(each.right, each.wrong), (each.exercise,)))
            for each in WRONG.get(path.stem, ())
        ]
        run.begin(STOPS)
        run.pass_()
    return Played(path, shown, going_on, answers, wrong)


def _told(run: Run, source: str) -> dict[str, list[str]]:
    """Run a cell that ends with a check, and return state and sentence of each exercise."""
    # What a handler raises is printed too, where it is defined, before or after.
    said = [line for line in run.end(source).splitlines() if line.startswith('{"')]
    told: dict[str, list[str]] = json.loads(said[-1])
    return told


@pytest.mark.live
def test_a_notebook_runs_twice_in_one_kernel_and_shows_what_is_committed(played: Played) -> None:
    stale = [
        new.source
        for new, old in zip(played.shown.cells, read(played.path).cells, strict=True)
        if not alike(new, old)
    ]
    assert stale == [], "these cells show something else now: run `make notebooks`"


@pytest.mark.live
def test_a_picture_stands_as_the_text_beside_it_has_it(played: Played) -> None:
    pictures = played.going_on & {"Ladder", "Code"}
    assert pictures == GOING_ON.get(played.path.stem, set()), "have a later cell clear the log"


@pytest.mark.live
def test_what_a_notebook_prints_as_an_answer_is_one_in_every_order(played: Played) -> None:
    asked = exercises_of(read(played.path))
    assert {name for each in asked.answers for name in each.names} == set(asked.names)
    for answer, told in zip(asked.answers, played.answers, strict=True):
        assert told == {name: ["done", ""] for name in answer.names}


# In 10 the answers are functions alone, which nobody can make anew.
CLASSES = [path for path in notebooks() if path.stem != "10-asgi"]

FUZZED = """
import json as _json
print(_json.dumps({{"found": [str(each) for each in await {lab}.fuzz(seconds=3)]}}))
"""


@pytest.mark.soak
@pytest.mark.parametrize("path", CLASSES, ids=lambda path: path.stem)
def test_fuzzing_finds_nothing_in_what_a_notebook_prints_as_answers(path: Path) -> None:
    asked = exercises_of(read(path))
    with kernel_for(path) as run:
        run.pass_()
        lab = asked.against.partition(",")[0]
        assert _told(run, asked.whole + FUZZED.format(lab=lab)) == {"found": []}


@pytest.mark.live
def test_a_wrong_answer_is_told_what_is_wrong(played: Played) -> None:
    whole = exercises_of(read(played.path)).whole
    assert len(played.wrong) >= 2
    for each, told in zip(WRONG.get(played.path.stem, ()), played.wrong, strict=True):
        assert each.right in whole
        state, sentence = told[each.exercise]
        assert (state, each.told in sentence) == ("open", True), sentence


@EVERY
def test_a_notebook_is_clean(path: Path) -> None:
    notebook = read(path)
    assert notebook == clean(notebook), "run `make notebooks`"
    assert "widgets" not in notebook.metadata
    assert [cell for cell in notebook.cells if cell.get("execution_count")] == []
    assert TRACES.findall(str(shown(notebook))) == []


@EVERY
def test_every_view_can_be_read_without_a_kernel(path: Path) -> None:
    with_data = [output.data for output in shown(read(path)) if "data" in output]
    assert any("text/html" in data for data in with_data)
    assert not any(WIDGET in data for data in with_data)


def _outside_of_handlers(source: str) -> str:
    """Return a cell without its classes: a handler may take its time, a cell waits for a condition."""
    try:
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree = compile(source, "cell", "exec", flags)
    except SyntaxError:
        return source  # a magic
    tree.body = [each for each in tree.body if not isinstance(each, ast.ClassDef)]
    return ast.unparse(tree)


def written(source: str) -> list[str]:
    """Return a cell's lines but the blank ones, which are there to be read well."""
    return [line for line in source.splitlines() if line.strip()]


@EVERY
def test_a_notebook_is_written_for_learners(path: Path) -> None:
    cells = read(path).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert 15 <= len(cells) <= 25
    assert cells[0].cell_type == "markdown"
    assert "You will be able to" in cells[0].source
    assert [source for source in code if len(written(source)) > 12] == []
    assert [source for source in code if "sleep(" in _outside_of_handlers(source)] == []
    assert [source for source in code if "globals()" in source] == []
    assert "lab.stop()" not in code[-1], "Run All leaves its panels alive"


@EVERY
def test_a_notebook_lets_the_learner_try_and_has_the_answers_folded(path: Path) -> None:
    cells = read(path).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "**Predict" in text
    assert "## Your turn" in text
    assert "<details><summary>" in text
    assert [cell for cell in cells if cell.cell_type == "code" and "check(" in cell.source]


@EVERY
def test_nothing_is_done_before_the_learner_has_done_it(path: Path) -> None:
    (board,) = [output for output in shown(read(path)) if "Exercises · " in str(output)]
    assert "Exercises · 0 of " in str(board)


@EVERY
def test_every_picture_is_there_and_says_in_words_what_it_shows(path: Path) -> None:
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    for words, file in re.findall(r"!\[(.*?)\]\((.+?)\)", text):
        assert len(words) > 20
        assert (path.parent / file).is_file()


# As in a browser: no processes, and none of the packages that speak over a network.
NOWHERE = """
import sys, types
from playground import serving
from playground.outside import absent
serving.sys = types.SimpleNamespace(platform="emscripten", _getframe=sys._getframe)
absent.sys = types.SimpleNamespace(platform="emscripten")
for name in ("aiohttp", "httpx2", "redis", "socketio", "uvicorn", "websockets"):
    sys.modules[name] = None
"""


@pytest.mark.live
@pytest.mark.parametrize(
    ("name", "absent"),
    [("11-testing", 4), ("12-beyond", 2), ("16-somebody-elses-server", 7)],
)
def test_a_notebook_goes_on_where_nothing_can_be_started(name: str, absent: int) -> None:
    (path,) = [path for path in notebooks() if path.stem == name]
    with kernel_for(path) as run:
        run.begin(NOWHERE)
        cells = [cell for cell in run.pass_().cells if cell.cell_type == "code"]
    said = [str(cell.outputs) for cell in cells]
    missing = [each for each in said if "There are no processes in a browser" in each]
    assert len(missing) == absent
    assert " done" in "".join(said[-2:])
    if name == "12-beyond":
        assert {each for each in said[:-2] if each not in missing} == {"[]"}
