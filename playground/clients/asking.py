"""What is asked of a client, checked before anything is sent: path, method, headers, content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from playground.traffic.redact import redact_address, redact_header

# RFC 9110 5.6.2: what a method and the name of a header are made of.
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# What may be meant by what is none.
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


# Characters of a client's name, which each of its rows shows; a form of the panel takes no more.
MAX_NAME: Final = 300

# Seconds that can be waited: what is longer, the clocks of event loops do not take.
_LONGEST: Final = 1_000_000_000


def check_timeout(timeout: object, name: str = "timeout") -> None:
    """Check how long somebody wants to wait.

    Args:
        timeout: Seconds.
        name: What the argument is called.

    Raises:
        TypeError: If it is no number.
        ValueError: If nobody can wait so long.
    """
    check_number(timeout, name, "a number of seconds", "5.0", "3600 for an hour")


def check_number(number: object, name: str, what: str, small: str, large: str) -> None:
    """Check a number that some time goes by.

    Args:
        number: It.
        name: What the argument is called.
        what: What it is: ``"a number of seconds"``.
        small: One to write instead of what is no number.
        large: One to write instead of what does not fit.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is less than 0, or more than can be waited for.
    """
    if type(number) in (float, int) and 0 <= number <= _LONGEST:  # type: ignore[operator]
        return
    if isinstance(number, bool) or not hasattr(type(number), "__float__"):
        remedy = f"write {name}={small}"
        with suppress(TypeError, ValueError, OverflowError):
            remedy = f"write {name}={float(number):g}"  # type: ignore[arg-type]
        if number is None and small != large:
            remedy += f", or {name}={large}"
        raise TypeError(f"expected {name}= as {what}, got {number!r}; {remedy}")
    try:
        fits = 0 <= float(number) <= _LONGEST  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        fits = False
    if not fits:
        got = repr(number) if not isinstance(number, int) else _digits(number)
        raise ValueError(
            f"expected {name}= as {what} from 0 to {_LONGEST:,}, got {got}; write {name}={large}"
        )


def _digits(number: int) -> str:
    """Return a number; one that is too long to be read, or printed, as about how long it is."""
    if number.bit_length() < 100:
        return str(number)
    return f"one of about {number.bit_length() * 3 // 10} digits"


def check_path(path: object) -> None:
    """Check a path with its query.

    A message stays in a notebook: it quotes what was typed without the credentials in it.

    Raises:
        TypeError: If it is no text.
        ValueError: If it is none; the message says what to write.
    """
    if not isinstance(path, str):
        raise TypeError(f"expected a path such as '/echo', got {path!r}")
    scheme, found, _ = path.partition("://")
    if found and scheme.isalpha():
        parts = urlsplit(path)
        inside = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        base = redact_address(f"{parts.scheme}://{parts.netloc}")
        raise ValueError(
            f"expected a path, got the address {redact_address(path)!r}; "
            f"write {redact_address(inside)!r}, the lab knows the rest; and for a server elsewhere "
            f"lab = serve(Upstream({base!r})) first"
        )
    if not path.startswith("/"):
        shown = redact_address(path)
        raise ValueError(
            f"expected a path that begins with '/', got {shown!r}; try {'/' + shown!r}"
        )
    check_text(path)


def check_method(method: object) -> None:
    """Check an HTTP method.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(method, str) or not _TOKEN.fullmatch(method):
        guess = re.sub(r"\W", "", method).upper() if isinstance(method, str) else ""
        shown = redact_header("", method) if isinstance(method, str) else method
        raise ValueError(
            f"expected a method such as 'GET', got {shown!r}; "
            f"try {guess if guess in _METHODS else 'GET'!r}"
        )


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Check names and values of headers (RFC 9110 5.1, 5.5).

    Raises:
        TypeError: If one is no text.
        ValueError: If it would end its line, or is no name.
    """
    for name, value in headers:
        if not isinstance(name, str) or not isinstance(value, str):
            shown = redact_header(str(name).lower(), repr(value))
            text = redact_header(str(name).lower(), str(value))
            raise TypeError(
                f"expected a header as two texts, got {name!r}: {shown}; "
                f"write {str(name)!r}: {text!r}"
            )
        if not _TOKEN.fullmatch(name):
            shown = redact_header("", name)
            raise ValueError(f"expected the name of a header such as 'x-name', got {shown!r}")
        if any(each in value for each in "\r\n\0"):
            shown = redact_header(name.lower(), value)
            raise ValueError(
                f"expected a header in one line, got {name}: {shown!r}; leave the line break out"
            )


def pairs_of(given: object, what: str) -> list[tuple[Any, Any]]:
    """Return names with values, given as a dict or as pairs.

    Args:
        given: The dict, or pairs.
        what: What the argument is called: ``"headers"``.

    Raises:
        TypeError: If it is neither.
    """
    if isinstance(given, Mapping):
        return list(given.items())
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        pairs = [tuple(each) if isinstance(each, list) else each for each in given]
        if all(isinstance(each, tuple) and len(each) == 2 for each in pairs):
            return pairs
        given = pairs
    line = next(iter(given), None) if isinstance(given, list) else given
    name, between, value = str(line).partition(":" if what == "headers" else "=")
    meant = {name.strip(): value.strip()} if between else {"name": "value"}
    if what == "headers":
        meant = {key: redact_header(key.lower(), text) for key, text in meant.items()}
    lines = given if isinstance(given, list) else [given]
    said = [redact_header("", each) if isinstance(each, str) else each for each in lines]
    shown = redact_header("", repr(said)) if isinstance(given, list) else repr(said[0])
    raise TypeError(f"expected {what}= as a dict, or as pairs, got {shown}; write {what}={meant}")


def check_length(headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Check that a ``Content-Length`` among headers is that of the body.

    Raises:
        ValueError: If it is not: the server would wait for the rest, or take it for a request.
    """
    for name, value in headers:
        if name.lower() == "content-length" and value.strip() != str(len(body)):
            raise ValueError(
                f"expected the content-length of the body, {len(body)}, got {value!r}; leave the "
                "header out, it is sent without being asked for"
            )


def check_client(client: object) -> None:
    """Check the name of a client; None for the one that is the default.

    Raises:
        TypeError: If it is no text.
        ValueError: If it is text that cannot be sent, or longer than `MAX_NAME`.
    """
    if isinstance(client, str):
        check_text(client)
        if len(client) > MAX_NAME:
            raise ValueError(
                f"expected a name of at most {MAX_NAME} characters, got {len(client):,}: "
                f"{client[:20]!r}…; choose a shorter one"
            )
    elif client is not None:
        name = getattr(client, "name", None)
        remedy = "alice.name" if isinstance(name, str) else _as_name(client)
        more = f", which is {name!r}" if isinstance(name, str) else ""
        raise TypeError(f"expected client= as a name, got {client!r}; write client={remedy}{more}")


def _as_name(client: object) -> str:
    """Return what may be meant as a name by what is no text."""
    if isinstance(client, bytes):
        return repr(client.decode(errors="replace"))
    return repr(str(client)) if isinstance(client, int | float) else "'bob'"


def check_subprotocols(subprotocols: Sequence[str]) -> None:
    """Check that subprotocols are a list, not a text of which each letter would be one.

    Raises:
        TypeError: If they are not, or one is no text.
        ValueError: If one is none (RFC 6455 4.1).
    """
    if isinstance(subprotocols, str):
        shown = redact_header("sec-websocket-protocol", subprotocols)
        raise TypeError(f"expected a list of subprotocols, got {shown!r}; write [{shown!r}]")
    if not isinstance(subprotocols, Sequence) or isinstance(subprotocols, bytes):
        raise TypeError(f"expected a list of subprotocols, got {subprotocols!r}; write ['chat']")
    for each in subprotocols:
        if not isinstance(each, str):
            raise TypeError(f"expected a subprotocol as text, got {each!r}; write {str(each)!r}")
        if not _TOKEN.fullmatch(each):
            shown = redact_header("sec-websocket-protocol", each)
            guess = re.sub(r"[^!#$%&'*+\-.^_`|~0-9A-Za-z]+", "-", each).strip("-") or "chat"
            raise ValueError(
                f"expected a subprotocol in one word such as 'chat.v1', got {shown!r}; "
                f"try {guess if shown == each.strip() else 'chat'!r}"
            )


def check_text(text: str) -> None:
    """Check that text can be sent: UTF-8 has no half of a surrogate pair.

    Raises:
        ValueError: If it cannot be.
    """
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = text[error.start]
        raise ValueError(
            f"expected text that UTF-8 can say, got {half!r} at {error.start}, half a surrogate "
            "pair; nothing was sent"
        ) from None


# What a list can be made of.
_LISTS: Final = frozenset(
    ("set", "frozenset", "generator", "map", "filter", "zip", "range", "deque", "dict_keys")
)
_KIND: Final = re.compile(r"Object of type (\w+) is not JSON serializable")


def _not_json(value: Any, raw: str) -> TypeError:
    """Return an error that says why JSON cannot say a value, and what can be sent for it."""
    kind = _KIND.search(raw)
    if kind is None:
        holds_itself = "circular" in raw.lower()
        why = "it holds itself" if holds_itself else "in JSON a key is text, so write str() of each"
    else:
        remedy = "a list of it" if kind[1] in _LISTS else "str() of it, or a dict of what it holds"
        why = f"JSON has no {kind[1]}, so send {remedy}"
    return TypeError(
        f"expected text, bytes or something JSON can say, got {value!r}; {why}; nothing was sent"
    )


def json_text(value: Any) -> str:
    """Return a value as JSON text.

    Raises:
        TypeError: If something in it is nothing that JSON can say.
        ValueError: If it holds NaN or an infinity, or text that cannot be sent.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise _not_json(value, str(error)) from None
    except ValueError as error:
        if "circular" in str(error).lower():
            raise _not_json(value, str(error)) from None
        raise ValueError(
            f"expected numbers that JSON can say, got {value!r}; it has no NaN and no infinity, "
            "so send None; nothing was sent"
        ) from None
    check_text(text)
    return text
