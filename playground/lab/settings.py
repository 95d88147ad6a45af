"""What `serve` asks of a lab beside its app; a lab that runs takes it over, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike

from playground.lab.parts import Parts
from playground.lab.seeing import check_names
from playground.live.carrying import Carry, check_carry
from playground.stage import OnSwap, check_on_swap
from playground.traffic.log import MAX_BYTES, MAX_ENTRIES, Log, check_limits

Path = str | PathLike[str] | None


@dataclass(frozen=True)
class Settings:
    """How a lab is to serve; see `serve` for each.

    Attributes:
        on_swap, carry: What a swap does.
        frames: Whether frames are recorded.
        origins: More origins whose pages may talk to the app.
        isolate: Whether pages that share an origin with Jupyter are kept apart from it.
        url: The address a browser should use.
        max_entries, max_bytes: What the log keeps; None is what it keeps by now.
        spill: A file for all traffic; None is the one that is written to by now.
        see: What of the app's state is seen with each message; None is what is seen by now.
    """

    on_swap: OnSwap
    carry: Carry
    frames: bool
    origins: tuple[str, ...]
    isolate: bool
    url: str | None
    max_entries: int | None
    max_bytes: int | None
    spill: Path
    see: Sequence[str] | None

    @classmethod
    def of(cls, parts: Parts) -> Settings:
        """Return the settings that are in force in a lab."""
        policies, log = parts.policies, parts.log
        return cls(
            policies.on_swap,
            policies.carry,
            parts.frames.wanted,
            parts.entrance.origins.named,
            parts.entrance.isolation.on,
            parts.addresses.given,
            log.max_entries,
            log.max_bytes,
            parts.spilling.path,
            parts.seeing.names,
        )

    def check(self) -> None:
        """Check what can be checked before anything is done.

        Raises:
            TypeError: If `carry`, `isolate`, `see` or a limit is of a type that it cannot be.
            ValueError: If there is no such policy, `see` has what cannot be a name, or a limit is
                too small.
        """
        if not isinstance(self.isolate, bool):
            raise TypeError(f"expected isolate True or False, got {self.isolate!r}; leave it out")
        check_carry(self.carry)
        check_on_swap(self.on_swap)
        if self.see is not None:
            check_names(self.see)
        check_limits(*self.limits())

    def take_effect(self, parts: Parts) -> None:
        """Put them in force, but for the limits of the log: what those let go never comes back.

        Raises:
            ValueError: If an origin is none, or the file's name is not that of one.
            OSError: If the file cannot be written.
        """
        parts.entrance.origins.name(self.origins)
        parts.entrance.isolation.on = self.isolate
        if self.spill is not None:
            parts.spilling.spill(self.spill)
        parts.policies.on_swap, parts.policies.carry = self.on_swap, self.carry
        parts.addresses.given = self.url
        parts.frames.see(self.frames)
        if self.see is not None:
            parts.seeing.see_only(self.see)

    def limit(self, log: Log) -> None:
        """Have a log keep as much as is wanted from now on."""
        log.limit_to(*self.limits(log.max_entries, log.max_bytes))

    def limits(self, entries: int = MAX_ENTRIES, size: int = MAX_BYTES) -> tuple[int, int]:
        """Return how many entries and bytes a log is to keep.

        Args:
            entries, size: What it keeps unless something else is wanted.
        """
        return (
            entries if self.max_entries is None else self.max_entries,
            size if self.max_bytes is None else self.max_bytes,
        )


def check_origins(origins: Iterable[str]) -> None:
    """Check that origins are a list, not a text of which each letter would be one.

    Raises:
        TypeError: If they are not.
    """
    if isinstance(origins, str):
        raise TypeError(f"expected a list of origins, got {origins!r}; write origins=[{origins!r}]")
