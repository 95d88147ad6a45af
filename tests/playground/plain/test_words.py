"""The page has no kernel, notebook or cell, so its faces speak of none."""

from __future__ import annotations

import re

import pytest

from playground.plain.words import _SAID, without_a_notebook
from playground.widgets.composing import compose

FACES = ["status", "kept", "routes", "traffic"]
OTHERS = ["clients/console.js", "between/strip.js", "swarm/swarm.js"]
MODULES = [compose(f"page/{name}.js") for name in FACES] + [compose(name) for name in OTHERS]

# In JupyterLab alone, or of views in cells, which a page has none of.
ELSEWHERE = (
    "beside the notebook",
    "The notebook took this panel away",
    "A later cell shows",
)


def test_every_phrase_is_one_of_the_faces() -> None:
    together = "\n".join(MODULES)
    assert [phrase for phrase in _SAID if phrase not in together] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_face_speaks_of_a_notebook(module: str) -> None:
    said = re.findall(
        r'"[^"\n]*\b(?:kernel|notebook|running cell)\b[^"\n]*"', without_a_notebook(module)
    )
    sentences = [each for each in said if " " in each]
    assert [each for each in sentences if not any(word in each for word in ELSEWHERE)] == []
