"""TLS to the far side: whom it trusts, and a sentence where it does not."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from playground import HandshakeRefused
from tests.playground.upstream.far import far_side, led_to

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate of our own for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    found = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run(
        [*command, "-out", str(found[0]), "-keyout", str(found[1])], check=True, capture_output=True
    )
    return found


def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


async def test_a_certificate_that_is_not_trusted_is_said(certificate: tuple[Path, Path]) -> None:
    async with far_side(ssl=context(certificate)) as url:
        url = url.replace("ws", "wss")
        lab = led_to(url)
        with pytest.raises(HandshakeRefused) as refusal:
            await lab.connect("/")
        answer = await lab.get("/")
    assert (refusal.value.status, answer.status) == (502, 502)
    for said in (refusal.value.body, answer.text):
        assert said.startswith(f"the certificate of {url} is not trusted: self-signed")
        assert "verify='its-certificate.pem'" in said


@pytest.mark.parametrize("trust", ["a file", "a context", "anybody"])
async def test_who_is_trusted_is_led_to(certificate: tuple[Path, Path], trust: str) -> None:
    known: dict[str, bool | str | ssl.SSLContext] = {
        "a file": str(certificate[0]),
        "a context": ssl.create_default_context(cafile=str(certificate[0])),
        "anybody": False,
    }
    async with far_side(ssl=context(certificate)) as url:
        lab = led_to(url.replace("ws", "wss"), verify=known[trust])
        alice = await lab.connect("/", client="alice")
        await alice.send("hi")
        assert await alice.receive() == "hi"
        assert (await lab.get("/")).status == 426  # a WebSocket server's own answer


async def test_a_server_without_tls_is_said() -> None:
    async with far_side() as url:
        lab = led_to(url.replace("ws", "wss"))
        with pytest.raises(HandshakeRefused, match="does not speak TLS") as refusal:
            await lab.connect("/")
    assert refusal.value.status == 502
