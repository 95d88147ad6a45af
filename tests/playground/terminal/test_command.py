"""What the command takes, and what it says of what it does not take."""

from __future__ import annotations

import io
from typing import Any

import pytest

from playground.terminal.command import main
from playground.terminal.rows import Rows, has_colours
from playground.traffic.log import Log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["run"], "MODULE:NAME"),
        (["run", "chat.py"], "write chat:Chat for the class Chat in chat.py"),
        (["run", "shop/main.py:Shop"], "write shop.main:Shop for the class Shop in shop/main.py"),
        (["run", "chat:"], "write chat:Chat"),
        (["run", "127.0.0.1:8000"], "write ws://127.0.0.1:8000 for a server that runs there"),
        (["run", "localhost:8000/chat"], "write ws://localhost:8000/chat for a server"),
        (["run", "ftp://example.org"], "expected an address such as 'ws://127.0.0.1:9000'"),
        (["run", "chat:Chat", "--port", "http"], "expected a port from 1 to 65535, got 'http'"),
        (["run", "chat:Chat", "--port", "70000"], "expected a port from 1 to 65535"),
        (["run", "chat:Chat", "--host", "0.0.0.0"], "it serves this machine alone"),
    ],
)
def test_wrong_arguments_are_one_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert words in said
    assert said.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "is_terminal", "has"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm"}, False, False),
    ],
)
def test_colours_stand_where_a_terminal_has_them(
    environ: dict[str, str], is_terminal: bool, has: bool
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    assert has_colours(stream, environ) is has


def written(log: Log, **options: Any) -> str:
    stream = io.StringIO()
    rows = Rows(log, stream, colours=False, **options)
    rows.write()
    return stream.getvalue()


def test_what_a_stranger_sends_does_nothing_to_the_terminal() -> None:
    log = Log()
    log.append(0.0, 0, "text", "client", "\x1b]0;mine\x07\x1b[2J", 9)
    assert "\x1b" not in written(log)


def test_rows_that_were_let_go_are_counted() -> None:
    log = Log(max_entries=10)
    for number in range(30):
        log.append(float(number), 0, "lab", "lab", f"sentence {number}", 1)
    shown = written(log)
    assert shown.startswith("… 20 rows were let go before this terminal could show them\n")
    assert shown.endswith("── sentence 29 ──\n")


def test_a_sentence_of_the_labs_own_is_whole() -> None:
    log = Log()
    log.append(0.0, 0, "lab", "lab", "word " * 100 + "end", 1)
    assert "word end ──" in written(log)
