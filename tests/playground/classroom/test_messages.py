"""What kernels and a board say to each other: bounded, clean, and nothing else is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.classroom import limits, messages
from playground.classroom.messages import Help, Standing, Unfit


def test_what_is_told_is_read_again() -> None:
    stands = [Standing("echo-upper", "open", "got 'hi'", 3, 7, 12.3), Standing("a", "done")]
    text = messages.written("join", stands=messages.told(stands))
    assert messages.standings_in(messages.read(text)["stands"]) == stands


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("bob", "bob"),
        ("  Ann \n Lee ", "Ann Lee"),
        ("", "learner"),
        (None, "learner"),
        (["bob"], "learner"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("a\x00b", "a\\x00b"),
        ("z" * 5000, "z" * (limits.NAME - 1) + "…"),
        ("a" + "\u0301" * 500, "á" + "\u0301" * 3),
        ("half \ud800", "half \ufffd"),
        ("<b>bob</b>", "<b>bob</b>"),
        ("Zoë 👩\u200d💻", "Zoë 👩\u200d💻"),
    ],
)
def test_a_name_is_one_short_line_with_nothing_unseen(given: Any, name: str) -> None:
    assert messages.name_in(given) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[1]",
        b"{}",
        "[" * 100_000,
        json.dumps({"kind": "x" * limits.MESSAGE}),
    ],
)
def test_what_is_no_message_is_unfit(text: object) -> None:
    with pytest.raises(Unfit):
        messages.read(text)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"echo": "done"},
        [["echo", "done"]],
        [["echo", "won", "", 1, 1, 0]],
        [["", "done", "", 1, 1, 0]],
        [["echo", "done", "", True, 1, 0]],
        [["echo", "done", "", "1", 1, 0]],
        [["echo", "open", "", 1, 1, float("inf")]],
        [["echo", "done", "", 1, 1, 0]] * (limits.EXERCISES + 1),
    ],
)
def test_exercises_in_another_form_are_unfit(value: Any) -> None:
    with pytest.raises(Unfit):
        messages.standings_in(value)


def test_numbers_and_sentences_are_cut_to_their_bounds() -> None:
    (kept,) = messages.standings_in([["echo", "open", "x" * 9999, -3, 1e300, 1e9]])
    assert len(kept.sentence) == limits.SENTENCE
    assert (kept.tries, kept.revision, kept.ago) == (0, 1_000_000, 86_400.0)
    (done,) = messages.standings_in([["echo", "done", "said all the same", 1, 1, 0]])
    assert done.sentence == ""


@pytest.mark.parametrize(
    "ladder", [None, "<script>alert(1)</script>", "<html><svg>", "<svg " + "x" * limits.LADDER]
)
def test_a_ladder_is_an_svg_document(ladder: Any) -> None:
    with pytest.raises(Unfit):
        messages.help_in({"exercise": "echo", "ladder": ladder})


def test_an_empty_ladder_takes_a_wish_back() -> None:
    assert messages.help_in({"exercise": "echo", "ladder": ""}) == Help("echo", "")


def test_the_secret_is_redacted_in_a_log() -> None:
    from playground.traffic.redact import redact_headers

    ((_, kept),) = redact_headers([(messages.TOKEN.encode(), b"f" * 32)])
    assert "f" * 8 not in str(kept)
