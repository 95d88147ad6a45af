"""A learner's secret: the same for a restarted kernel, and nobody else's to read."""

from __future__ import annotations

from pathlib import Path

from playground.classroom.messages import is_secret
from playground.classroom.seats import token_for

URL = "ws://127.0.0.1:8765/join"


def test_a_restarted_kernel_has_the_same_secret(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    bob = token_for(URL, "bob", folder=folder)
    assert is_secret(bob)
    assert token_for(URL, "bob", folder=folder) == bob
    elsewhere = token_for(URL.replace("5", "6"), "bob", folder=folder)
    others = {token_for(URL, "ada", folder=folder), elsewhere}
    assert len({bob, *others}) == 3
    files = list(folder.iterdir())
    assert [oct(each.stat().st_mode & 0o077) for each in files] == ["0o0"] * 3


def test_another_name_has_the_secret_that_is_known_and_keeps_its_own(tmp_path: Path) -> None:
    bob, ada = token_for(URL, "bob", folder=tmp_path), token_for(URL, "ada", folder=tmp_path)
    assert token_for(URL, "Bob", bob, tmp_path) == bob == token_for(URL, "Bob", folder=tmp_path)
    assert token_for(URL, "ada", bob, tmp_path) == ada


def test_a_spoilt_file_is_made_anew(tmp_path: Path) -> None:
    token_for(URL, "bob", folder=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text("spoilt")
    assert is_secret(token_for(URL, "bob", folder=tmp_path))
    assert token_for(URL, "bob", folder=tmp_path) == token_for(URL, "bob", folder=tmp_path)


def test_where_nothing_can_be_kept_there_is_a_secret_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "no folder"
    file.touch()
    assert is_secret(token_for(URL, "bob", folder=file))
