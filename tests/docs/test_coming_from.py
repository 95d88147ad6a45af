"""The page "Coming from MicroPie" says what its rows say, and each of them holds."""

from __future__ import annotations

import pytest

from tests.docs.coming_from import PAGE, ROWS, Row, page


def test_the_page_is_made_of_the_rows() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.docs.coming_from"
    assert not [row.what for row in ROWS if "|" in row.what + row.there + row.here]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.tried.__name__)
async def test_a_row_holds(row: Row) -> None:
    assert await row.tried() == row.seen
