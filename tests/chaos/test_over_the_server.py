"""Every wrong program, with clients over TCP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.cases import PROGRAMS
from tests.chaos.grounds import Ground, check
from tests.chaos.programs import Program

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    ground = Ground("server")
    yield ground
    ground.close()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_lab_outlives(ground: Ground, program: Program) -> None:
    check(ground.run(program))
