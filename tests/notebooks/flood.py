"""A flood of messages into a lab's log, and what a page makes of it: for a test and a benchmark."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tests.notebooks.driver import Notebook

SERVE = """\
import threading, time
from micropie import App
from playground import serve

class Flood(App):
    async def ws_flood(self, ws):
        await ws.accept()

lab = serve(Flood)
lab"""

# Rows as a recorder writes them; paced from a thread, so that cells can run meanwhile.
POUR = """\
def pour(rate, seconds, log=lab.log):
    exchange = log.open("websocket", "alice", path="/flood").id
    began, sent = time.monotonic(), 0
    while sent < rate * seconds:
        due = min(rate * seconds, int((time.monotonic() - began) * rate))
        while sent < due:
            asked = log.append(time.time(), exchange, "text", "client", f'{{"n": {sent}}}', 12)
            log.append(time.time(), exchange, "text", "server", f'{{"echo": {sent}}}', 15, asked)
            sent += 2
        time.sleep(0.004)
    poured.append((sent, time.monotonic() - began))

poured = []
pouring = threading.Thread(target=pour, args=(%d, %d), daemon=True)
pouring.start()"""

# Each change of the foot, with its time, and each task that kept the page from answering.
WATCH = """() => {
  window.flood = { updates: [], tasks: [] };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.flood.tasks.push([task.startTime, task.duration]);
  }).observe({ type: "longtask" });
  const look = () => window.flood.updates.push(performance.now());
  new MutationObserver(look).observe(document.querySelector(".mpp-holds"), {
    characterData: true, childList: true, subtree: true,
  });
}"""

# All rows of the table, those that are holes too, by scrolling through it from top to bottom. A hole
# that comes into sight is asked for; what then comes moves the rows, so that they are read again.
COUNT = """async () => {
  const scroller = document.querySelector(".mpp-table .mpp-scroller");
  // As if a person had pulled the table down: there is less to scroll through then.
  document.querySelector(".mpp-traffic .mpp-main").style.height = "4000px";
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const rows = () => document.querySelectorAll(".mpp-table .mpp-sheet .mpp-row");
  while (rows().length < 100) await frame();
  const sweep = async () => {
    const seen = new Map();
    for (let top = 0; ; top += scroller.clientHeight) {
      scroller.scrollTop = top;
      await frame();
      await frame();
      for (const row of rows()) {
        const hole = row.classList.contains("mpp-hole");
        const said = row.querySelector(hole ? ".mpp-what" : ".mpp-n").textContent;
        seen.set(`${row.dataset.index}`, [hole, said]);
      }
      if (top + scroller.clientHeight >= scroller.scrollHeight) return [...seen.values()];
    }
  };
  for (let before = ""; ; ) {
    const seen = await sweep();
    if (JSON.stringify(seen) === before) return seen;
    before = JSON.stringify(seen);
  }
}"""


class Counted(NamedTuple):
    """What a panel says of its log.

    Attributes:
        rows: Rows it holds.
        missing: Rows it says it was not sent, or has let go.
        entries: Entries it says the log holds.
        dropped: Entries it says the log has let go.
    """

    rows: int
    missing: int
    entries: int
    dropped: int


def pour(notebook: Notebook, index: int, rate: int, seconds: int) -> None:
    """Begin a flood from a cell, which ends at once."""
    notebook.set_source(index, POUR % (rate, seconds))
    notebook.run(index)


def watch(notebook: Notebook) -> None:
    """Note from now on when the panel moves and when the page is busy."""
    notebook.page.evaluate(WATCH)


def watched(notebook: Notebook) -> dict[str, Any]:
    """Return what was noted: `updates` at milliseconds, `tasks` with beginning and length."""
    noted: dict[str, Any] = notebook.page.evaluate("() => window.flood")
    return noted


def count(notebook: Notebook) -> Counted:
    """Return what the panel holds and what it says it does not, read row by row."""
    rows = missing = 0
    for hole, said in notebook.page.evaluate(COUNT):
        rows += not hole
        missing += _number(said, r"([\d,]+)") if hole else 0
    foot = notebook.page.locator(".mpp-traffic .mpp-holds").inner_text()
    return Counted(
        rows, missing, _number(foot, r"([\d,]+) entr"), _number(foot, r"([\d,]+) let go")
    )


def _number(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else 0
