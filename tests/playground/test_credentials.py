"""What says who somebody is, is in no export and no view, however it was sent."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from micropie import App, WebSocket
from playground import Lab
from playground.widgets.console import Console
from playground.widgets.row import row
from tests.playground.lab_apps import on_both, serving

HEADERS = [
    "Authorization", "Proxy-Authorization", "Cookie", "X-XSRFToken", "X-CSRFToken", "X-CSRF-Token",
    "X-API-Key", "Api-Key", "X-Auth-Token", "X-Access-Token", "X-Amz-Security-Token",
    "X-Forwarded-Access-Token", "Cf-Access-Jwt-Assertion", "X-JupyterHub-Api-Token", "X-Session-Id",
    "X-Hub-Signature-256", "X-Client-Secret", "Private-Token", "X-Goog-Signature", "X-OTP",
]  # fmt: skip

FIELDS = [
    "token", "TOKEN", "access_token", "id_token", "refresh_token", "auth_token", "csrf_token",
    "authenticity_token", "csrfmiddlewaretoken", "_xsrf", "_xsrf_token", "api_key", "apikey",
    "apiKey", "key", "secret", "client_secret", "password", "passwd", "pwd", "sig", "signature",
    "X-Amz-Signature", "jwt", "code", "auth", "session", "sessionid", "JSESSIONID", "sid", "ticket",
    "tok%65n", "a;token", "user[password]", "connect.sid", "x=1&token",
]  # fmt: skip


class Site(App):
    """Answers, says what it was sent, and raises with it."""

    async def index(self, **query: str) -> Any:
        return 200, "ok", [("set-cookie", "sid=SECRETCOOKIE"), ("location", "/?token=SECRETPLACE")]

    async def boom(self) -> str:
        print("was sent", self.request.headers.get("authorization"))
        raise ValueError(f"bad header {self.request.headers.get('authorization')!r}")

    async def ws_echo(self, ws: WebSocket) -> None:
        await ws.accept(subprotocol=ws.subprotocols[0] if ws.subprotocols else None)
        async for message in ws:
            await ws.send_text(str(message))

    async def ws_boom(self, ws: WebSocket, sig: str) -> None:
        await ws.accept()
        async for message in ws:
            raise ValueError(f"{message!s} {ws.headers.get('cookie')} {sig}")


class Secrets:
    """Gives out values to look for."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    def new(self, about: str) -> str:
        value = f"SEC{len(self.given):03}xyz"
        self.given[value] = about
        return value


async def send_them(lab: Lab, secrets: Secrets) -> None:
    """Send a credential in every way that is told by its kind."""
    for name in HEADERS:
        value = secrets.new(name)
        await lab.get("/", headers={name: f"a={value}" if name == "Cookie" else value})
    for name in FIELDS:
        await lab.get(f"/?{name}={secrets.new(name)}")
    await lab.get(f"/x/token/{secrets.new('in a path')}/y")
    await lab.get(f"/x;token={secrets.new('in a part of a path')}")
    await lab.get(f"/?next={quote('/login?api_key=' + secrets.new('in an address in one'), '')}")
    await lab.get("/", headers={"referer": f"http://h/?token={secrets.new('in a referer')}"})
    await lab.get("/", headers={"x-url": f"http://me:{secrets.new('before a host')}@h/"})
    await lab.get("/", headers={"x-said": f"it is Bearer {secrets.new('after a scheme')}"})
    await lab.get("/boom", headers={"authorization": f"Bearer {secrets.new('in an exception')}"})
    await lab.get("/boom", headers={"authorization": secrets.new("in an exception, as it is")})
    await lab.connect("/echo", subprotocols=[f"bearer.{secrets.new('in a subprotocol')}"])
    await lab.connect("/echo", subprotocols=["bearer", secrets.new("in the next subprotocol")])
    await lab.connect(f"/echo?token={secrets.new('in a handshake')}")
    await lab.connect("/echo", headers={"authorization": secrets.new("in a handshake's header")})
    opening = f"/boom?sig={secrets.new('in a query that is raised')}"
    cookie = {"cookie": f"theme=dark; s={secrets.new('in a cookie that is raised')}"}
    raising = await lab.connect(opening, headers=cookie)
    await raising.send("hi")
    await lab.until("kind:exception /hi/")


async def everything_of(lab: Lab, folder: Path) -> dict[str, str]:
    """Return every export and view of a lab's traffic, as text."""
    shown = {}
    for suffix in ("jsonl", "har", "pcapng", "svg", "mmd", "csv", "html", "txt", "py"):
        options = {"app": "m:Site"} if suffix == "py" else {}
        lab.log.save(folder / f"log.{suffix}", **options)
        shown[suffix] = (folder / f"log.{suffix}").read_bytes().decode("utf-8", "replace")
    lab.ladder.save(folder / "ladder.svg")
    shown["ladder"] = (folder / "ladder.svg").read_text("utf-8")
    lab.spill(folder / "spill.jsonl")
    lab.spill(None)
    shown["spill"] = (folder / "spill.jsonl").read_text("utf-8")
    shown["repr"] = f"{lab.log!r} {lab!r} {[*lab.log]} {lab.log.exchanges} {lab.guests}"
    shown["clients"] = f"{lab.clients} {[vars(each) for each in lab.clients.values()]}"
    shown["rows"] = str([row(each, lab.log.exchange(each.exchange)) for each in lab.log])
    shown["details"] = str([lab.log.exchange(each.exchange) for each in lab.log])
    for name, face in (("panel", lab.panel), ("ladder", lab.ladder), ("console", lab.console())):
        shown[f"still {name}"] = f"{face.still_text()} {face.still_html()}"
        shown[f"bundle {name}"] = str(face._repr_mimebundle_())
    console = lab.console()
    assert isinstance(console, Console)
    shown["chips"] = str(console.state())
    return shown


@on_both
async def test_no_credential_is_in_any_export_or_view(
    transport: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lab = await serving(Site, transport)
    secrets = Secrets()
    await send_them(lab, secrets)
    shown = await everything_of(lab, tmp_path)
    leaks = {
        about: [name for name, text in shown.items() if value in text]
        for value, about in secrets.given.items()
    }
    assert {about: where for about, where in leaks.items() if where} == {}
    assert len(leaks) >= 60
    for value in ("SECRETCOOKIE", "SECRETPLACE"):
        assert [name for name, text in shown.items() if value in text] == []
    # And what an exception says is shown under its cell too.
    raised = capfd.readouterr().err
    assert "bad header" in raised
    assert [value for value in secrets.given if value in raised] == []


@pytest.mark.live
async def test_what_is_no_credential_is_kept(tmp_path: Path) -> None:
    lab = await serving(Site)
    path = "/?author=LeGuin&design=folio&barcode=77AB12&code=404&key=color&tokens=12&passenger=Ada"
    headers = {"www-authenticate": "Keepme", "x-author": "Keepmetoo", "x-design-system": "Keepit"}
    await lab.get(path, headers=headers)
    exchange = lab.log.exchanges[-1]
    assert exchange.path == path
    assert dict(exchange.headers).items() >= headers.items()


@pytest.mark.live
async def test_an_app_gets_what_the_log_does_not() -> None:
    lab = await serving(Site)
    client = await lab.connect("/echo?token=SECRET", subprotocols=["bearer.SECRETOO"])
    assert (client.path, client.subprotocol) == ("/echo?token=SECRET", "bearer.SECRETOO")
    opened, accepted = list(lab.log)[-2:]
    assert (opened.data, opened.note) == ("/echo?token=[redacted]", "bearer.[redacted]")
    assert accepted.data == "bearer.[redacted]"


@pytest.mark.live
async def test_the_labs_own_clients_log_no_credentials(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2", "httpcore2.http11", "websockets", "websockets.client"):
        caplog.set_level(logging.DEBUG, name)
    lab = await serving(Site)
    sent = {"authorization": "Bearer SECRETONE"}
    await lab.get("/?token=SECRETTWO", headers=sent)
    client = await lab.connect("/echo?token=SECRETTWO", headers=sent)
    await client.close()
    said = "\n".join(f"{each.name} {each.getMessage()}" for each in caplog.records)
    assert "SECRET" not in said


@pytest.mark.live
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
async def test_a_file_that_is_written_is_its_owners_alone(tmp_path: Path) -> None:
    lab = await serving(Site)
    await lab.get("/")
    await everything_of(lab, tmp_path)
    modes = {name: stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in os.listdir(tmp_path)}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 11


@pytest.mark.live
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
async def test_a_spill_to_a_file_that_others_may_read_says_so(tmp_path: Path) -> None:
    lab = await serving(Site)
    (tmp_path / "old.jsonl").touch(0o644)
    (tmp_path / "old.jsonl").chmod(0o644)
    lab.spill(tmp_path / "old.jsonl")
    assert [each.data for each in lab.log if each.kind == "lab"] == [
        "old.jsonl: others on this machine may read it, for it was there before; "
        f"chmod 600 {tmp_path / 'old.jsonl'}"
    ]
