"""How long from serve() to the first answer, and what a swap costs, beside a bare uvicorn thread.

Run with ``python -m benchmarks.start``. Each start is a fresh process that has imported what a
kernel has once the package is there; both contenders take turns, so that a busy machine slows them
alike. Prints medians in milliseconds, and their ratio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

ROUNDS = 7

# A kernel's warm-up has imported these in the background by the time a user serves an app.
WARM = """
import httptools, uvicorn, uvloop, websockets.asyncio.client
"""

BARE = """
import asyncio, socket, threading, time
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
began = time.perf_counter()
sock = socket.socket(); sock.bind(("127.0.0.1", 0)); sock.listen()
server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
threading.Thread(target=asyncio.run, args=(server.serve(sockets=[sock]),), daemon=True).start()
"""

OURS = """
import socket, time
from micropie import App
from playground import serve
class Hello(App):
    async def index(self): return "hello"
began = time.perf_counter()
lab = serve(Hello)
class sock:
    getsockname = staticmethod(lambda: ("127.0.0.1", lab.port))
"""

ANSWER = """
client = socket.create_connection(sock.getsockname())
client.sendall(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
client.recv(100)
print((time.perf_counter() - began) * 1000)
"""

SWAP = """
import statistics
class Hello2(App):
    async def index(self): return "again"
    async def ws_index(self, ws):
        await ws.accept()
        async for message in ws: pass
import asyncio
async def connected(): return [await lab.connect("/") for _ in range(10)]
lab.swap(Hello2); asyncio.run(connected())
times = []
for _ in range(101):
    began = time.perf_counter()
    lab.swap(Hello2)
    times.append((time.perf_counter() - began) * 1000)
print(statistics.median(times))
"""


AGAIN = """
import os, threading
def state(): return threading.active_count(), len(os.listdir("/proc/self/fd")), lab.port
before = state()
for number in range(50):
    space = {"App": App, "__name__": "__main__"}
    exec(f"class Hello(App):\\n    async def index(self): return '{number}'", space)
    serve(space["Hello"])
assert lab.revision == 51
after = state()
print(sum(abs(one - other) for one, other in zip(before, after)))
"""


def measure(code: str) -> float:
    """Run a program and return the last number it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Print the table."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(measure(WARM + BARE + ANSWER))
        ours.append(measure(WARM + OURS + ANSWER))
    swap = min(measure(WARM + OURS + ANSWER + SWAP) for _ in range(3))
    first, second = statistics.median(bare), statistics.median(ours)
    print(f"bare uvicorn thread to first answer  {first:7.1f} ms")
    print(f"serve() to first answer              {second:7.1f} ms  ({second / first:.2f} x)")
    print(f"warm swap with 10 open sockets       {swap:7.2f} ms")
    if os.path.exists("/proc/self/fd"):
        left = measure(WARM + OURS + ANSWER + AGAIN)
        print(f"threads, files, ports left by 50 servings of a changed class {left:3.0f}")


if __name__ == "__main__":
    main()
