"""The doctor on real labs: well, stopped, blocked, in this loop, behind a proxy, badly patched."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from micropie import App
from playground import Lab, serve
from playground.doctor import Report
from playground.doctor.asking import Reply, Trial, ask
from playground.entrance.addresses import Address
from playground.entrance.identity import PATH
from playground.lab import parts_of

pytestmark = pytest.mark.live


class Chat(App):
    async def index(self) -> str:
        raise AssertionError("the doctor runs none of the app's code")


def patient() -> Lab:
    """Return a lab; not a fixture's, for between set-up and test pytest changes sys.stdout."""
    return serve(Chat, name="patient")


def faults(report: Report) -> list[str]:
    return [finding.part for finding in report.findings if finding.state == "wrong"]


def test_a_lab_that_is_well_is_said_to_be() -> None:
    lab = patient()
    report = lab.doctor()
    assert report.ok, report
    assert repr(report).startswith("Lab patient: all is well\n")
    assert f"127.0.0.1:{lab.port} takes connections" in report["port"].said
    assert report["direct"].said.startswith(f"http://127.0.0.1:{lab.port}/ reaches the lab")
    assert report["thread"].said == "playground-server is alive"


def test_nothing_is_recorded_and_nothing_put_out(capsys: pytest.CaptureFixture[str]) -> None:
    lab = patient()
    before = len(lab.log)
    lab.doctor()
    assert len(lab.log) == before
    assert capsys.readouterr() == ("", "")


def test_a_stopped_lab_is_not_well() -> None:
    lab = patient()
    lab.stop()
    report = lab.doctor()
    assert faults(report) == ["server"]
    assert report["server"].remedy == "lab.restart() starts it again."
    assert "loop" not in [finding.part for finding in report.findings]


def test_the_line_that_holds_the_loop_is_named() -> None:
    lab = patient()
    held, go_on = threading.Event(), threading.Event()

    async def greedy() -> None:
        held.set()
        go_on.wait(20)

    parts_of(lab).transport.spawn(greedy())
    assert held.wait(5)
    report = lab.doctor()
    go_on.set()
    assert faults(report) == ["loop"]
    assert "has not answered for 1 s: test_examining.py, line " in report["loop"].said
    assert "in greedy, holds it" in report["loop"].said
    assert "asyncio.to_thread" in report["loop"].remedy
    assert report["address"].state == "aside"


async def test_from_inside_a_handler_it_is_refused() -> None:
    lab = patient()

    async def ask_here() -> Report:
        return lab.doctor()

    with pytest.raises(RuntimeError, match="inside a handler"):
        await parts_of(lab).transport.run(ask_here())


async def test_the_memory_transports_thread_is_looked_at() -> None:
    lab = serve(Chat, name="apart", transport="memory")
    report = lab.doctor()
    assert report.ok, report
    assert report["thread"].said == "playground-memory is alive"
    assert "answers within" in report["loop"].said


async def test_the_memory_transport_on_the_cells_loop_is_examined_without_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("playground.transports.memory_thread.HAS_THREADS", False)
    lab = serve(Chat, name="near", transport="memory")
    ticks: list[int] = []
    asyncio.get_running_loop().call_soon(ticks.append, 1)
    report = lab.doctor()
    assert ticks == [], "the loop has gone on while it was examined"
    assert report.ok, report
    assert report["loop"].said.startswith("asyncio, the cell's own")
    assert report["address"].said.endswith("in memory the lab answers")
    lab.stop()
    assert faults(lab.doctor()) == ["server"]


def test_a_loop_that_has_ended_under_the_lab_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.transports.memory_thread.HAS_THREADS", False)

    async def begin() -> Lab:
        return serve(Chat, name="orphan", transport="memory")

    lab = asyncio.run(begin())
    assert "loop" in faults(lab.doctor())
    lab.stop()


def test_stdout_that_somebody_took_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lab = patient()
    assert lab.doctor()["output"].state == "right"
    with (tmp_path / "out").open("w") as taken:
        monkeypatch.setattr(sys, "stdout", taken)
        report = lab.doctor()
    assert faults(report) == ["output"]
    assert "what handlers print to stdout is not recorded" in report["output"].said
    assert "lab.restart()" in report["output"].remedy
    monkeypatch.setattr(sys, "stdout", None)
    assert faults(lab.doctor()) == ["output"]


def test_recording_that_is_off_is_noticed() -> None:
    lab = patient()
    lab.log.recording = False
    parts_of(lab).remarks.tell("unheard")
    report = lab.doctor()
    assert faults(report) == ["recorder"]
    assert "1 not recorded" in report["recorder"].said


def test_nested_runs_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = patient()
    assert "as by default" in lab.doctor()["nested runs"].said
    monkeypatch.setattr(asyncio, "_nest_patched", True, raising=False)
    assert "something else has applied" in lab.doctor()["nested runs"].said


class _Jupyter(BaseHTTPRequestHandler):
    """A Jupyter server with a proxy: it wants its token, and passes the identity's path on."""

    lab: Lab
    seen: list[str | None]
    answer = 200

    def do_GET(self) -> None:
        self.seen.append(self.headers["authorization"])
        allowed = self.headers["authorization"] == "token s3cret"
        port = self.lab.port
        found = self.path == f"/user/ada/proxy/{port}{PATH}"
        status = self.answer if found else 404
        self.send_response(status if allowed else 302)
        self.end_headers()
        self.wfile.write(
            json.dumps({"lab": parts_of(self.lab).entrance.identity.id}).encode()
            if status == 200
            else b"no"
        )

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[_Jupyter]]:
    kind = type("Jupyter", (_Jupyter,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}/user/ada/"
    record = {"url": url, "base_url": "/user/ada/", "token": "s3cret"}
    (tmp_path / "jpserver-4711.json").write_text(json.dumps(record))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    yield kind
    server.shutdown()
    serving.join()
    server.server_close()


def test_the_proxy_is_tried_with_the_token_which_is_not_told(jupyter: type[_Jupyter]) -> None:
    lab = jupyter.lab = patient()
    report = lab.doctor()
    assert report.ok, report
    assert report["proxy"].said == "jupyter-server-proxy under /user/ada/ reaches the lab"
    assert report["address"].said.endswith("(the Jupyter server's proxy) reaches the lab")
    assert jupyter.seen == ["token s3cret"]
    assert "s3cret" not in repr(report) + report._repr_html_()


def test_a_proxy_that_is_missing_is_a_fault_where_it_is_needed(jupyter: type[_Jupyter]) -> None:
    lab = jupyter.lab = patient()
    jupyter.answer = 404
    report = lab.doctor()
    assert faults(report) == ["address", "proxy"]
    assert report["proxy"].said == "the Jupyter server under /user/ada/ answered 404"
    assert "Install jupyter-server-proxy" in report["proxy"].remedy


def test_a_proxy_that_wants_a_login_is_left_to_the_browser(
    jupyter: type[_Jupyter], tmp_path: Path
) -> None:
    lab = jupyter.lab = patient()
    file = tmp_path / "jpserver-4711.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "token": ""}))
    report = lab.doctor()
    assert report.ok
    assert (report["proxy"].state, report["address"].state) == ("aside", "aside")
    assert "asks for a login" in report["proxy"].said


def test_an_address_that_was_given_and_is_wrong_is_noticed() -> None:
    other = serve(Chat, name="other")
    lab = serve(Chat, name="given", url=other.local_url)
    report = lab.doctor()
    assert faults(report) == ["address"]
    assert "does not reach the lab: it is another lab's" in report["address"].said
    assert report["address"].remedy == "serve(…, url=…) says which address is right."
    other.stop()
    assert "refuses connections" in lab.doctor()["address"].said
    lab.stop()


def test_an_address_that_hangs_is_given_up() -> None:
    never = threading.Event()

    def hang() -> Reply:
        never.wait(20)
        return Reply(200)

    trial = Trial(hang)
    assert trial.result(0.01) is None
    never.set()
    assert trial.result(5) == Reply(200)


def test_what_cannot_be_asked_is_said_without_the_token() -> None:
    said = "is no address that can be asked"
    assert ask("ftp://example.org/") == Reply(0, error=said)
    assert ask("http://127.0.0.1:1/", "bad\ntoken") == Reply(0, error=said)
    assert ask("http://127.0.0.1:1/", "good").error == "refuses connections"


def test_the_doctor_takes_an_address_as_it_is_told() -> None:
    lab = patient()
    assert isinstance(lab.address, Address)
    with pytest.raises(KeyError, match="there are server, port, loop"):
        lab.doctor()["heart"]
