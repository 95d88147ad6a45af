"""The ladder: a log as a sequence diagram, live; and as a picture to keep."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Final

from playground.exports.html import preformatted
from playground.exports.ladder import svg
from playground.traffic.apart import without_checks
from playground.traffic.formats import write
from playground.traffic.frames import without_frames
from playground.traffic.log import Log
from playground.traffic.record import Record
from playground.widgets.controls import Controls
from playground.widgets.drawing import drawn, written
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.showing import Showing
from playground.widgets.traffic import TrafficTable

# What a saved notebook should show and grow by: some two screens, at most 100 kB.
STILL_ROWS: Final = 60


class Picture(str):
    """An SVG document, which a notebook shows as the picture it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return svg.shown_as_image(self, "A ladder")

    def __repr__(self) -> str:
        return f"<Picture of {len(self):,} characters of SVG; print() shows them>"


class Ladder(TrafficTable):
    """A sequence diagram of a log that keeps up with it.

    It is the traffic's view with the ladder in front: filter, detail and keys are the same, and
    what is selected here is selected in the table of the same log on the same page.
    """

    def __init__(
        self,
        log: Log,
        names: Names | None = None,
        follower: Follower | None = None,
        controls: Controls | None = None,
        showing: Showing | None = None,
    ) -> None:
        super().__init__(log, names, follower, controls, showing)
        self.look = {"picture": "Ladder"}

    def svg(
        self, wanted: str | None = None, *, width: int = svg.WIDTH, limit: int = svg.LIMIT
    ) -> Picture:
        """Return the ladder as an SVG document; as the last line of a cell it shows itself.

        Args:
            wanted: What you would type into the filter box; by default all that the log holds, but
                what checks have played.
            width: Pixels.
            limit: Rows to show, the newest; how many entries were left out is said.

        Raises:
            FilterError: If a part of `wanted` cannot be read; it says which, and what to write.
        """
        log = self._live
        record = without_checks(log[:]) if wanted is None else log.filter(wanted)
        return Picture(drawn(log, self.names, record, width, limit))

    def save(self, path: str | PathLike[str], wanted: str | None = None, **options: Any) -> Path:
        """Write the ladder to an ``.svg`` file, for a slide or a page; one that is there goes.

        Args:
            path: Such as ``"chat.svg"``.
            wanted, options: As for `svg`.

        Raises:
            ValueError: If the file's name ends otherwise.
        """
        file = Path(path)
        if file.suffix.lower() != ".svg":
            raise ValueError(
                f"expected a name that ends with '.svg', got {file.name!r}; "
                f"lab.log.save({file.name!r}) writes the traffic in other formats"
            )
        write(file, self.svg(wanted, **options).encode())
        return file

    def still_text(self) -> str:
        """Return the newest steps as a ladder in characters."""
        return written(self._log, self.names, self._seen(), STILL_ROWS)

    def still_html(self) -> str:
        """Return the newest steps as a picture, and in characters for where it is taken away.

        As an image the picture keeps its styles; an SVG among the markup does not, where a page
        takes out what might be harmful, as GitHub's does.
        """
        text = preformatted(self.still_text())
        return (
            f"{svg.shown_as_image(self._still_picture(), 'Ladder of the traffic; in words below')}"
            f"<details><summary>The ladder in characters</summary>{text}</details>"
        )

    def _still_picture(self) -> str:
        return drawn(self._log, self.names, self._seen(), svg.WIDTH, STILL_ROWS)

    def _seen(self) -> Record:
        return without_checks(without_frames(self._log))

    def bundle(self, **kwargs: Any) -> Any:
        """Return what it is displayed as, by mime type: its picture too."""
        data, metadata = super().bundle(**kwargs)
        # For who shows no HTML of others at all.
        data["image/svg+xml"] = self._still_picture()
        return data, metadata
