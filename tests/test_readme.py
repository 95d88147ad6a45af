"""What the README says of the tree is so. Its code is run with the documentation's examples."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = {17: "Seventeen", 18: "Eighteen", 19: "Nineteen", 20: "Twenty"}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_course_is_every_notebook_in_its_order() -> None:
    told = re.findall(r"^\| \[.+?\]\(notebooks/(.+?)\) \|", README, re.MULTILINE)
    there = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert told == there


def test_the_notebooks_are_as_many_as_is_said() -> None:
    terminal = (ROOT / "docs" / "how-to" / "run-in-a-terminal.md").read_text(encoding="utf-8")
    number = len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert f"\n{number} notebooks copied to my-course.\n" in terminal
    assert f"{WORDS[number]} notebooks, from nothing to production" in README


def test_its_pictures_are_there_and_light() -> None:
    pictures = re.findall(r"\((docs/\S+\.png)\)|src=\"(docs/\S+?)\"", README)
    files = [ROOT / (still or film) for still, film in pictures]
    assert len(files) == 2
    assert all(0 < file.stat().st_size < 1_500_000 for file in files)


def test_what_the_papers_lead_to_is_there() -> None:
    papers = [*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")]
    missing = [
        (paper.name, link)
        for paper in papers
        for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", paper.read_text(encoding="utf-8"))
        if not (paper.parent / link).exists()
    ]
    assert len(papers) >= 6
    assert missing == []


def test_every_command_of_make_that_it_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    assert set(re.findall(r"[`$] ?make ([a-z]+)", README)) - targets == set()
