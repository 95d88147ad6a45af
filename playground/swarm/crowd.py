"""What has become of a crowd, to be read and shown."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

from playground.swarm.histogram import Bar, Histogram, shown_ms, summary
from playground.swarm.running import Running
from playground.traffic.escapes import escaped

_WIDE: Final = 30
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


class Crowd:
    """What has become of a crowd. Made by `Lab.swarm`.

    Attributes:
        path: What they connected to.
        clients: How many there were to be.
        opened: How many connected.
        failed: How many could not.
        messages: How many messages they sent.
        heard: How many they received.
        unanswered: How many of theirs no message came after.
        latency: How long it took from a message to the next that its client received.
        errors: How often each kind of mishap was met, those of the app's handlers too.
        opening: Seconds from the first one's coming until the last had connected.
        seconds: For how long all of it took.
        why: Why it ended before its time, as a clause; "" if it did not.
    """

    def __init__(self, running: Running, raised: Mapping[str, int]) -> None:
        tally = running.tally
        self.path, self.clients = running.plan.path, running.wanted
        self._scripted = running.scripted
        self.opened, self.failed = tally.opened, tally.failed
        self.messages, self.heard = tally.messages, tally.heard
        self.unanswered = tally.messages - tally.answered
        self.latency: Histogram = tally.latency
        errors = {**tally.errors}
        for kind, count in raised.items():
            errors[f"a handler raised {kind}"] = count
        self.errors: Mapping[str, int] = MappingProxyType(errors)
        self.opening, self.seconds, self.why = tally.opening, running.seconds, running.why

    @property
    def p50(self) -> float:
        """The median of `latency`, in ms; `nan` if nothing was answered."""
        return self.latency.p50

    @property
    def p99(self) -> float:
        """What one answer in a hundred took longer than, in ms; `nan` if nothing was answered."""
        return self.latency.p99

    @property
    def worst(self) -> float:
        """The longest that an answer took, in ms; `nan` if nothing was answered."""
        return self.latency.worst

    def sentence(self) -> str:
        """Return all of it in one line."""
        clients = f"{self.opened:,} of {self.clients:,} clients"
        if self.opened == self.clients:
            clients = f"{self.clients:,} clients" if self.clients > 1 else "1 client"
        parts = [
            f"{clients} at {escaped(self.path)}, open in {self.opening:.1f} s",
            self._messages(),
            *([f"it ended early: {self.why}"] if self.why else []),
            *(f"{count:,} × {kind}" for kind, count in self._worst_first()),
        ]
        return "; ".join(parts)

    def _messages(self) -> str:
        if self.messages:
            return f"{self.messages:,} messages sent, {self._answers()}"
        silent = self._scripted and self.opened and not self.errors and not self.why
        return f"no message sent{': the script came to send none' if silent else ''}"

    def _answers(self) -> str:
        if not len(self.latency):
            return "none answered" if self.errors else "none answered: the app sends nothing back"
        missing = f"{self.unanswered:,} unanswered, " if self.unanswered else ""
        return f"{missing}{summary(self.latency)}"

    def _worst_first(self) -> list[tuple[str, int]]:
        return sorted(self.errors.items(), key=lambda each: -each[1])

    def __repr__(self) -> str:
        lines = [f"<Crowd: {self.sentence()}>"]
        bars = self.latency.bars()
        most = max((each.times for each in bars), default=1)
        lines += [f"{edges(each):>17}  {_bar(each.times / most)} {each.times:,}" for each in bars]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        bars = self.latency.bars()
        most = max((each.times for each in bars), default=1)
        rows = "".join(
            f"<tr style='background:none'><td style='padding:0 8px;text-align:right'>"
            f"{escape(edges(each))}</td><td style='padding:1px 0;text-align:left;width:260px'>"
            f"<div style='background:#1976d2;height:10px;min-width:1px;"
            f"width:{100 * each.times / most:.1f}%'></div></td>"
            f"<td style='padding:0 8px;text-align:right'>{each.times:,}</td></tr>"
            for each in bars
        )
        first, *rest = self.sentence().split("; ")
        told = "".join(f"<div>{escape(each)}</div>" for each in rest)
        table = f"<table style='font-size:12px;margin:6px 0'>{rows}</table>" if rows else ""
        return f"<div><b>{escape(first)}</b>{told}{table}</div>"


def edges(bar: Bar) -> str:
    """Return from when to when a bar goes: ``1–2 ms``."""
    low, unit = shown_ms(bar.low).split(" ")
    high = shown_ms(bar.high)
    return f"{low}–{high}" if high.endswith(f" {unit}") else f"{low} {unit} – {high}"


def _bar(share: float) -> str:
    eighths = round(share * _WIDE * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
