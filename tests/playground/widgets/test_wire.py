"""What goes over the wire is what JavaScript is tested with."""

from __future__ import annotations

from tests.playground import row_cases

KEPT_NOTHING = "16,777,216 bytes not kept"


def test_javascript_reads_the_rows_that_python_sends() -> None:
    assert row_cases.FILE.read_text("utf-8") == row_cases.written(), (
        "expected the rows that Python sends; run `python -m tests.playground.row_cases` "
        "and read the difference"
    )


def test_a_body_that_was_not_kept_says_so() -> None:
    kept_nothing = [case for case in row_cases.cases() if case["row"].get("note") == KEPT_NOTHING]
    assert kept_nothing
    for case in kept_nothing:
        assert KEPT_NOTHING in case["said"][1]
        assert KEPT_NOTHING in case["said"][3]
