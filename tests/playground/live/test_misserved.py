"""What is said where `serve` is called as another server is."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from playground import serve, serving


class Chat(App): ...


@pytest.mark.parametrize(
    ("args", "kwargs", "said"),
    [
        (
            (Chat,),
            {"host": "0.0.0.0"},
            "serve() takes no host=; leave it out: a lab listens on this",
        ),
        ((Chat,), {"reload": True}, "run the cell again and the new code takes over"),
        ((Chat,), {"workers": 4}, "a lab is one process, in this kernel"),
        ((Chat,), {"prot": 8000}, "serve() takes no prot=; write port="),
        ((Chat,), {"colour": "red"}, "serve() takes no colour=; leave it out"),
        (
            (Chat, 8000),
            {},
            "expected one app, and all else by its name, got 8000 too; write port=8000",
        ),
        ((Chat, "chat"), {}, "write such as name='chat'"),
        ((), {}, "expected an app, got none; write serve(Chat)"),
        ((), {}, "or serve(Upstream('wss://example.org')) to watch a server elsewhere"),
    ],
)
def test_it_says_what_to_write(args: Any, kwargs: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError) as wrong:
        serve(*args, **kwargs)
    assert said in str(wrong.value)
    assert not serving.labs, "nothing was begun"


def test_under_a_cell_stands_the_sentence_and_no_line_of_ours() -> None:
    for wrong in ({"carry": "count"}, {"prot": 8000}):
        with pytest.raises(TypeError) as error:
            serve(Chat, **wrong)
        shown: Any = error.value
        assert "playground/" not in "\n".join(shown._render_traceback_())
        assert shown._render_traceback_()[-1] == f"TypeError: {error.value}"
