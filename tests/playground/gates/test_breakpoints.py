"""A breakpoint that is one client's looks at nobody else's messages, and misses none of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.gates.breakpoints import only_client
from playground.traffic.filter import Filter, FilterError
from playground.traffic.log import Log


@pytest.mark.parametrize(
    ("which", "only"),
    [
        ("client:bob", "bob"),
        ("client:bob kind:text /order/", "bob"),
        ("order client:Bob-2 -/x/i", "Bob-2"),
        ("", ""),
        ("kind:text", ""),
        ("-client:bob", ""),
        ("client:bob,ann", ""),
        ("client:b*", ""),
        ("client:bob client:ann", ""),
        ('client:"bob"', ""),
        ('"client:bob" x', ""),
        ('"a client:bob b"', ""),
        ("/a client:bob b/", ""),
        ("cause:3 client:bob", ""),
    ],
)
def test_whose_messages_alone_a_filter_finds(which: str, only: str) -> None:
    assert only_client(which) == only


PARTS = st.sampled_from(
    ["client:ann", "-client:ann", "client:ANN", "client:a*", "client:ann,bob", "hi", "-hi", "/h/",
     "/h client:ann i/", '"client:ann"', '"x client:ann"', "kind:text", "path:/a", "a/b", "/",
     "client:ann/", "\\/", '"', "/h\\/", "client:ann x/"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=4).map(" ".join), st.sampled_from([" ", "  ", "\t"]))
def test_what_it_says_of_a_filter_is_what_the_filter_does(which: str, blank: str) -> None:
    which = which.replace(" ", blank)
    log = Log()
    number = log.begin("websocket", "bob", "GET", "/a b", (), (), 0.0)
    for said in ("hi", "h client:ann i", "client:ann", "x client:ann", "a/b", "/", '"'):
        log.append(0.0, number, "text", "client", said, len(said))
    try:
        finds = Filter(which)
    except FilterError:
        return
    only = only_client(which)
    if only and only.lower() != "bob":
        assert not [each for each in log if finds(each, log.exchange(number))]
