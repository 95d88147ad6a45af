"""What a notebook makes of a log: JupyterLab draws its diagram, and shows what was chosen of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from tests.notebooks.driver import OpenNotebook

# All that Mermaid could read as something else.
AWKWARD = [
    'say "hi"; #1 <b>&amp;</b>',
    "%%{init: {'theme': 'dark'}}%%",
    "$$x^2$$ `y` **z**",
    "style a:#1; classDef b:#2;",
    "wrap: end",
    "{[(->>)]}: x",
    "two\nlines",
    "",
]
MAKE = f"""
from IPython.display import Markdown
from playground.traffic.log import Log
log = Log()
alice = log.open("websocket", "alice; #2", path="/chat").id
for said in {AWKWARD!r}:
    log.append(0.0, alice, "text", "client", said, len(said))
log.append(1.0, alice, "exception", "server", "KeyError: 'room'", 16)
log.append(2.0, 0, "swap", "lab", "revision 2 on stage", 19)
Markdown("```mermaid\\n" + log.to_mermaid() + "```")
"""
DRAWN = ".jp-RenderedMermaid img, .jp-RenderedMarkdown img[src^='data:image/svg']"
LABELS = """source => [...new DOMParser().parseFromString(source, 'image/svg+xml')
  .querySelectorAll('.messageText, .noteText, text.actor')].map(label => label.textContent)"""


def test_jupyterlab_draws_the_diagram_with_every_label_as_it_was_said(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    notebook = open_notebook([MAKE])
    notebook.run(0)
    picture = notebook.output_area(0).locator(DRAWN).first
    picture.wait_for()
    notebook.screenshot(tmp_path / "diagram.png", picture)
    source = unquote((picture.get_attribute("src") or "").partition(",")[2])
    labels = [" ".join(label.split()) for label in notebook.page.evaluate(LABELS, source)]
    for said in (
        *AWKWARD[:-2],
        "two\\nlines",
        "(empty)",
        "KeyError: 'room'",
        "revision 2 on stage",
    ):
        assert said in labels
    assert "alice; #2" in labels


def test_what_was_chosen_of_a_log_is_shown_as_a_table(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MAKE, 'log.filter("dir:client /lines/")'])
    notebook.run(0)
    notebook.run(1)
    table = notebook.output_area(1).locator("table")
    table.wait_for()
    assert table.locator("code").all_inner_texts() == ["two\\nlines"]
