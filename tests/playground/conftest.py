"""Labs that tests start are stopped, whatever became of the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playground import serving, stop_all


@pytest.fixture(autouse=True)
def _no_lab_is_left() -> Iterator[None]:
    yield
    stop_all()
    serving.labs.clear()
