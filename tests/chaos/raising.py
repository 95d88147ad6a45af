"""Programs that raise or end what they should not, in every place."""

from __future__ import annotations

from typing import Final

from tests.chaos.kinds import Chapter, Kind
from tests.chaos.programs import GET, PLACES, Program, at, at_each, whole

_BEGINNING: Final = ("start-up", "constructor")
_SERVING: Final = tuple(place for place in PLACES if place not in _BEGINNING)
# A few of each sort, for what is not likely to differ elsewhere.
_SOME: Final = ("handler", "socket", "stream", "middleware", "start-up", "constructor")


def _logs(wrong: str) -> Program:
    """Return the program with a handler of `logging` that is wrong, while others are served."""
    return whole(
        f"a handler of logging: {wrong}",
        f"""
        class Wrong(logging.Handler):
            def emit(self, record):
                if record.threadName.startswith("playground") or "mine" in record.msg:
                    {wrong}  # here
        async def page(self):
            root = logging.getLogger()
            root.addHandler(self.Wrong())
            root.setLevel(logging.DEBUG)
            logging.error("mine")
        """,
        GET
        + "\nprint(await asyncio.create_task(_lab.get('/', timeout=3)))"
        + "\nlogging.getLogger().setLevel(logging.WARNING); logging.getLogger().handlers.pop()",
        "in emit" if "emit" in wrong else EXITS,
    )


_KEPT = "expected the server's event loop to be left as it is"
_EXPECTED = "expected a constructor to leave the event loop as it is"
_LOOPS = ("handler", "socket", "stream", "task", "callback", "middleware", "start-up", "group")
EXITS = "A handler does not end the server"
_EXITS_EARLY = "an app does not end the kernel"
_ODD = 'raise type("Odd", (Exception,), {"__str__": lambda s: 1/0, "__repr__": lambda s: 1/0})'
_ENDLESS = 'raise type("Odd", (Exception,), {"__str__": lambda s: [0 for n in iter(int, 1)]})'
_HUGE = "raise ValueError('x' * 200_000_000)"
_GROUP = 'raise ExceptionGroup("two", [ValueError("a"), KeyError("b")])'
_DEEP = "(lambda f: f(f))(lambda f: f(f))"
LEAVING = Chapter(
    "It raises, or ends",
    [
        Kind(
            "Anything in a handler raises: a typo, a missing key, a division by zero.",
            "`ZeroDivisionError: division by zero` under the cell that defined the class, with "
            "your "
            "line. A page answers 500, a socket is closed with 1011, a body that was half sent "
            "breaks off. Everybody else goes on.",
            "Mend the line, run the cell again.",
            [*at_each("1/0", "ZeroDivisionError: division by zero", *PLACES)],
        ),
        Kind(
            "It ends the program: `sys.exit()`, `exit()`, `quit()`.",
            "`A handler does not end the server`: that one exchange fails, as if it had raised.",
            "`return`, or `await ws.close()`, ends a handler; `lab.stop()` in a cell ends the lab.",
            [
                *at_each("sys.exit(2)", EXITS, *_SERVING),
                *at_each("quit()", EXITS, "handler", "socket", "task", "callback"),
                *at_each("exit()", EXITS, "stream", "group", "middleware of sockets"),
            ],
        ),
        Kind(
            "A constructor or a start-up ends it: `argparse`, `sys.exit()`.",
            "`an app does not end the kernel`, and that revision 1 still serves: new code that "
            "does "
            "not start is not put on stage.",
            "Leave `argparse` out; give the values as arguments of `__init__`.",
            [
                *at_each("sys.exit(2)", _EXITS_EARLY, *_BEGINNING),
                *at_each("argparse.ArgumentParser().parse_args(['-z'])", _EXITS_EARLY, *_BEGINNING),
            ],
        ),
        Kind(
            "It raises what is no `Exception`: `KeyboardInterrupt`, `GeneratorExit`, one of "
            "your own.",
            "The same as for any other: `KeyboardInterrupt` with your line.",
            "Raise an `Exception`.",
            [
                *at_each("raise KeyboardInterrupt", "KeyboardInterrupt", *PLACES),
                *at_each("raise GeneratorExit", "GeneratorExit", "handler", "socket", "callback"),
                *at_each("raise BaseException('mine')", "BaseException: mine", *_SOME),
                *at_each(
                    "raise asyncio.CancelledError", "CancelledError", "handler", "socket", "stream"
                ),
            ],
        ),
        Kind(
            "It raises `StopIteration`: a `next(…)` that found nothing.",
            "`raised StopIteration`: Python makes a `RuntimeError` of it. Your line is named all "
            "the same.",
            "Give `next` a default: `next(found, None)`.",
            [
                *at_each(
                    "next(iter([]))",
                    "raised StopIteration",
                    *("handler", "socket", "stream", "sync stream", "group", "start-up"),
                ),
                *at_each(
                    "raise StopAsyncIteration", "StopAsyncIteration", "handler", "sync stream"
                ),
            ],
        ),
        Kind(
            "It raises several at once (an `ExceptionGroup`), or one that cannot be printed.",
            "`ExceptionGroup: two (2 sub-exceptions`, with the line of the first; of the other the "
            "name alone.",
            "Mend what the first says.",
            [
                *at_each(_GROUP, "ExceptionGroup: two (2 sub-exceptions", *_SOME),
                *at_each(_ODD, "Odd", *_SOME),
            ],
        ),
        Kind(
            "It raises what never ends saying what it is (`while True:` in `__str__`).",
            "As of any code that does not await: `has not awaited for`; broken out, it is told by "
            "its name, with your line: `what it says never came`. In a constructor "
            "that is told after a second.",
            "*Break out*; then mend its `__str__`.",
            [
                at(place, _ENDLESS, "what it says never came", blocks=True)
                for place in ("handler", "socket")
            ]
            + [at("constructor", _ENDLESS, "what it says never came: it took more than 1 s")],
        ),
        Kind(
            "It raises with a text of millions of characters.",
            "Its beginning, its end, and how long it is: `(200,000,000 characters in all)`.",
            "Say what went wrong, and not all that it went wrong with.",
            [*at_each(_HUGE, "(200,000,000 characters in all)", "handler", "socket", "task")],
        ),
        Kind(
            "It calls itself for ever.",
            "`RecursionError: maximum recursion depth exceeded`",
            "Let it end: look for the case in which it need not call itself.",
            [*at_each(_DEEP, "RecursionError", *_SOME)],
        ),
        Kind(
            "It ends the event loop: `loop.stop()`, `loop.close()`, cancelling every task.",
            "`RuntimeError: expected the server's event loop to go on, got loop.stop()`: it is "
            "refused at that very line.",
            "End what is yours: `return`, or keep the task that you began and cancel that one.",
            [
                *at_each(
                    "asyncio.get_running_loop().stop()",
                    "loop.stop()",
                    *("handler", "socket", "handshake", "stream", "task", "callback", "group"),
                    *("middleware", "start-up", "constructor", "shutdown", "check"),
                ),
                *at_each("asyncio.get_running_loop().close()", "RuntimeError", *_SOME),
            ],
        ),
        Kind(
            "It changes the event loop: `loop.call_soon = …`, `del loop._ready`, "
            "`loop.shutdown_asyncgens()`.",
            "`RuntimeError: expected the server's event loop to be left as it is`, at that very "
            "line. A task factory or an exception handler of yours is used for what your code "
            "begins, and for nothing else.",
            "Leave the loop as it is: everybody who is served shares it.",
            [
                *at_each("asyncio.get_running_loop().call_soon = None", _KEPT, *_LOOPS),
                *at_each(
                    "asyncio.get_running_loop().call_soon_threadsafe = print", _KEPT, "handler"
                ),
                *at_each("asyncio.get_running_loop().shutdown_asyncgens()", _KEPT, *_LOOPS[:3]),
                *at_each("asyncio.get_running_loop().time = None", _EXPECTED, "constructor"),
                *at_each(
                    "asyncio.get_running_loop().set_task_factory(lambda *a, **k: 1/0); "
                    "await asyncio.create_task(asyncio.sleep(0)); 1/0",
                    "ZeroDivisionError",
                    *("handler", "socket", "task", "start-up"),
                ),
                *at_each(
                    "asyncio.get_running_loop().set_exception_handler(lambda *a: 1/0); 1/0",
                    "ZeroDivisionError",
                    *("handler", "socket", "forgotten task", "callback"),
                ),
            ],
        ),
        Kind(
            "A handler of `logging` that you have set up raises, or ends the program.",
            "Where you log yourself, its error: `ValueError: in emit`, with your line. What the "
            "lab does is not logged to it.",
            "Mend the handler, or take it away: `logging.getLogger().removeHandler(…)`.",
            [_logs(wrong) for wrong in ("raise ValueError('in emit')", "sys.exit(3)")],
        ),
        Kind(
            "It runs a loop within the loop: `asyncio.run(…)` in a handler.",
            "`asyncio.run() cannot be called from a running event loop`",
            "`await` it in its place.",
            [
                *at_each(
                    "asyncio.run(asyncio.sleep(0))", "cannot be called from a running", *_SOME[:4]
                )
            ],
        ),
    ],
)
