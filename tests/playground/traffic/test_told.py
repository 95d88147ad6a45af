"""What an exception says is told in bounds, and told though it cannot be said."""

from __future__ import annotations

import pytest

from playground.traffic.told import MOST, cut, told, words_of


class Stopped(BaseException):
    """As of code that was stopped from outside."""


def saying(raises: BaseException) -> Exception:
    class Odd(Exception):
        def __str__(self) -> str:
            raise raises

    return Odd()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no"), "ValueError: no"),
        (ValueError(), "ValueError"),
        (saying(ValueError("no")), "Odd"),
        (saying(Stopped("it took 3 s")), "Odd: what it says never came: it took 3 s"),
        (saying(Stopped()), "Odd: what it says never came: Stopped"),
        (saying(SystemExit()), "Odd: what it says never came: SystemExit"),
        (
            ExceptionGroup("two", [ValueError("a"), saying(KeyError())]),
            "ExceptionGroup: two (2 sub-exceptions): ValueError: a, Odd",
        ),
    ],
)
def test_an_exception_is_told_by_type_and_words(error: BaseException, words: str) -> None:
    assert told(error) == words


def test_what_is_long_loses_its_middle() -> None:
    said = words_of(ValueError("x" * 1_000_000 + "the end"))
    assert len(said) < MOST + 100
    assert "(1,000,007 characters in all)" in said
    assert said.endswith("the end")
    assert "(20,000 characters in all)" in told(ValueError("x" * 20_000))
    assert cut("x" * MOST) == "x" * MOST


def test_a_group_of_many_is_told_in_bounds() -> None:
    many = ExceptionGroup("many", [ValueError("x" * MOST) for _ in range(100)])
    assert len(told(many)) < MOST + 100
    few = ExceptionGroup("many", [ValueError(str(number)) for number in range(30)])
    assert told(few).endswith("ValueError: 19, …")
