"""Versions against our own metadata."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from playground.doctor import versions as room
from playground.doctor.versions import minima, versions

ROOT = Path(__file__).resolve().parents[3]


def test_the_minima_are_those_of_our_own_package() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = known["project"]["optional-dependencies"]["lab"]
    for name in ("anywidget", "ipykernel", "jupyterlab", "jupyter-server-proxy", "websockets"):
        assert any(line.startswith(f"{name}>={minima()[name]}") for line in asked), name


def have(monkeypatch: pytest.MonkeyPatch, **found: str | None) -> None:
    real = room._version
    named = {name.replace("_", "-"): version for name, version in found.items()}
    monkeypatch.setattr(room, "_version", lambda name: named.get(name, real(name)))
    for name in [name for name, version in named.items() if version is None]:
        monkeypatch.setattr(
            room, "_version", lambda asked, last=room._version, name=name: (
                None if asked == name else last(asked)
            )
        )  # fmt: skip


def test_what_is_older_than_asked_for_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, websockets="13.1")
    finding = versions("server")
    assert finding.state == "wrong"
    assert f"websockets 13.1 is older than the {minima()['websockets']}" in finding.said
    assert finding.remedy.startswith(f'pip install -U "websockets>={minima()["websockets"]}"')


def test_what_the_server_needs_and_is_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, uvicorn=None)
    assert "uvicorn is not installed" in versions("server").said
    assert versions("memory").state == "right"


def test_what_may_lie_beside_jupyterlab_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, jupyter_server_proxy=None)
    finding = versions("server")
    assert finding.state == "right"
    assert "perhaps beside JupyterLab: jupyter-server-proxy" in finding.said


def test_without_metadata_of_our_own_versions_are_only_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(room, "requires", nothing)
    assert minima() == {}
    assert versions("server").state == "right"


@pytest.mark.parametrize(
    ("older", "newer"),
    [("0.9", "0.10"), ("14", "14.0.1"), ("7.0.0a1", "7.0.1"), ("6.29.5", "7.0b2"), ("", "1")],
)
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert room._numbers(older) < room._numbers(newer)
