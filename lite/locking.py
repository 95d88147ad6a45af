"""A Pyodide distribution of our own: the core from npm, our wheels, and a lock that names them.

npm has Pyodide without the packages that its lock names, and the same packages from PyPI have
other hashes; so the lock is written anew.
"""

from __future__ import annotations

import email.message
import email.parser
import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

CORE: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")

# What wheels ask for and a browser goes without: there is nothing to connect to over a socket, JSON
# has the standard library, and a cell needs no terminal.
LEFT_OUT: Final = frozenset({"orjson", "pexpect", "debugpy", "simple-websocket"})


class Wheel(NamedTuple):
    """A wheel: its file, its name in canonical spelling, its version, what it says of itself."""

    path: Path
    name: str
    version: str
    metadata: email.message.Message
    modules: tuple[str, ...]

    @property
    def requirements(self) -> list[Requirement]:
        """What it needs, markers unevaluated."""
        return [Requirement(line) for line in self.metadata.get_all("Requires-Dist") or []]


def read_wheel(path: Path) -> Wheel:
    """Read what a wheel says of itself."""
    name, version, _, _ = parse_wheel_filename(path.name)
    with zipfile.ZipFile(path) as archive:
        files = archive.namelist()
        told = next(file for file in files if _is_metadata(file))
        metadata = email.parser.BytesParser().parsebytes(archive.read(told))
    return Wheel(path, str(name), str(version), metadata, tuple(sorted(_modules(files))))


def _is_metadata(file: str) -> bool:
    return file.endswith(".dist-info/METADATA") and file.count("/") == 1


def _modules(files: Iterable[str]) -> set[str]:
    ours = [each for each in files if ".dist-info/" not in each and ".data/" not in each]
    code = [each.removesuffix("c") for each in ours if each.endswith((".py", ".pyc"))]
    return {each.partition("/")[0].removesuffix(".py") for each in code}


def distribution(
    core: Path, wheels: Iterable[Path], out: Path, extras: Mapping[str, set[str]]
) -> None:
    """Put a Pyodide distribution into a folder.

    Args:
        core: npm's package.
        wheels: Every wheel that is to be there.
        out: The folder; it is made.
        extras: The extras that are wanted of a wheel, by its name.

    Raises:
        ValueError: If a wheel needs what no wheel gives.
    """
    out.mkdir(parents=True)
    for file in CORE:
        shutil.copy2(core / file, out / file)
    read = [read_wheel(path) for path in wheels]
    for wheel in read:
        shutil.copy2(wheel.path, out / wheel.path.name)
    theirs = json.loads((core / "pyodide-lock.json").read_text())
    ours = {**theirs, "packages": packages(read, markers(theirs["info"]), extras)}
    (out / "pyodide-lock.json").write_text(json.dumps(ours, indent=1, sort_keys=True))


def markers(info: Mapping[str, str]) -> dict[str, str]:
    """Return what environment markers are evaluated with: Pyodide's own values."""
    full = info["python"]
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Emscripten",
        "platform_version": "",
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
        "sys_platform": "emscripten",
    }


def packages(
    wheels: Iterable[Wheel], environment: Mapping[str, str], extras: Mapping[str, set[str]]
) -> dict[str, Any]:
    """Return the lock's table of packages.

    Raises:
        ValueError: If a wheel needs what no wheel gives, or another version of it.
    """
    there = {wheel.name: wheel for wheel in wheels}
    wanted = {name: set(each) for name, each in extras.items()}
    # An extra may name further extras, of its own package too: until there are no more.
    while _widen(wanted, there, environment):
        pass
    return {
        name: _entry(wheel, sorted(_given(wheel, there, environment, wanted)))
        for name, wheel in sorted(there.items())
    }


def _widen(
    wanted: dict[str, set[str]], there: Mapping[str, Wheel], environment: Mapping[str, str]
) -> bool:
    before = sum(map(len, wanted.values()))
    for wheel in there.values():
        for need in _needs(wheel, environment, wanted.get(wheel.name, set())):
            wanted.setdefault(canonicalize_name(need.name), set()).update(need.extras)
    return sum(map(len, wanted.values())) > before


def _needs(wheel: Wheel, environment: Mapping[str, str], extras: set[str]) -> Iterator[Requirement]:
    """Yield what a wheel needs in that environment, with those extras."""
    for need in wheel.requirements:
        chosen = [{**environment, "extra": extra} for extra in ("", *extras)]
        if need.marker is None or any(map(need.marker.evaluate, chosen)):
            yield need


def _given(
    wheel: Wheel,
    there: Mapping[str, Wheel],
    environment: Mapping[str, str],
    wanted: Mapping[str, set[str]],
) -> set[str]:
    found: set[str] = set()
    for need in _needs(wheel, environment, wanted.get(wheel.name, set())):
        name = canonicalize_name(need.name)
        if name in LEFT_OUT or name == wheel.name:
            continue
        if name not in there or not need.specifier.contains(there[name].version, prereleases=True):
            got = there[name].version if name in there else "none"
            raise ValueError(
                f"{wheel.name} expected {need}, got {got}; add it to lite/wheels.txt or name it in "
                "LEFT_OUT"
            )
        found.add(name)
    return found


def _entry(wheel: Wheel, depends: list[str]) -> dict[str, Any]:
    return {
        "name": wheel.name,
        "version": wheel.version,
        "file_name": wheel.path.name,
        "install_dir": "site",
        "package_type": "package",
        # A cell that imports one of these has the package loaded, with no `%pip install`.
        "imports": list(wheel.modules),
        "depends": depends,
        "unvendored_tests": False,
        "sha256": hashlib.sha256(wheel.path.read_bytes()).hexdigest(),
    }
