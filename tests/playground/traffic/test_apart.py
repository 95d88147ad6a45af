"""What checks play stands in the log, and in no view that does not ask for it."""

from __future__ import annotations

from playground.exports import html, text
from playground.traffic.apart import is_checks, without_checks
from playground.traffic.frames import without_frames
from playground.traffic.log import Log
from tests.playground.widgets.traffic_log import chat, say


def test_a_checks_clients_are_known_by_their_names() -> None:
    log = Log()
    ids = chat(log, "check", "check-bob", "checker", "alice")
    found = [name for name, number in ids.items() if is_checks(log.exchange(number))]
    assert found == ["check", "check-bob"]
    assert not is_checks(None)


def test_a_still_leaves_them_out_and_says_how_much_that_is() -> None:
    log = Log()
    ids = chat(log, "alice", "check-bob")
    say(log, ids["check-bob"], "played")
    say(log, ids["alice"], "said")
    log.append(9.0, ids["alice"], "frame", "client", note="ping, FIN")
    shown = without_checks(without_frames(log))
    assert [entry.data for entry in shown] == ["/chat", "said"]
    assert (shown.hidden_checks, shown.hidden_frames) == (2, 1)
    for still in (text.table(without_checks(log), frames=False),
                  html.table(without_checks(log), frames=False)):  # fmt: skip
        assert "played" not in still
        assert "1 frame not shown · 2 of checks not shown" in still


def test_a_log_without_any_is_taken_as_it_is() -> None:
    log = Log()
    chat(log, "alice")
    assert without_checks(log) is log
