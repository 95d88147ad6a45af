"""The framework that a playground is made for, once it is sure that it is ours.

Law: nothing else of the playground is imported before. The distribution ``micropie`` has a module
of the same name, and Python may find that one first.
"""

from __future__ import annotations

import micropie

if not hasattr(micropie, "__path__"):
    raise ImportError(
        "expected the package micropie of micropie-playground, got the module "
        f"{micropie.__file__!r} of the distribution micropie, which has the same name; run "
        "`pip uninstall micropie` and restart"
    )

from micropie import App as App
from micropie import __version__ as __version__
