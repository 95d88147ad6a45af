"""A record is saved in the format of its file's name, and read from two of them."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from playground import serve
from playground.traffic.formats import FORMATS, FormatError
from playground.traffic.log import Log
from tests.playground.records import chat

OPTIONS = {".py": {"app": "chat:Chat"}}


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_suffix_chooses_the_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"chat{suffix.upper()}"
    chat().save(path, **OPTIONS.get(suffix, {}))
    content = path.read_bytes()
    looks_right: dict[str, Callable[[], bool]] = {
        ".jsonl": lambda: content.startswith(b'{"playground log": 1'),
        ".har": lambda: json.loads(content)["log"]["version"] == "1.2",
        ".pcapng": lambda: content.startswith(b"\x0a\x0d\x0d\x0a"),
        ".mmd": lambda: content.startswith(b"sequenceDiagram\n"),
        ".py": lambda: ast.parse(content) is not None,
        ".svg": lambda: content.startswith(b"<svg"),
        ".csv": lambda: content.startswith(b"\xef\xbb\xbfseq,at,client,"),
        ".html": lambda: content.startswith(b"<!doctype html>") and content.count(b"<tr>") > 20,
        ".txt": lambda: b"alice \xe2\x86\x92 server" in content,
    }
    assert looks_right[suffix]()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".jsonl", ".har"])
def test_what_was_saved_can_be_loaded(tmp_path: Path, suffix: str) -> None:
    log = chat()
    log.save(tmp_path / f"chat{suffix}")
    again = Log.load(tmp_path / f"chat{suffix}")
    assert again[:] == log[:]


def test_all_of_a_long_log_is_saved_unless_less_is_asked_for(tmp_path: Path) -> None:
    log = Log()
    for number in range(500):
        log.append(0.0, 0, "lab", "lab", f"no. {number}.", 5)
    for name, plain in (("log.html", {"plain": True}), ("log.txt", {})):
        log.save(tmp_path / name, **plain)
        assert "no. 0." in (tmp_path / name).read_text("utf-8")
        log.save(tmp_path / name, limit=10, **plain)
        assert "no. 0." not in (tmp_path / name).read_text("utf-8")


def test_a_suffix_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"ends with \.jsonl, \.har, .*, got '.*chat.json'; \.jsonl is"
    ):
        chat().save(tmp_path / "chat.json")
    with pytest.raises(ValueError, match=r"ends with \.jsonl, \.har, got 'chat\.mmd'"):
        Log.load("chat.mmd")
    with pytest.raises(ValueError, match=r"got an archive, 'seen\.har\.zip'; take the \.har"):
        Log.load("seen.har.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text("old")

    def full(path: Path, target: Path) -> None:
        assert path.stat().st_size > 10
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        chat().save(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_others_laid_where_a_file_is_written_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("theirs")
    (tmp_path / "chat.jsonl.part").symlink_to(tmp_path / "elsewhere")
    chat().save(tmp_path / "chat.jsonl")
    assert (tmp_path / "elsewhere").read_text() == "theirs"
    assert len(Log.load(tmp_path / "chat.jsonl")) == len(chat())


def test_what_cannot_be_read_is_said_with_the_files_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(FormatError, match=r"a\.jsonl: line 1: expected"):
        Log.load(tmp_path / "a.jsonl")
    (tmp_path / "a.har").write_bytes(b"\xff")
    with pytest.raises(FormatError, match=r"a\.har: expected text in UTF-8; .* 0xff"):
        Log.load(tmp_path / "a.har")
    with pytest.raises(FileNotFoundError):
        Log.load(tmp_path / "none.har")


def test_a_byte_order_mark_does_not_hurt(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text("\ufeff" + chat().to_har(), "utf-8")
    assert len(Log.load(tmp_path / "a.har")) == len(chat())


def test_a_spreadsheet_gets_no_formula(tmp_path: Path) -> None:
    log = chat()
    for said in ("=1+1", "+1", "-1", "@x", "\t=1"):
        log.append(0.0, 1, "text", "client", said, 2)
    log.append(0.5, 1, "binary", "client", b"\x00\xff", 2)
    log.save(tmp_path / "a.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"))))
    assert [row["data"] for row in rows[-6:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", "00 ff"]
    assert rows[0]["at"] == "2026-01-01T00:00:00.000000+00:00"
    assert all(len(cell) < 32_767 for row in rows for cell in row.values())
    assert (rows[5]["client"], rows[5]["cause"], rows[5]["where"]) == ("alice", "5", "In[5]:12")


@pytest.mark.live
async def test_no_format_gives_credentials_away(tmp_path: Path) -> None:
    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()

    lab = serve(app, name="credentials")
    headers = {"cookie": "id=s3cret", "authorization": "Bearer s3cret-s3cret"}
    client = await lab.connect("/x?token=s3cret&a=1", client="alice", headers=headers)
    await client.send("hello")
    await lab.get("/y?access_token=s3cret", headers=headers)
    lab.stop()
    for suffix in FORMATS:
        path = tmp_path / f"log{suffix}"
        lab.log.save(path, **OPTIONS.get(suffix, {}))
        assert b"s3cret" not in path.read_bytes(), suffix
    assert "s3cret" not in lab.log.to_dataframe().to_string()
