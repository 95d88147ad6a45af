"""What is known about a handler's parameters, and how they are filled."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie.plans import Plan, Unbound, first_names
from micropie.requests import MISSING, Request
from tests.micropie.drive import http_scope

if TYPE_CHECKING:
    from nowhere import Unknown  # type: ignore[import-not-found]


def plan_of(function: Any, *, socket: bool = False) -> Plan:
    return Plan(function, function, function, frozenset(), socket)


def request_with(*path: str) -> Request:
    request = Request(http_scope("GET", "/"))
    request.path_params = list(path)
    return request


def fill(function: Any, path: tuple[str, ...] = (), **values: Any) -> Any:
    """Call a function as a request with this path and these named values would."""
    plan = plan_of(function)
    positional, keyword = plan.arguments(
        request_with(*path), lambda request, name: values.get(name, MISSING)
    )
    if plan.takes_rest:
        plan.rest(keyword, values)
    return function(*positional, **keyword)


def every(a, /, b, c="c", *rest, d, e="e", **others):
    return (a, b, c, rest, d, e, others)


@pytest.mark.parametrize(
    ("path", "values", "got"),
    [
        ((), {"a": 1, "b": 2, "d": 4}, (1, 2, "c", (), 4, "e", {})),
        (("x",), {"b": 2, "d": 4}, ("x", 2, "c", (), 4, "e", {})),
        (("x", "y", "z", "v", "w"), {"d": 4}, ("x", "y", "z", ("v", "w"), 4, "e", {})),
        (("x", "y"), {"c": 3, "d": 4, "e": 5}, ("x", "y", 3, (), 4, 5, {})),
        (("x", "y"), {"a": 1, "d": 4, "f": 6}, ("x", "y", "c", (), 4, "e", {"f": 6})),
        ((), {"a": None, "b": None, "c": None, "d": None}, (None,) * 3 + ((), None, "e", {})),
    ],
)
def test_every_kind_of_parameter_is_filled(
    path: tuple[str, ...], values: dict[str, Any], got: Any
) -> None:
    assert fill(every, path, **values) == got


NAMES = st.sampled_from("abcdef")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(NAMES, max_size=6), st.dictionaries(NAMES, st.integers()))
def test_a_request_fills_the_parameters_or_one_that_is_missing_is_named(
    path: list[str], values: dict[str, int]
) -> None:
    needed = [name for name in "ab"[len(path) :] + "d" if name not in values]
    if needed:
        with pytest.raises(Unbound, match=f"^Missing required parameter '{needed[0]}'$"):
            fill(every, tuple(path), **values)
        return
    *first, rest, d, e, others = fill(every, tuple(path), **values)
    named = [values.get("a"), values.get("b"), values.get("c", "c")]
    assert first == [*path[:3], *named[len(path[:3]) :]]
    assert rest == tuple(path[3:])
    assert (d, e) == (values["d"], values.get("e", "e"))
    assert others == {name: value for name, value in values.items() if name not in "abcde"}


def typed(count: int, ratio: float = 0.5, *, on: bool = False, name: str = "", note=None): ...


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"count": "x"}, "Invalid parameter 'count': expected a whole number"),
        ({"count": "1", "ratio": "nan"}, "Invalid parameter 'ratio': expected a number"),
        ({"count": "1", "on": "maybe"}, "Invalid parameter 'on': expected true or false"),
        ({}, "Missing required parameter 'count'"),
    ],
)
def test_a_value_that_does_not_convert_is_named_but_never_repeated(
    values: dict[str, Any], said: str
) -> None:
    with pytest.raises(Unbound) as caught:
        fill(typed, **values)
    assert str(caught.value) == said


def test_only_numbers_and_truth_are_converted() -> None:
    def page(count: int, ratio: float = 0.5, *, on: bool = False, name: str = "", note=None):
        return [count, ratio, on, name, note]

    assert fill(page, ("7",), on="yes", name="1", note="2") == [7, 0.5, True, "1", "2"]


def test_a_default_is_not_converted() -> None:
    def page(count: int = "many"):  # type: ignore[assignment]
        return count

    assert fill(page) == "many"


def test_an_annotation_that_only_a_type_checker_knows_does_no_harm() -> None:
    def page(thing: Unknown, count: int):
        return thing, count

    assert fill(page, ("a", "2")) == ("a", 2)


def test_an_annotation_whose_evaluation_raises_does_no_harm() -> None:
    def page(a, count): ...

    page.__annotations__ = {"a": "1 / 0", "count": "int"}
    assert plan_of(page).names == {"a", "count"}


def test_what_has_no_signature_has_nothing_to_fill() -> None:
    class Odd:
        __signature__ = 5

        def __call__(self) -> str:
            return "odd"

    plan = plan_of(Odd())
    assert (plan.bare, plan.parameters, plan.call()) == (True, [], "odd")


@pytest.mark.parametrize(
    ("function", "bare", "takes_path", "takes_rest"),
    [
        (lambda: None, True, False, False),
        (lambda a=1: None, False, True, False),
        (lambda *args: None, False, True, False),
        (lambda *, a=1: None, False, False, False),
        (lambda **others: None, False, False, True),
    ],
)
def test_a_plan_says_what_its_handler_takes(
    function: Any, bare: bool, takes_path: bool, takes_rest: bool
) -> None:
    plan = plan_of(function)
    assert (plan.bare, plan.takes_path, plan.takes_rest) == (bare, takes_path, takes_rest)


@pytest.mark.parametrize(
    ("function", "takes_socket", "names"),
    [
        (lambda ws: None, True, set()),
        (lambda connection, name: None, True, {"name"}),
        (lambda *args: None, True, set()),
        (lambda ws, *args, room: None, True, {"room"}),
        (lambda: None, False, set()),
        (lambda *, ws: None, False, {"ws"}),
        (lambda **ws: None, False, set()),
    ],
)
def test_the_first_positional_parameter_is_for_the_socket(
    function: Any, takes_socket: bool, names: set[str]
) -> None:
    plan = plan_of(function, socket=True)
    assert (plan.takes_socket, set(plan.names)) == (takes_socket, names)


def test_the_name_of_the_socket_parameter_is_never_taken_from_the_request() -> None:
    def chat(ws, /, name, **others): ...

    plan = plan_of(chat, socket=True)
    keyword: dict[str, Any] = {}
    plan.rest(keyword, {"ws": "evil", "name": "evil", "else": 1})
    assert keyword == {"else": 1}


def test_the_first_source_of_a_name_counts() -> None:
    plan = plan_of(lambda **others: None)
    keyword: dict[str, Any] = {}
    plan.rest(keyword, {"a": 1})
    plan.rest(keyword, {"a": 2, "b": 3})
    assert keyword == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("function", "path_length", "known", "enough"),
    [
        (lambda a, b: None, 0, "ab", True),
        (lambda a, b: None, 0, "a", False),
        (lambda a, b: None, 1, "b", True),
        (lambda a, *, b: None, 1, "b", True),
        # What the path fills leaves nothing to wait for by name: the whole form is then awaited.
        (lambda a, b: None, 2, "ab", False),
        (lambda a, **others: None, 0, "a", False),
        (lambda: None, 0, "a", False),
        (lambda *args: None, 0, "a", False),
    ],
)
def test_a_plan_says_when_more_of_a_form_could_change_nothing(
    function: Any, path_length: int, known: str, enough: bool
) -> None:
    assert plan_of(function).is_filled_by(lambda name: name in known, path_length) is enough


def test_the_names_that_a_method_and_what_it_wraps_call_themselves() -> None:
    def method(self, a): ...

    @functools.wraps(method)
    def wrapper(this, *args): ...

    assert first_names(method) == {"self"}
    assert first_names(wrapper) == {"this", "self"}
    assert first_names(functools.partialmethod(method, a=1)) == {"self"}
    assert first_names(classmethod(wrapper)) >= {"self", "this"}
    assert first_names(lambda: None) == frozenset()
    assert first_names(lambda a, /: None) == frozenset()
    assert first_names(print) == frozenset()


def test_parameters_are_as_they_are_written() -> None:
    def page(a: int, b: "dict[str, int]" = {}, *rest: str, c=None, **others): ...  # noqa: B006, UP037

    assert [str(item) for item in plan_of(page).parameters] == [
        "a: int",
        "b: 'dict[str, int]' = {}",
        "*rest: str",
        "c=None",
        "**others",
    ]
