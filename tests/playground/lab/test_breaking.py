"""What a breakpoint of the panel is in words."""

from __future__ import annotations

import pytest

from playground.lab.breaking import in_words, with_client
from playground.traffic.filter import Filter


@pytest.mark.parametrize(
    ("which", "line", "said"),
    [
        ("", None, "every message"),
        ("client:bob", None, "messages from bob"),
        ("client:bob kind:binary path:/chat", None, "binary messages from bob at /chat"),
        ('client:"b:b" path:/', None, "messages from b:b at /"),
        ("client:bob /order/", None, "messages that match client:bob /order/"),
        ("client:bob,ann", None, "messages that match client:bob,ann"),
        ("client:al*", None, "messages that match client:al*"),
        ("client:bob client:ann", None, "messages that match client:bob client:ann"),
        ("", "In[5]:12", "line 12 of In[5]"),
        ("", "chat.py:3", "line 3 of chat.py"),
        ("client:bob", "In[5]:12", "line 12 of In[5], for messages from bob"),
    ],
)
def test_it_says_which_messages_and_where(which: str, line: str | None, said: str) -> None:
    assert in_words(which, line) == said
    Filter(which)


@pytest.mark.parametrize("name", ["bob", "bob 2", 'b"b', "b,b", "é", "a\\b"])
def test_a_client_stands_in_the_filter_whatever_it_is_called(name: str) -> None:
    which = with_client("kind:text", name)
    Filter(which)
    assert which.endswith(" kind:text")
    assert with_client("kind:text", None) == "kind:text"
