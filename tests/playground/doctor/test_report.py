"""How a report reads: as text, and as a table that is safe to show."""

from __future__ import annotations

from playground.doctor.report import Report, aside, right, wrong

LONG = "word " * 40


def test_a_report_counts_what_is_wrong() -> None:
    assert Report("Chat", [right("server", "serves")]).summary == "Lab Chat: all is well"
    one = Report("Chat", [wrong("port", "is taken", "Leave it."), aside("proxy", "none")])
    assert one.summary == "Lab Chat: 1 thing is not right"
    assert not one.ok
    assert Report("Chat", [wrong("a", "b", "c")] * 2).summary == "Lab Chat: 2 things are not right"


def test_the_text_is_aligned_and_wrapped_with_the_remedy_below() -> None:
    lines = repr(Report("Chat", [wrong("loop", LONG, "Use jupyter-server-proxy.")])).splitlines()
    assert lines[1].startswith("  ✗ loop         word")
    assert lines[2].startswith(" " * 17 + "word")
    assert lines[-1] == " " * 17 + "→ Use jupyter-server-proxy."
    assert max(map(len, lines)) <= 100


def test_the_table_escapes_what_it_shows() -> None:
    shown = Report("<b>", [wrong("x", "<script>alert(1)</script>", "<i>")])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<i>" not in shown
