"""A browser's address is found in the order the documentation gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.entrance.addresses import browser_address, websocket_url

HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}
CODE = {"VSCODE_PROXY_URI": "https://code.example/proxy/{{port}}/"}


def test_what_the_user_says_comes_first() -> None:
    found = browser_address(8000, given="https://my.example/{port}", environ=HUB | CODE)
    assert found.url == "https://my.example/8000/"


def test_vs_code_comes_before_a_hub_and_a_hub_before_loopback() -> None:
    assert browser_address(8000, environ=HUB | CODE).url == "https://code.example/proxy/8000/"
    assert browser_address(8000, environ=HUB).url == "/user/ada/proxy/8000/"
    assert browser_address(8000, environ={}).url == "http://127.0.0.1:8000/"


@pytest.mark.parametrize(
    ("base", "url"),
    [("/", "http://127.0.0.1:8000/"), ("/lab/base/", "/lab/base/proxy/8000/")],
)
def test_the_jupyter_servers_own_record_gives_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str, url: str
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "jpserver-4711.json").write_text(json.dumps({"base_url": base, "token": "secret"}))
    found = browser_address(8000, environ={"JPY_PARENT_PID": "4711"})
    assert found.url == url
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1/", "ws://127.0.0.1:1/"),
        ("https://h/x/", "wss://h/x/"),
        ("/user/ada/proxy/1/", "/user/ada/proxy/1/"),
    ],
)
def test_the_websocket_form_keeps_what_is_relative(url: str, expected: str) -> None:
    assert websocket_url(url) == expected
