"""A record as a DataFrame."""

from __future__ import annotations

import sys

import pandas
import pytest

from playground.traffic.log import Log
from tests.playground.records import START, chat


def test_every_entry_is_a_row_with_its_client() -> None:
    frame = chat().to_dataframe()
    assert list(frame.index) == list(range(1, 23))
    assert frame.index.name == "seq"
    assert frame.loc[6, "client"] == "alice"
    assert frame.loc[6, "cause"] == 5
    assert frame.loc[5, "at"] == pandas.Timestamp(START + 0.5, unit="s", tz="UTC")
    assert frame.loc[9, "data"][:4] == b"\x89PNG"
    assert frame.loc[17, "kind"] == "swap"


def test_what_is_missing_is_missing_and_whole_numbers_stay_whole() -> None:
    frame = chat().to_dataframe()
    assert frame["cause"].dtype == frame["code"].dtype == "Int64"
    assert frame["cause"].isna().sum() == sum(entry.cause is None for entry in chat())
    assert pandas.isna(frame.loc[17, "client"])


def test_it_answers_what_a_learner_asks() -> None:
    frame = chat().to_dataframe()
    sent = frame[frame.kind.isin(["text", "binary"]) & (frame.sender == "client")]
    assert sent.groupby("client")["size"].sum().to_dict() == {"alice": 17, "bob": 70_010}


def test_an_empty_log_has_the_columns() -> None:
    frame = Log().to_dataframe()
    assert (len(frame), list(frame.columns)[:3]) == (0, ["at", "client", "protocol"])


def test_a_part_of_a_log_will_do() -> None:
    assert list(chat().filter("client:curl").to_dataframe()["kind"]) == [
        "request", "body", "response", "body",
    ]  # fmt: skip


def test_without_pandas_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match=r"expected pandas .*; run %pip install pandas"):
        chat().to_dataframe()
