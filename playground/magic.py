"""``%%serve``: a cell that defines an app and serves it; ``%serve`` serves one that is there.

The cell is rewritten before it runs rather than run from within a magic: so it may await, its
tracebacks have the cell's own lines and no others, and it counts as one cell.
"""

from __future__ import annotations

import argparse
import re
import shlex
from typing import Any, Final, NoReturn

from micropie import App
from playground import kernel
from playground.lab import Lab
from playground.serving import serve
from playground.stage import ON_SWAP

_DEFINED: Final = re.compile(r"^class\s+(\w+)", re.MULTILINE)


def register(ip: Any = None) -> None:
    """Make ``%%serve`` and ``%serve`` known to IPython, where it runs; once is enough."""
    ip = ip or kernel.shell()
    if ip is None or expand in ip.input_transformers_cleanup:
        return
    ip.input_transformers_cleanup.append(expand)
    ip.register_magic_function(serve_line, "line", "serve")
    ip.register_magic_function(serve_cell, "cell", "serve")


def expand(lines: list[str]) -> list[str]:
    """Rewrite a ``%%serve`` cell: its body, and then ``%serve``, for the classes it defines.

    The first line stays a line, so that all others keep their numbers.
    """
    if not lines or not re.match(r"%%serve(?![\w?])", lines[0]):
        return lines
    options, body = lines[0].removeprefix("%%serve").strip(), lines[1:]
    defined = ",".join(_DEFINED.findall("".join(body)))
    call = f"get_ipython().run_line_magic('serve', {f'--defined={defined} {options}'!r})\n"
    ended = not body or body[-1].endswith("\n")
    return [f"# {lines[0]}", *body, *([] if ended else ["\n"]), call]


def serve_line(line: str) -> Lab:
    """Serve a class of the notebook: %serve Chat --on-swap close

    As %%serve, at the top of a cell, it serves the app class that the cell defines (the last one,
    if there are several) under the name of the class, or goes on under that name with the new code.

      %%serve [app] [--name NAME] [--to VARIABLE] [--port PORT] [--transport server|memory]
              [--on-swap handover|close|keep] [--carry [NAME,NAME…]] [--frames]
              [--url URL]

    app          what to serve, if not the class that the cell defines
    --name       what the lab is called; the class's name by default
    --to         the variable that holds the lab; "lab" by default
    --port       a TCP port; by default a free one
    --transport  "server", or "memory": no network
    --on-swap    what becomes of open sockets when the code changes
    --carry      attributes of the app that go on when the code changes; all of them without names
    --frames     record every frame of the WebSockets too: ping, pong, fragments, compression
    --url        the address a browser should use
    """
    options = _parsed(line)
    app = _wanted(options.pop("app"), options.pop("defined"))
    variable = options.pop("to")
    try:
        lab = serve(app, **options)
    except (OSError, TypeError, ValueError) as error:
        raise _usage_error(str(error)) from None
    kernel.bind(variable, lab)
    return lab


def serve_cell(line: str, cell: str) -> None:
    """Serve the app class that a cell defines; see %serve?"""
    kernel.shell().run_cell(f"%%serve {line}\n{cell}")


serve_cell.__doc__ = serve_line.__doc__


def _wanted(name: str | None, defined: str) -> Any:
    names = kernel.namespace()
    if name is not None:
        if name not in names:
            raise _usage_error(f"expected the name of an app, got {name!r}; define it first")
        return names[name]
    found = [names.get(each) for each in defined.split(",")]
    apps = [each for each in found if isinstance(each, type) and issubclass(each, App)]
    if not apps:
        raise _usage_error(
            "expected a cell that defines a class of apps, found none; write class Chat(App), or "
            "say what to serve: %%serve app"
        )
    return apps[-1]


def _parsed(line: str) -> dict[str, Any]:
    """Return the options of a line: those that were given, and those that have a default."""
    parser = _Parser(prog="%%serve", add_help=False, allow_abbrev=False)
    parser.add_argument("app", nargs="?")
    parser.add_argument("--defined", default="")
    parser.add_argument("--to", default="lab")
    parser.add_argument("--name")
    parser.add_argument("--port", type=int)
    parser.add_argument("--transport", choices=("server", "memory"))
    parser.add_argument("--on-swap", choices=ON_SWAP)
    parser.add_argument("--carry", nargs="?", const=True, type=lambda text: text.split(","))
    parser.add_argument("--frames", action="store_true", default=None)
    parser.add_argument("--url")
    try:
        options = vars(parser.parse_args(shlex.split(line)))
    except ValueError as error:  # a quotation mark without its other
        raise _usage_error(f"expected options, got {line!r}; {error}".lower()) from None
    wanted = {name: value for name, value in options.items() if value is not None}
    return {"app": None, **wanted}


class _Parser(argparse.ArgumentParser):
    """Reads options; what is wrong with them is a sentence, not the end of the process."""

    def error(self, message: str) -> NoReturn:
        raise _usage_error(f"{message}; %serve? has the options")


def _usage_error(text: str) -> Exception:
    from IPython.core.error import UsageError

    error: Exception = UsageError(text)
    return error
