"""The lock names what is there, what it needs in a browser, and what its files really are."""

from __future__ import annotations

import hashlib
import json
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lite.downloads import COMPILED, WHEELS, pins
from lite.locking import LEFT_OUT, distribution, markers, packages, read_wheel
from tests.notebooks.cleaning import ROOT

INFO = {"python": "3.14.2"}


def wheel(folder: Path, name: str, *needs: str, version: str = "1.0") -> Path:
    """Write a wheel with one module and these requirements."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    told = [f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}"]
    told += [f"Requires-Dist: {need}" for need in needs]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(told) + "\n")
    return path


def locked(*paths: Path, **extras: set[str]) -> dict[str, list[str]]:
    table = packages([read_wheel(path) for path in paths], markers(INFO), extras)
    return {name: entry["depends"] for name, entry in table.items()}


def test_needs_are_those_of_a_browser(tmp_path: Path) -> None:
    ours = wheel(tmp_path, "ours", "there", "uvicorn; sys_platform != 'emscripten'", "orjson")
    assert locked(ours, wheel(tmp_path, "there")) == {"ours": ["there"], "there": []}


def test_extras_that_name_extras_are_followed(tmp_path: Path) -> None:
    ours = wheel(tmp_path, "ours", "ours[some]; extra == 'all'", "there; extra == 'some'")
    there = wheel(tmp_path, "there")
    assert locked(ours, there, ours={"all"})["ours"] == ["there"]
    assert locked(ours, there)["ours"] == []


@pytest.mark.parametrize(("need", "got"), [("missing", "none"), ("there>=2", "1.0")])
def test_what_is_not_there_is_an_error_that_says_what_to_do(
    tmp_path: Path, need: str, got: str
) -> None:
    ours = wheel(tmp_path, "ours", need)
    with pytest.raises(ValueError, match=rf"ours expected {need}, got {got}; add it"):
        locked(ours, wheel(tmp_path, "there"))


def test_a_distribution_holds_what_its_lock_says(tmp_path: Path) -> None:
    core = tmp_path / "core"
    core.mkdir()
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        (core / name).write_text(name)
    (core / "pyodide-lock.json").write_text(json.dumps({"info": INFO, "packages": {"theirs": {}}}))
    distribution(core, [wheel(tmp_path, "ours")], tmp_path / "out", {})
    lock = json.loads((tmp_path / "out" / "pyodide-lock.json").read_text())
    assert list(lock["packages"]) == ["ours"]
    entry = lock["packages"]["ours"]
    content = (tmp_path / "out" / entry["file_name"]).read_bytes()
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert entry["imports"] == ["ours"]


def test_a_wheel_of_bytecode_is_found_by_what_it_gives(tmp_path: Path) -> None:
    path = wheel(tmp_path, "ours")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("one.pyc", b"")
        archive.writestr("two/__init__.pyc", b"")
    assert read_wheel(path).modules == ("one", "ours", "two")


def test_pins_are_versions_that_the_project_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    versions = {**pins(WHEELS), **pins(COMPILED)}
    pinned = {canonicalize_name(name): version for name, version in versions.items()}
    wanted = map(Requirement, chain.from_iterable(project["optional-dependencies"].values()))
    allowed = {canonicalize_name(each.name): each.specifier for each in wanted}
    both = set(pinned) & set(allowed)
    assert {"anywidget", "ipywidgets", "jinja2", "multipart"} <= both
    assert [name for name in sorted(both) if not allowed[name].contains(pinned[name])] == []
    assert not set(pinned) & LEFT_OUT
