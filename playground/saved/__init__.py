"""A record as a page of its own: the panel's faces over the rows inside it, with no kernel.

Law of the room: it stands above `widgets`, whose modules and rows it packs, and `exports`, whose
table is what remains where scripts are dropped; so it brings ``.html`` into the registry that those
two may not know. Nothing here is a widget. It is loaded when a page is first asked for.
"""

from __future__ import annotations

from typing import Any

from playground.traffic.formats import FORMATS, VIEWS, Format
from playground.traffic.record import Record


def _file(record: Record, **options: Any) -> str:
    from playground.saved import page

    return page.file(record, **options)


def _framed(record: Record) -> str:
    from playground.saved import page

    return page.framed(record)


FORMATS[".html"] = Format("a page to look at, to filter and to play, with no kernel", _file)
VIEWS["story"] = _framed
