"""The versions that are installed, compared with those that our own package asks for."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from typing import Final

from playground.doctor.report import Finding, aside, right, wrong

_OURS: Final = "micropie-playground"
# The released MicroPie, which is a module where our framework is a package.
_SAME_NAME: Final = "micropie"

# Without these the server transport cannot be.
_SERVER: Final = ("uvicorn", "websockets", "httpx2")
_SHOWN: Final = ("uvloop", "ipykernel", "ipywidgets", "anywidget")
# These may live in another environment than the kernel.
_BESIDE: Final = ("jupyterlab", "jupyter-server-proxy")

_REQUIREMENT: Final = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?\s*\(?[^;]*?>=\s*([\d.]+)")


def versions(transport: str) -> Finding:
    """Compare what is installed with what is asked for."""
    needed = minima()
    shown = [f"python {platform.python_version()}"]
    faults = []
    for name in (*_SERVER, *_SHOWN, *_BESIDE):
        found = _version(name)
        if found is not None:
            shown.append(f"{name} {found}")
        fault = _fault(name, found, needed.get(name, ""), transport)
        if fault:
            faults.append(fault)
    listed = ", ".join(shown)
    missing = [name for name in _BESIDE if _version(name) is None]
    if missing:
        listed += f"; not in this Python, but perhaps beside JupyterLab: {', '.join(missing)}"
    if faults:
        specs = " ".join(f'"{name}>={least}"' if least else name for name, least, _ in faults)
        why = "; ".join(said for _, _, said in faults)
        return wrong("versions", f"{why} ({listed})", f"pip install -U {specs}, then restart.")
    return right("versions", listed)


def same_name() -> list[Finding]:
    """Tell of the distribution that has a module of our framework's name; nothing without it."""
    released = _version(_SAME_NAME)
    if released is None:
        return []
    found = find_spec(_SAME_NAME)
    where = found.origin if found is not None else "nothing"
    said = (
        f"{_SAME_NAME} {released} is installed beside {_OURS}, and both own the import name "
        f"{_SAME_NAME}; ours wins here: {where}"
    )
    return [aside("framework", said, f"pip uninstall {_SAME_NAME} takes theirs away, not ours.")]


def _fault(name: str, found: str | None, least: str, transport: str) -> tuple[str, str, str] | None:
    if found is None:
        needed = name in _SERVER and transport == "server"
        return (name, least, f"{name} is not installed") if needed else None
    if least and _numbers(found) < _numbers(least):
        return name, least, f"{name} {found} is older than the {least} that is asked for"
    return None


def minima() -> dict[str, str]:
    """Return the oldest version of each package that ours asks for; none if it is not installed."""
    try:
        lines = requires(_OURS) or []
    except PackageNotFoundError:
        return {}
    return dict(_requirement(line) for line in lines if _REQUIREMENT.match(line))


def _requirement(line: str) -> tuple[str, str]:
    match = _REQUIREMENT.match(line)
    assert match is not None
    return match[1].lower(), match[2]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_leading(text))


def _leading(text: str) -> Iterator[int]:
    """Yield the numbers before the first part that is none: ``7.0.0a1`` is not yet 7.0.0."""
    for part in text.split("."):
        match = re.match(r"\d+", part)
        if match is None:
            return
        yield int(match[0])
        if match[0] != part:
            return
