"""HTTP is led to the far side as a reverse proxy does it, streamed both ways."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import httpx2
import pytest

from playground import Lab
from tests.playground.upstream.far import LONG, bytes_side, led_to, until

pytestmark = pytest.mark.live


class Recorded:
    """A far side that answers each request with the same bytes, and keeps what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        length = [
            line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        ]
        if length:
            self.bodies.append(await reader.readexactly(int(length[0].partition(b":")[2])))
        writer.write(self.answer)
        await writer.drain()


def whole(*headers: str, status: str = "200 OK", body: bytes = b"hi") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def ask(lab: Lab, method: str, path: str, **options: Any) -> httpx2.Response:
    """Ask as a browser does: nothing is followed or decoded that is not looked at."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{lab.port}", trust_env=False) as web:
        return await web.request(method, path, timeout=LONG, **options)


async def test_a_request_goes_as_it_was_written_but_for_what_belongs_to_the_hop() -> None:
    far = Recorded(whole("x-far: 1", "connection: x-hop", "x-hop: no", "keep-alive: 5"))
    async with bytes_side(far) as url:
        lab = led_to(url)
        headers = {
            "x-mine": "1", "connection": "x-own, keep-alive", "x-own": "no", "te": "trailers",
            "referer": f"http://127.0.0.1:{lab.port}/page", "cookie": "a=1",
        }  # fmt: skip
        answer = await ask(lab, "PUT", "/a%2Fb%20c?q=%C3%A9&q=2", headers=headers, content=b"body")
    lines = far.heads[0].decode().lower().split("\r\n")
    assert far.heads[0].startswith(b"PUT /a%2Fb%20c?q=%C3%A9&q=2 HTTP/1.1\r\n")
    assert {"x-mine: 1", "cookie: a=1", f"host: {url[5:]}", "content-length: 4"} <= set(lines)
    assert f"referer: {url.replace('ws', 'http')}/page" in lines
    assert not [line for line in lines if line.startswith(("x-own", "te:", "connection", "x-pla"))]
    assert far.bodies == [b"body"]
    assert (answer.status_code, answer.text, answer.headers["x-far"]) == (200, "hi", "1")
    assert "x-hop" not in answer.headers
    assert len(answer.headers.get_list("date")) == 1


async def test_redirects_and_cookies_stay_at_the_lab() -> None:
    far = Recorded(b"")
    async with bytes_side(far) as url:
        here = url.replace("ws", "http")
        far.answer = whole(
            f"location: {here}/base/next?x=1",
            "set-cookie: a=1; Domain=127.0.0.1; Path=/; Secure; SameSite=None",
            "set-cookie: b=2; HttpOnly",
            status="302 Found",
        )
        lab = led_to(f"{url}/base")
        answer = await ask(lab, "GET", "/start")
    assert far.heads[0].startswith(b"GET /base/start HTTP/1.1")
    assert (answer.status_code, answer.headers["location"]) == (302, "/next?x=1")
    cookies = answer.headers.get_list("set-cookie")
    assert [each.partition("=")[2] for each in cookies] == ["1; Path=/", "2; HttpOnly"]


async def test_an_encoded_body_comes_as_it_is() -> None:
    packed = gzip.compress(b"hello " * 100)
    async with bytes_side(Recorded(whole("content-encoding: gzip", body=packed))) as url:
        lab = led_to(url)
        answer = await ask(lab, "GET", "/")
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.text == "hello " * 100
        assert answer.headers["content-length"] == str(len(packed))


async def test_bodies_are_streamed_both_ways() -> None:
    got = asyncio.Event()
    go = asyncio.Event()

    async def far(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"first")
        got.set()
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        await writer.drain()
        await go.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        await writer.drain()

    async def body() -> Any:
        yield b"first"
        await asyncio.wait_for(got.wait(), LONG)
        yield b"last"

    async with bytes_side(far) as url:
        lab = led_to(url)
        base = f"http://127.0.0.1:{lab.port}"
        async with (
            httpx2.AsyncClient(base_url=base, trust_env=False, timeout=LONG) as web,
            web.stream("POST", "/", content=body()) as answer,
        ):
            parts = answer.aiter_bytes()
            assert await anext(parts) == b"one"
            go.set()
            assert await anext(parts) == b"two"


async def test_a_client_that_leaves_an_endless_answer_ends_it() -> None:
    ended = asyncio.Event()

    async def far(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")
        await writer.drain()
        await reader.read()  # until who asks has left
        ended.set()

    async with bytes_side(far) as url:
        lab = led_to(url)
        async with lab.stream("/") as answer:
            assert answer.status == 200
        await asyncio.wait_for(ended.wait(), LONG)


async def test_an_answer_that_breaks_off_is_broken_off_and_said() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"
    async with bytes_side(Recorded(answer)) as url:
        lab = led_to(url)
        with pytest.raises(httpx2.RemoteProtocolError):
            await ask(lab, "GET", "/")
        await until(lambda: len(lab.log.filter("kind:exception")))
        said = str(lab.log.filter("kind:exception")[-1].data)
    assert "ended in the middle of its answer" in said


async def test_head_and_empty_answers_have_no_body() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n"
    async with bytes_side(Recorded(head)) as url:
        answer = await ask(led_to(url), "HEAD", "/")
        assert (answer.status_code, answer.headers["content-length"]) == (200, "7")
    async with bytes_side(Recorded(b"HTTP/1.1 304 Not Modified\r\netag: 1\r\n\r\n")) as url:
        answer = await ask(led_to(url), "GET", "/")
        assert (answer.status_code, answer.headers["etag"], answer.content) == (304, "1", b"")
