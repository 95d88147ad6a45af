"""How the site is built: `make docs`.

Pages are looked for in the whole repository, so that a link between a notebook, a page and a README
leads to the same place on GitHub and on the site.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parent.parent
# The docstrings of this tree, whatever is installed.
sys.path.insert(0, str(ROOT))

project = "MicroPie Playground"
copyright = "the micropie-playground authors"  # noqa: A001  (Sphinx wants this name)
root_doc = "docs/index"
include_patterns = [
    "docs/**.md",
    "notebooks/*.ipynb",
    "examples/*/README.md",
    "benchmarks/README.md",
    "CHANGELOG.md",
]
exclude_patterns = [".*", "build", "node_modules", "**/.ipynb_checkpoints"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]

# A notebook shows what is committed in it; `make notebooks` runs it.
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 3
# Prompts are not copied.
copybutton_prompt_text = r"\$ |>>> "
copybutton_prompt_is_regexp = True

# Docstrings are written as Google sections, and say `name` for what is in the reference.
default_role = "py:obj"
napoleon_numpy_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
# A longer signature has a line for each parameter.
maximum_signature_line_length = 72
autoclass_content = "class"

nitpicky = True
# Others' names, which lead nowhere: no other site is asked while this one is built.
nitpick_ignore_regex = [
    (r"py:obj", r".*"),
    (r"py:\w+", r"(?!(micropie|playground)\b).*"),
    (r"py:class", r"playground\.(visitors\.ClientPool|transports\.(Transport|Coming))"),
    (r"py:class", r"micropie\.mounts\.Mountable"),
    (r"py:class", r"playground\.outside\.servers\.T"),
    (r"py:class", r"micropie\.testing\.clock\.T"),
]

# Classes that a user is given, and never makes.
MADE_BY_OTHERS = {
    "micropie.testing.ResponseIncomplete",
    "micropie.testing.ResponseStream",
    "micropie.testing.WebSocketRefused",
    "micropie.testing.WebSocketSession",
    "playground.Client",
    "playground.ClientClosed",
    "playground.HandshakeRefused",
    "playground.Lab",
    "playground.Response",
    "playground.checks.actor.Actor",
    "playground.checks.answer.Answer",
    "playground.checks.checks.Checks",
    "playground.checks.play.Play",
    "playground.classroom.Joined",
    "playground.clients.cookies.Cookies",
    "playground.clients.streaming.ResponseStream",
    "playground.lab.network.Held",
    "playground.lab.network.Network",
    "playground.lab.network.Ruling",
    "playground.lab.pausing.Breakpoint",
    "playground.lab.pausing.Pause",
    "playground.outside.Redis",
    "playground.outside.Workers",
    "playground.recorder.Present",
    "playground.replays.comparing.Row",
    "playground.replays.difference.Difference",
    "playground.replays.kept.Kept",
    "playground.replays.kept.KeptConversations",
    "playground.swarm.Crowd",
    "playground.swarm.Histogram",
    "playground.swarm.histogram.Bar",
    "playground.traffic.record.Record",
    "playground.traffic.record.Selection",
}

html_theme = "furo"
html_title = "MicroPie Playground"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_extra_path = ["site/root"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {"color-code-background": "#f5f6f8"},
    "dark_css_variables": {"color-code-background": "#202327"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def find_public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Lead from where a class is defined, as annotations name it, to where it is documented."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not target.startswith(("micropie.", "playground.")):
        return None
    package, name = target.split(".", 1)[0], target.rsplit(".", 1)[-1]
    python: Any = env.domains["py"]
    for documented, entry in python.objects.items():
        *where, last = documented.split(".")
        if where[:1] == [package] and last == name and entry.objtype in ("class", "exception"):
            place = env, node["refdoc"], app.builder
            found: nodes.Node | None = python.resolve_xref(*place, "obj", documented, node, content)
            return found
    return None


def hide_what_nobody_calls(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Show no arguments for a class that is made by another: its docstring says by which."""
    made = what in ("class", "exception") and name in MADE_BY_OTHERS
    return ("", "") if made else None


TRAFFIC = ROOT / "docs" / "site" / "traffic"
"""What passed in each notebook, as `python -m tests.notebooks.records` writes it."""

LIVE = """
<section class="traffic"><h2 id="what-passed">What passed, to play</h2>
<p>All that passed in this notebook, as its panel shows it: step through the ladder, filter the
table, look into a row. <a href="{address}">On a page of its own</a></p>
<iframe title="What passed in this notebook" src="{address}" loading="lazy"
sandbox="allow-scripts allow-downloads"></iframe></section>
"""


def show_traffic(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Let what passed in a notebook be played below it."""
    name = Path(page).name
    if page.startswith("notebooks/") and (TRAFFIC / f"{name}.jsonl").exists():
        context["body"] += LIVE.format(address=f"traffic/{name}.html")


def save_traffic(app: Sphinx, error: Exception | None) -> None:
    """Make a page of what passed in each notebook."""
    from playground import Log
    from playground.traffic.sheets import Sheet

    folder = Path(app.outdir, "notebooks", "traffic")
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(TRAFFIC.glob("*.jsonl")):
        log = Log.load(path)
        sheets = json.loads(path.with_suffix(".json").read_text("utf-8"))
        log.sources = lambda sheets=sheets: [Sheet(**each) for each in sheets]
        log.story().save(folder / f"{path.stem}.html")
        (folder / f"{path.stem}.html").chmod(0o644)


ABOUT = """# MicroPie Playground

> A Python web framework with first-class WebSockets (`micropie`), and a Jupyter playground in
> which its apps live (`playground`): define an App in a cell, serve it, connect clients, watch
> every message, and change the code while the sockets stay open. The pages below are the
> documentation; each example in them is run by a test.
"""


def write_llms(app: Sphinx, error: Exception | None) -> None:
    """List all pages with their titles in `llms.txt`, for programs that read: see llmstxt.org."""
    env = app.env
    sections: dict[str, list[str]] = {}
    for page in sorted(env.found_docs - {root_doc}):
        folder = Path(page).parent.as_posix()
        title = env.titles[page].astext()
        sections.setdefault(folder, []).append(f"- [{title}]({page}.html)")
    parts = [f"## {folder}\n\n" + "\n".join(lines) for folder, lines in sections.items()]
    text = "\n\n".join([ABOUT.rstrip(), *parts]) + "\n"
    Path(app.outdir, "llms.txt").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Add what is ours to Sphinx."""
    app.connect("html-page-context", show_traffic)
    app.connect("build-finished", save_traffic)
    app.connect("build-finished", write_llms)
    app.connect("autodoc-process-signature", hide_what_nobody_calls)
    app.connect("missing-reference", find_public_name)
