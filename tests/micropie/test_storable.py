"""What a session may hold, and its copy."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie.storable import stored

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)
SESSIONS = st.dictionaries(st.text(), VALUES)


def containers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [id(value), *(each for item in value.values() for each in containers(item))]
    if isinstance(value, list):
        return [id(value), *(each for item in value for each in containers(item))]
    return []


@given(SESSIONS)
def test_what_is_stored_is_equal_and_shares_nothing(data: Any) -> None:
    copy = stored(data)
    assert copy == data == json.loads(json.dumps(copy))
    assert not set(containers(copy)) & set(containers(data))


def test_kinds_of_what_json_knows_are_stored_as_what_they_are() -> None:
    class Size(enum.IntEnum):
        BIG = 3

    class Name(str):
        __slots__ = ()

    data = OrderedDict(size=Size.BIG, name=Name("Ada"), inner=OrderedDict(a=[1]))
    copy = stored(data)
    assert (type(copy), type(copy["inner"])) == (dict, dict)
    assert copy == {"size": 3, "name": "Ada", "inner": {"a": [1]}}


class Shy:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("data", "where", "kind"),
    [
        ({"a": 1, "b": Shy()}, "session['b']", "Shy"),
        ({"a": {"b": [0, (1,)]}}, "session['a']['b'][1]", "tuple"),
        ({"a": [float("inf")]}, "session['a'][0]", "inf"),
        ({"a": [float("nan")]}, "session['a'][0]", "nan"),
        ({"a": {None: 1}}, "session['a']", "a dict with the NoneType key None"),
        ({"a": b"secret"}, "session['a']", "bytes"),
    ],
)
def test_what_is_refused_is_named_by_key_and_type_and_not_shown(
    data: Any, where: str, kind: str
) -> None:
    with pytest.raises(TypeError) as caught:
        stored(data)
    assert str(caught.value) == (
        f"expected a JSON value in {where}, got {kind}; keep str, int, finite float, bool, None, "
        "lists, and dicts with str keys"
    )


def test_a_list_within_itself_is_refused() -> None:
    data: dict[str, Any] = {"a": []}
    data["a"].append(data["a"])
    with pytest.raises(ValueError, match="nested less deeply"):
        stored(data)
