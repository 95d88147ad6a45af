"""Templates by jinja2, if it is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from micropie import App
from tests.micropie.drive import request


class Site(App):
    async def page(self, name):
        return await self._render_template("page.html", name=name)


async def test_a_template_is_rendered_and_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("Hello {{ name }}!", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    app = Site()
    assert (await request(app, "GET", "/page/<b>")).text == "Hello &lt;b&gt;!"
    assert app.env is app.env


async def test_without_jinja2_the_text_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    app = Site()
    assert app.env is None
    answer = await request(app, "GET", "/page/x")
    assert answer.text == "500 Internal Server Error: Jinja2 not installed."


async def test_the_environment_may_be_replaced() -> None:
    app = Site()
    app.env = None
    assert "not installed" in (await request(app, "GET", "/page/x")).text


async def test_a_missing_template_is_missing_in_a_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LookupError) as caught:
        await Site()._render_template("page.html")
    assert f"there is no template 'page.html' in {tmp_path / 'templates'}" in str(caught.value)
