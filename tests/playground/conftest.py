"""Labs that tests start are stopped, whatever became of the test."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest

from playground import serving, stop_all


@pytest.fixture(autouse=True)
def _no_lab_is_left() -> Iterator[None]:
    yield
    stop_all()
    serving.labs.clear()


@pytest.fixture(scope="session")
def oldest_ipykernel(pytestconfig: pytest.Config) -> str:
    """Return a folder with the oldest ipykernel that pyproject.toml allows, installed once."""
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = next(
        item for item in project["project"]["optional-dependencies"]["lab"] if "ipykernel>=" in item
    )
    version = wanted.partition(";")[0].removeprefix("ipykernel>=").strip()
    # Code that lies in site-packages is nobody's own: the playground goes by that.
    folder = pytestconfig.cache.mkdir(f"ipykernel-{version}") / "site-packages"
    if not (folder / "ipykernel").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--target", str(folder), f"ipykernel=={version}.*"], check=True)
    return str(folder)
