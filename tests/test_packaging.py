"""What is installed: the files, the dependencies, and what an import brings along."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
PYTHON = next(each[7:] for each in ENVIRONMENT["dependencies"] if str(each).startswith("python="))
BINDER = {"python_version": PYTHON, "sys_platform": "linux"}
STATIC = ROOT / "playground" / "widgets" / "static"

# What conda-forge calls by another name than PyPI.
ON_CONDA = {"redis-py": "redis"}

# What takes long to import, or may not be there at all.
HEAVY = "anywidget httpx2 ipywidgets IPython pandas starlette tornado uvicorn uvloop websockets"


def requirements(extra: str) -> dict[str, Requirement]:
    """Return what an extra installs on Binder, by name, those of the extras it names included."""
    found: dict[str, Requirement] = {}
    for line in PROJECT["optional-dependencies"][extra]:
        wanted = Requirement(line)
        if wanted.name == PROJECT["name"]:
            for each in wanted.extras:
                found |= requirements(each)
        elif wanted.marker is None or wanted.marker.evaluate(BINDER):
            found[canonicalize_name(wanted.name)] = wanted
    return found


def conda() -> dict[str, str]:
    """Return what environment.yml installs from conda: name → version, "" for any."""
    lines = [each for each in ENVIRONMENT["dependencies"] if isinstance(each, str)]
    parts = [re.fullmatch(r"([\w-]+)(?:(?:=|>=)([\d.]+))?", line) for line in lines]
    assert all(parts), lines
    found = {part[1]: part[2] or "" for part in parts if part}
    return {canonicalize_name(ON_CONDA.get(name, name)): version for name, version in found.items()}


def run_python(program: str, *flags: str) -> str:
    """Run a program in a fresh Python that finds the packages; return what it printed."""
    found = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}"
    done = subprocess.run([sys.executable, *flags, "-c", found], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_environment_has_what_the_lab_needs() -> None:
    assert set(requirements("lab")) - set(conda()) == set()
    here = [each["pip"] for each in ENVIRONMENT["dependencies"] if isinstance(each, dict)]
    assert here == [[".[lab]"]]


def test_environment_and_pyproject_agree_about_versions() -> None:
    wanted, given = requirements("lab"), conda()
    for name, requirement in wanted.items():
        # "8.1" is the newest 8.1 there is.
        assert requirement.specifier.contains(f"{given[name] or 9999}.9999"), name


def test_environment_names_python_so_that_binder_sees_it() -> None:
    assert re.fullmatch(r"\d+\.\d+", PYTHON)
    assert PYTHON in PROJECT["requires-python"]


@pytest.mark.live
def test_binder_makes_its_image_of_the_environment() -> None:
    render = ["--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan", str(ROOT)]
    command = [sys.executable, "-m", "repo2docker", *render]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"Building conda environment for python={PYTHON}" in done.stderr
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"' in done.stdout


def test_framework_and_playground_require_nothing() -> None:
    assert PROJECT["dependencies"] == []


def test_the_version_is_written_down_once() -> None:
    import micropie
    import playground

    assert "version" in PROJECT["dynamic"]
    assert playground.__version__ == micropie.__version__
    assert f"## [{micropie.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
    sources = [path for each in ("micropie", "playground") for path in (ROOT / each).rglob("*.py")]
    text = f'__version__ = "{micropie.__version__}"'
    assert [path for path in sources if text in path.read_text()] == [
        ROOT / "micropie" / "__init__.py"
    ]


@pytest.mark.live
def test_a_wheel_is_named_after_the_version(wheel: list[str]) -> None:
    import micropie

    about = f"micropie_playground-{micropie.__version__}.dist-info/METADATA"
    assert about in wheel


def test_every_python_of_the_matrix_is_in_the_classifiers() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())
    matrix = workflow["jobs"]["linux"]["strategy"]["matrix"]["python"]
    pattern = r"Programming Language :: Python :: (3\.\d+)"
    named = [re.fullmatch(pattern, each) for each in PROJECT["classifiers"]]
    assert [each[1] for each in named if each] == matrix
    assert PROJECT["requires-python"] == f">={matrix[0]}"


@pytest.mark.live
@pytest.mark.parametrize("package", ["micropie", "micropie.testing", "playground"])
def test_a_package_can_be_imported_with_the_standard_library_alone(package: str) -> None:
    # -S: without site-packages; -I: without this folder and PYTHONPATH.
    run_python(f"import {package}", "-I", "-S")


@pytest.mark.live
def test_importing_playground_brings_nothing_heavy() -> None:
    loaded = run_python("import playground\nprint(*sys.modules)").split()
    assert set(loaded) & set(HEAVY.split()) == set()


# What somebody who runs the course in this folder may leave there.
LITTER = (
    "progress.json",
    "notebooks/progress.json",
    "notebooks/.progress.json.123",
    "notebooks/.ipynb_checkpoints/00-start-checkpoint.ipynb",
    "notebooks/Untitled.ipynb",
    "notebooks/my 00-start.ipynb",
    "notebooks/bob.json",
    "notebooks/talk.jsonl",
    "notebooks/talk.har",
    "notebooks/chat.html",
    "notebooks/test_talk.py",
    "notebooks/pictures/mine.png",
    "notebooks/.virtual_documents/00-start.ipynb",
    "homes/ada/notebooks/00-start.ipynb",
    "jupyterhub.sqlite",
    "jupyterhub_cookie_secret",
)


@pytest.fixture(scope="module")
def littered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree after somebody has run the course in it."""
    tree = tmp_path_factory.mktemp("tree")
    folders = ("micropie", "playground", "notebooks")
    for each in folders:
        shutil.copytree(ROOT / each, tree / each, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    for name in LITTER:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("of somebody")
    return tree


@pytest.fixture(scope="module")
def built(littered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and a source distribution of that tree."""
    folder = tmp_path_factory.mktemp("wheel")
    kinds = ("-t", "wheel", "-t", "sdist")
    build = [sys.executable, "-m", "hatchling", "build", *kinds, "-d", str(folder)]
    done: Any = subprocess.run(build, cwd=littered, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def built_wheel(built: Path) -> Path:
    """The wheel."""
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(built_wheel: Path) -> list[str]:
    """The names of the files in it."""
    return zipfile.ZipFile(built_wheel).namelist()


@pytest.mark.live
def test_a_wheel_has_every_module_and_every_static_file(wheel: list[str]) -> None:
    kinds = {".py", ".js", ".css", ".typed"}
    files = [path for each in ("micropie", "playground") for path in (ROOT / each).rglob("*")]
    expected = {str(path.relative_to(ROOT)) for path in files if path.suffix in kinds}
    assert expected - set(wheel) == set()
    assert {"micropie/py.typed", "playground/py.typed"} <= set(wheel)


def test_a_wheel_has_socketios_client_with_its_licence(wheel: list[str]) -> None:
    room = "playground/socketio_client"
    assert {f"{room}/socket.io.min.js", f"{room}/LICENSE"} <= set(wheel)


def test_a_wheel_has_nothing_else(wheel: list[str]) -> None:
    rooms = re.compile(
        r"(micropie|playground)/.+(\.(py|js|css|html|typed)|/LICENSE)|[^/]+\.dist-info/.+"
        r"|playground/notebooks/([^/]+\.ipynb|pictures/[^/]+\.svg)"
    )
    assert [name for name in wheel if not rooms.fullmatch(name)] == []


def test_nothing_of_who_has_run_the_course_is_packed(built: Path, wheel: list[str]) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert "notebooks/00-start.ipynb" in packed
    assert [name for name in LITTER if name in packed] == []
    installed = {name.removeprefix("playground/") for name in wheel}
    assert [name for name in LITTER if name in installed] == []


@pytest.fixture(scope="module")
def unpacked(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel installs, with nothing beside it."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(built_wheel).extractall(folder)
    return folder


def course(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give the command in a Python that has the wheel and the standard library, and no more."""
    command = "from playground.terminal.command import main; sys.exit(main())"
    program = f"import sys; sys.path.insert(0, {str(unpacked)!r}); {command}"
    given = [sys.executable, "-I", "-S", "-c", program, "course", *arguments]
    return subprocess.run(given, capture_output=True, text=True)


@pytest.mark.live
def test_the_course_comes_with_a_wheel_and_overwrites_nothing(
    unpacked: Path, tmp_path: Path
) -> None:
    target = tmp_path / "my course"
    (done := course(unpacked, str(target), "--no-open")).check_returncode()
    ours = [each for each in (ROOT / "notebooks").rglob("*") if each.suffix in (".ipynb", ".svg")]
    for each in ours:
        copied = target / each.relative_to(ROOT / "notebooks")
        assert copied.read_bytes() == each.read_bytes(), each
    number = sum(each.suffix == ".ipynb" for each in ours)
    assert done.stdout == f"{number} notebooks copied to {target}.\n"

    (target / "00-start.ipynb").write_text("mine")
    (target / "01-http.ipynb").unlink()
    again = course(unpacked, str(target), "--no-open")
    assert "1 notebook copied" in again.stdout
    assert "Left as they are, for they were changed there: 00-start.ipynb." in again.stdout
    assert (target / "00-start.ipynb").read_text() == "mine"
    assert (target / "01-http.ipynb").exists()
    assert "already" in course(unpacked, str(target), "--no-open").stdout

    opened = course(unpacked, str(target))
    assert opened.returncode == 1
    assert 'pip install "micropie-playground[lab]"' in opened.stderr
    assert "Traceback" not in opened.stderr


@pytest.mark.live
def test_a_folder_that_cannot_be_written_is_one_sentence(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = course(unpacked, str(tmp_path / "file"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The course could not be copied to ")
    assert done.stderr.count("\n") == 1


def test_a_wheel_brings_the_command(built_wheel: Path) -> None:
    archive = zipfile.ZipFile(built_wheel)
    (name,) = [each for each in archive.namelist() if each.endswith("entry_points.txt")]
    command = "micropie-playground = playground.terminal.command:main"
    assert command in archive.read(name).decode()


@pytest.mark.soak
def test_installing_the_wheel_and_one_command_begin_the_course(
    built_wheel: Path, tmp_path: Path
) -> None:
    """In an environment with nothing in it, from the registry: minutes."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    commands = environment / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(commands / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, f"{built_wheel}[lab]", "nbclient"], check=True)
    copy = [str(commands / "micropie-playground"), "course", "course", "--no-open"]
    subprocess.run(copy, check=True, cwd=tmp_path)
    execute = [str(commands / "jupyter"), "execute", "--inplace", "00-start.ipynb"]
    subprocess.run(execute, check=True, cwd=tmp_path / "course")
    assert "hello" in (tmp_path / "course" / "00-start.ipynb").read_text().lower()


def test_a_face_needs_no_network() -> None:
    loads = re.compile(r"https?://(?!www\.w3\.org/|127\.0\.0\.1:)|@import |url\(")
    files = [path for path in STATIC.rglob("*") if path.suffix in (".js", ".css")]
    assert files
    assert [path.name for path in files if loads.search(path.read_text())] == []
