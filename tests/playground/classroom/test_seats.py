"""A learner's secret: the same for a restarted kernel, and nobody else's to read."""

from __future__ import annotations

from pathlib import Path

from playground.classroom.messages import is_secret
from playground.classroom.seats import token_for

URL = "ws://127.0.0.1:8765/join"


def test_a_restarted_kernel_has_the_same_secret(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    bob = token_for(URL, "bob", folder)
    assert is_secret(bob)
    assert token_for(URL, "bob", folder) == bob
    others = {token_for(URL, "ada", folder), token_for(URL.replace("5", "6"), "bob", folder)}
    assert len({bob, *others}) == 3
    files = list(folder.iterdir())
    assert [oct(each.stat().st_mode & 0o077) for each in files] == ["0o0"] * 3


def test_a_spoilt_file_is_made_anew(tmp_path: Path) -> None:
    token_for(URL, "bob", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text("spoilt")
    assert is_secret(token_for(URL, "bob", tmp_path))
    assert token_for(URL, "bob", tmp_path) == token_for(URL, "bob", tmp_path)


def test_where_nothing_can_be_kept_there_is_a_secret_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "no folder"
    file.touch()
    assert is_secret(token_for(URL, "bob", file))
