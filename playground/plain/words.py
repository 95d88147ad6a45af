"""What the faces say of kernels and notebooks, as a page says it that has neither.

Law of the file: a phrase stands here as the faces have it, or a test fails.
"""

from __future__ import annotations

from typing import Final

_SAID: Final = {
    "The kernel does not answer. If it was restarted, run the cell that serves the app again.": (
        "The lab does not answer. If it was started anew, open the address that it gives."
    ),
    "The kernel is busy; this happens when the running cell ends.": (
        "The lab is busy; this happens when it has done what it was asked before."
    ),
    "Something went wrong in the kernel: ": "Something went wrong in the lab: ",
    "Waiting for the kernel": "Waiting for the lab",
    "Write a pytest beside the notebook": "Write a pytest in the folder of the lab",
    "The kernel has let": "The lab has let",
    "The kernel cannot read this filter: ": "The lab cannot read this filter: ",
    "here and in the kernel": "here and in the lab",
    " in the kernel: show": " in the lab: show",
    "Bring the panel back into the notebook": "Bring the panel back into its page",
    "; beside the notebook, in JupyterLab": "",
}


def without_a_notebook(module: str) -> str:
    """Return the module of a face with the words of a page that has no notebook."""
    for said, other in _SAID.items():
        module = module.replace(said, other)
    return module
