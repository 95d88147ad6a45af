"""The command ``micropie-playground``: its arguments, and with which code it ends."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from micropie import __version__

WRONG_ARGUMENTS: Final = 2

_EPILOG: Final = "Exit codes: 0, 1 for an app that does not start, 2 for wrong arguments."


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and what to write instead."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}; {self.prog} --help says what there is\n")
        sys.exit(WRONG_ARGUMENTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line asks for; return the exit code.

    Args:
        arguments: Those after the program's name; of this process by default.
    """
    given = _parser().parse_args(arguments)
    if given.command == "course":
        from playground.terminal.course import course

        return course(given.folder, opens=given.open)
    from playground.terminal.running import run

    return run(given.app, port=given.port, frames=given.frames, panel=given.panel, opens=given.open)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="micropie-playground",
        description="Serve an app and watch what passes; or begin the course.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"micropie-playground {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="serve an app; what is saved takes over the open sockets",
        description="Serve an app on this machine, and write each request and message as it "
        "comes. What is saved in its files takes over, and the sockets stay open. A page in a "
        "browser has the panel. Ctrl-C ends it.",
        epilog=_EPILOG,
    )
    run.add_argument(
        "app",
        type=_reference,
        metavar="MODULE:NAME",
        help="such as chat:Chat; or the address of a server to watch, such as wss://example.org",
    )
    run.add_argument("--port", type=_port, default=0, help="a TCP port; by default a free one")
    run.add_argument(
        "--host", type=_host, default="127.0.0.1", help="127.0.0.1: it serves this machine alone"
    )
    run.add_argument("--frames", action="store_true", help="show pings, pongs and fragments too")
    run.add_argument(
        "--no-panel", dest="panel", action="store_false", help="have no page with the panel"
    )
    run.add_argument(
        "--open", action="store_true", help="open the panel in a browser; with --no-panel the app"
    )
    course = commands.add_parser(
        "course",
        help="copy the notebooks of the course, and open JupyterLab",
        description="Copy the notebooks of the course into a folder, and open JupyterLab there. "
        "What is in the folder already stays as it is.",
        epilog=_EPILOG,
    )
    course.add_argument(
        "folder",
        nargs="?",
        default="micropie-course",
        metavar="FOLDER",
        help="where to; by default micropie-course, here",
    )
    course.add_argument(
        "--no-open", dest="open", action="store_false", help="copy them, and open nothing"
    )
    return parser


def _reference(text: str) -> str:
    if "://" in text:
        return _address(text)
    module, colon, name = text.partition(":")
    if not (colon and all(part.isidentifier() for part in f"{module}.{name}".split("."))):
        if _is_host(text):
            raise argparse.ArgumentTypeError(
                f"expected the address of a server with how it is spoken to, got {text!r}; write "
                f"ws://{text} for a server that runs there, or wss://{text} if it speaks TLS"
            )
        guess = module.removesuffix(".py").replace("\\", "/").strip("./").replace("/", ".")
        named = f"{guess}:{name}" if name else f"{guess or 'chat'}:Chat"
        raise argparse.ArgumentTypeError(
            f"expected a module and a name in it, got {text!r}; write {named} for the class "
            f"{name or 'Chat'} in {guess.replace('.', '/') or 'chat'}.py"
        )
    return text


def _is_host(text: str) -> bool:
    """Return whether it looks like a host and a port, and can be no module and name."""
    port = re.search(r":(\d{1,5})(/|$)", text)
    return port is not None or text.partition(":")[0] == "localhost"


def _address(text: str) -> str:
    from playground.upstream.address import address_of

    try:
        address_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, got {text!r}")
    return int(text)


def _host(text: str) -> str:
    if text not in ("127.0.0.1", "localhost"):
        raise argparse.ArgumentTypeError(
            f"expected 127.0.0.1, got {text!r}: it serves this machine alone, for whoever reaches "
            "it sees all that passes; leave it out, and put a proxy before it"
        )
    return text
