"""``%%serve``: a cell that defines an app and serves it; ``%serve`` serves one that is there.

The cell is rewritten before it runs rather than run from within a magic: so it may await, its
tracebacks have the cell's own lines and no others, and it counts as one cell.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Collection
from typing import Any, Final, NoReturn

from playground.notebook import kernel

_DEFINED: Final = re.compile(r"^class\s+(\w+)", re.MULTILINE)
# How a script ends: `if __name__ == "__main__": uvicorn.run(app)`. In a notebook that is true.
_MAIN: Final = re.compile(r"""^if\s+__name__\s*==\s*["']__main__["']""")
_RUN: Final = re.compile(
    r"""^(?:\s*|if .*:\s*)uvicorn\.run\(\s*(?:["'][\w.]*:)?(?P<app>[A-Za-z_]\w*)?""", re.MULTILINE
)


def expand(lines: list[str]) -> list[str]:
    """Rewrite a ``%%serve`` cell: its body, and then ``%serve``, for the classes it defines.

    The first line stays a line, so that all others keep their numbers.
    """
    if not lines or not re.match(r"%%serve(?![\w?])", lines[0]):
        return lines
    options, body = lines[0].removeprefix("%%serve").strip(), lines[1:]
    text = "".join(body)
    defined, ran = ",".join(_DEFINED.findall(text)), _RUN.search(text)
    given = f"--defined={defined} " + (f"--ran={ran['app']} " if ran and ran["app"] else "")
    call = f"get_ipython().run_line_magic('serve', {f'{given}{options}'!r})\n"
    ended = not body or body[-1].endswith("\n")
    return [f"# {lines[0]}", *map(_unserved, body), *([] if ended else ["\n"]), call]


def _unserved(line: str) -> str:
    """Return a line of a script without what runs a server: `%%serve` does that."""
    line = _MAIN.sub("if False", line)
    return _RUN.sub(lambda found: found[0].replace("uvicorn.run", "(lambda *_, **__: None)"), line)


class ServeMagic:
    """The magics, for a function that serves.

    Args:
        serve: Serves an app; it takes the options of the magic by name, and returns a lab.
        base: The class that an app class derives from.
        on_swap: What may become of open sockets when the code changes.
    """

    def __init__(self, serve: Callable[..., Any], base: type, on_swap: Collection[str]) -> None:
        self._serve = serve
        self._base = base
        self._on_swap = tuple(on_swap)

    def register(self, ip: Any = None) -> None:
        """Make ``%%serve`` and ``%serve`` known to IPython, where it runs; once is enough."""
        ip = ip or kernel.shell()
        if ip is None or expand in ip.input_transformers_cleanup:
            return
        ip.input_transformers_cleanup.append(expand)
        ip.register_magic_function(self.line, "line", "serve")
        ip.register_magic_function(self.cell, "cell", "serve")

    def line(self, line: str) -> Any:
        """Serve a class of the notebook: %serve Chat --on-swap close

        As %%serve, at the top of a cell, it serves the app class that the cell defines (the last
        one, if there are several) under the name of the class, or goes on under that name with the
        new code. A script may be pasted below it as it is: of the way in which it runs itself,
        `if __name__ == "__main__"` and `uvicorn.run`, nothing is run.

          %%serve [app] [--name NAME] [--to VARIABLE] [--port PORT] [--transport server|memory]
                  [--on-swap handover|close|keep] [--carry [NAME,NAME…]] [--frames]
                  [--url URL]

        app          what to serve, if not the class that the cell defines; also module:name
        --name       what the lab is called; the class's name by default
        --to         the variable that holds the lab; "lab" by default
        --port       a TCP port; by default a free one
        --transport  "server", or "memory": no network
        --on-swap    what becomes of open sockets when the code changes
        --carry      attributes of the app that go on when the code changes; without names all
        --frames     record every frame of the WebSockets too: ping, pong, fragments, compression
        --url        the address a browser should use
        """
        options = self._parsed(line)
        app = self._wanted(options.pop("app"), options.pop("defined"), options.pop("ran", ""))
        variable = options.pop("to")
        try:
            lab = self._serve(app, **options)
        except (ImportError, OSError, TypeError, ValueError) as error:
            raise _usage_error(str(error)) from None
        kernel.bind(variable, lab)
        return lab

    def cell(self, line: str, cell: str) -> None:
        """Serve the app class that a cell defines; see %serve?"""
        kernel.shell().run_cell(f"%%serve {line}\n{cell}")

    cell.__doc__ = line.__doc__

    def _wanted(self, name: str | None, defined: str, ran: str) -> Any:
        names = kernel.namespace()
        if name is not None:
            if name not in names and ":" not in name:
                raise _usage_error(f"expected the name of an app, got {name!r}; define it first")
            return names.get(name, name)
        found = [names.get(each) for each in defined.split(",")]
        apps = [each for each in found if isinstance(each, type) and issubclass(each, self._base)]
        if apps:
            return apps[-1]
        if ran in names:
            return names[ran]
        raise _usage_error(
            "expected a cell that defines a class of apps, found none; write class Chat(App), "
            "or say what to serve: %%serve app"
        )

    def _parsed(self, line: str) -> dict[str, Any]:
        """Return the options of a line: those that were given, and those that have a default."""
        parser = _Parser(prog="%%serve", add_help=False, allow_abbrev=False)
        parser.add_argument("app", nargs="?")
        parser.add_argument("--defined", default="")
        parser.add_argument("--ran")
        parser.add_argument("--to", default="lab")
        parser.add_argument("--name")
        parser.add_argument("--port", type=int)
        parser.add_argument("--transport", choices=("server", "memory"))
        parser.add_argument("--on-swap", choices=self._on_swap)
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
