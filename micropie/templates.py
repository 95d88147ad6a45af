"""Templates by jinja2, if it is there; it is imported when the first template is asked for."""

from __future__ import annotations

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
    text: str = await environment.get_template(name).render_async(variables)
    return text
