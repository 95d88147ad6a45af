"""A lab holds no more memory than its log's bound says, whatever is sent, and gives it back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

# In a process of its own: how much memory one has says something only of what runs in it alone.
FLOOD = """
import gc, socket
from micropie import App
from playground import serve

def megabytes():
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

class Site(App):
    async def index(self):
        return "ok"

def ask(trace):
    with socket.create_connection(("127.0.0.1", lab.port)) as client:
        client.sendall(
            f"GET / HTTP/1.1\\r\\nHost: 127.0.0.1:{lab.port}\\r\\nConnection: close\\r\\n"
            f"X-Trace: {trace}\\r\\n\\r\\n".encode()
        )
        while client.recv(65536):
            pass

lab = serve(Site)
ask("first")
before = megabytes()
for number in range(1000):
    ask(f"{number}" + "z" * 200_000)
full = megabytes()
print(full - before, lab.log.max_bytes / 1e6, lab.log.bytes / 1e6)
lab.log.clear()
print(megabytes() - before)
lab.stop()
print(megabytes() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as Linux has it")
def test_large_headers_are_held_within_the_logs_bound_and_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLOOD], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    first, cleared, stopped = done.stdout.splitlines()
    grown, bound, counted = map(float, first.split())
    assert grown < bound + 20
    assert bound / 2 < counted <= bound
    assert float(cleared) < 15
    assert float(stopped) < 15
