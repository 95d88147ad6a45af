"""Templates by jinja2, if it is there; it is imported when the first template is asked for."""

from __future__ import annotations

import os
from typing import Any

NOT_INSTALLED = "500 Internal Server Error: Jinja2 not installed."


def make_environment() -> Any:
    """Make the jinja2 environment for `templates/` in the working directory, or `None`."""
    try:
        from jinja2 import Environment, FileSystemLoader, select_autoescape
    except ImportError:
        return None
    return Environment(
        loader=FileSystemLoader("templates"),
        autoescape=select_autoescape(["html", "xml"]),
        enable_async=True,
    )


async def render(environment: Any, name: str, variables: dict[str, Any]) -> str:
    """Render a template; without jinja2, the text that says so."""
    if environment is None:
        return NOT_INSTALLED
    try:
        text: str = await environment.get_template(name).render_async(variables)
    except LookupError as missing:  # a `TemplateNotFound` is one, and nothing may be rendered then
        if type(missing).__name__ == "TemplateNotFound":
            missing.message = _where(environment, missing)  # type: ignore[attr-defined]
        raise
    return text


def _where(environment: Any, missing: Any) -> str:
    """Say which template is missing, and where it was looked for."""
    folders = getattr(environment.loader, "searchpath", None)
    if not folders:
        return str(missing)
    looked = " or ".join(os.path.abspath(folder) for folder in folders)
    return (
        f"there is no template {missing.name!r} in {looked}; put it there, or change back to the "
        "working directory in which it is"
    )
