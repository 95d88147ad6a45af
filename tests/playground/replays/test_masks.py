"""What changes by itself is found where it stands, and nothing else is forgiven."""

from __future__ import annotations

import pytest

from playground.replays.masks import mask_of


@pytest.mark.parametrize(
    ("one", "other", "third", "fits"),
    [
        ('0{"sid":"ab-cdAA"}', '0{"sid":"ef-ghAA"}', '0{"sid":"ijklmAA"}', True),  # by chance
        ('0{"sid":"abAA"}', '0{"sid":"efAA"}', '0{"sid":"ij-klAA"}', True),
        ('0{"sid":"ab-cd"}', '0{"sid":"ef-gh"}', '0{"pid":"ijkl"}', False),
        ("room-1 has 2", "room-3 has 2", "hall-3 has 2", False),
        ("ann, 1", "bob, 2", "bob 2", False),
    ],
)
def test_an_id_may_have_a_dash_in_it_or_none(one: str, other: str, third: str, fits: bool) -> None:
    mask = mask_of(one, other)
    assert mask is None or mask.fits(third) is fits
    assert mask is not None or not fits
