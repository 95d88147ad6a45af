"""What is dear to start is started by one worker of a run."""

from __future__ import annotations

from tests.workers import BySharing, how_many


def scopes(*files: str) -> list[str]:
    """Return what pytest-xdist is told that each file's tests belong to."""
    scheduler = BySharing.__new__(BySharing)
    return [scheduler._split_scope(f"tests/{file}::test_some[a::b]") for file in files]


def test_files_that_open_notebooks_have_one_worker_and_one_jupyterlab() -> None:
    assert set(scopes("notebooks/test_journey.py", "notebooks/test_traffic.py")) == {"JupyterLab"}


def test_any_other_file_goes_where_there_is_room() -> None:
    files = ("notebooks/test_run.py", "notebooks/test_hub.py", "playground/stage/test_stage.py")
    assert scopes(*files) == [f"tests/{file}" for file in files]


def test_there_is_always_a_worker() -> None:
    assert how_many() >= 1
