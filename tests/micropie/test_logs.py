"""What is logged reaches who listens; what fails there stays there."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from micropie import App
from micropie.logs import logger_of
from micropie.testing import Client

KINDS = [ValueError, SystemExit]


class Wrong(logging.Handler):
    """Raises an exception of a kind."""

    def __init__(self, kind: type[BaseException]) -> None:
        super().__init__()
        self.kind = kind

    def emit(self, record: logging.LogRecord) -> None:
        raise self.kind("in emit")


@pytest.fixture(params=KINDS)
def wrong(request: pytest.FixtureRequest) -> Iterator[Wrong]:
    """A handler that is wrong."""
    handler = Wrong(request.param)
    logging.getLogger("micropie").addHandler(handler)
    yield handler
    logging.getLogger("micropie").removeHandler(handler)


def test_what_a_handler_raises_is_told_on_stderr(
    wrong: Wrong, capsys: pytest.CaptureFixture[str]
) -> None:
    logger_of("micropie").error("said")
    assert f"{wrong.kind.__name__}: in emit" in capsys.readouterr().err


def test_it_is_not_told_where_logging_is_not_to_raise(
    wrong: Wrong, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logger_of("micropie").error("said")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("method", ["error", "exception"])
def test_a_record_comes_from_who_logs(method: str, caplog: pytest.LogCaptureFixture) -> None:
    getattr(logger_of("micropie"), method)("said %s", "so")
    (record,) = caplog.records
    assert (record.name, record.filename) == ("micropie", "test_logs.py")
    assert record.getMessage() == "said so"


async def test_a_page_that_fails_is_answered_though_its_log_fails_too(wrong: Wrong) -> None:
    class Failing(App):
        async def index(self) -> str:
            raise KeyError("room")

    async with Client(Failing()) as client:
        assert (await client.get("/")).status == 500
        assert (await client.get("/none")).status == 404
