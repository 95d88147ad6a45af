"""Redaction: what the log keeps in place of credentials in headers, addresses and exceptions.

What is a credential is told by the name that stands before it (`secret_names`), in a header, in a
query or in a path; by what it is (a JWT, ``Bearer abc``); and, in what an exception says, by its
being one of the request's own. Messages, bodies and whatever has a name that says nothing are kept.

The recorder calls this before it writes down an exchange, and so does whoever reads a HAR file. The
app gets what is redacted here. What not even the app gets, Jupyter's own credentials, is taken off
the request before: `playground/entrance/credentials.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from playground.traffic.secret_names import is_secret, secrecy, unescaped

REDACTED: Final = "[redacted]"

Found = Callable[[str], object]
"""Told of each credential that was replaced."""

# A field in an address: what stands before its name, the name, and what stands before its value.
# In an address within another one all of that may be escaped, and escaped again.
_ESCAPED: Final = r"%(?:25){0,3}"
_NAME: Final = rf"((?:(?!{_ESCAPED}(?:3f|26|3b|23|2f))[^?&;#/,\s\"'(<{{=]){{1,80}}?)"
_FIELD: Final = re.compile(
    rf"(^|[?&;#/,\s\"'(<{{]|{_ESCAPED}(?:3f|26|3b|23|2f)){_NAME}(=|{_ESCAPED}3d)", re.IGNORECASE
)
# The same in what somebody says, where a field is only meant if it stands in an address.
_ASKED: Final = re.compile(rf"([?&]){_NAME}(=|{_ESCAPED}3d)", re.IGNORECASE)
# A field of JSON, in a header or a query, or what is written like a line of a head: `token: X`.
_QUOTE: Final = rf"(?:\\?[\"']|{_ESCAPED}22)"
_IN_JSON: Final = re.compile(
    rf"({_QUOTE})([\w.~-]{{1,80}})\1(?:\s|%20|\+)*(?::|{_ESCAPED}3a)(?:\s|%20|\+)*(\1?)",
    re.IGNORECASE,
)
_JSON_VALUE: Final = re.compile(
    r"\[[^\]]*\]?|\{[^}]*\}?|(?:(?!%2c|%7d)[^,}\]\s&#])*", re.IGNORECASE
)
_JSON_TEXTS: Final = {
    '"': re.compile(r'(?:\\.|[^"\\])*', re.DOTALL),
    "'": re.compile(r"(?:\\.|[^'\\])*", re.DOTALL),
}
_IN_LINE: Final = re.compile(r"(^|[\s,;{(])([\w-]{1,80})(\s*:\s*)([^\r\n,;\"'<>)}&]+)")
# Where a value ends: in a query, in a part of a path, and in an address that is in another one.
_QUERY_VALUE: Final = re.compile(r"[^&#\s]*")
_SAID_VALUE: Final = re.compile(r"[^&#\s\"'<>]*")
_PATH_VALUE: Final = re.compile(r"[^/;?&#,\s\"'<>]*")
_QUOTED_VALUE: Final = re.compile(r'"[^"]*"?')
_INNER_VALUE: Final = re.compile(rf"(?:(?!{_ESCAPED}2[63])[^&#\s])*", re.IGNORECASE)

# What stands between the parts of a path, and between a path and what is none.
_BETWEEN: Final = re.compile(rf"(/|{_ESCAPED}2f)", re.IGNORECASE)
_AROUND: Final = re.compile(rf"([?&#]|{_ESCAPED}(?:3f|26|23))", re.IGNORECASE)
# Parts that lead nowhere (RFC 3986 5.2.4).
_NOWHERE: Final = re.compile(rf"\.?|{_ESCAPED}2e", re.IGNORECASE)
_SEGMENT: Final = re.compile(r"[\w.~%+-]{1,80}")

# What the parts of a subprotocol's name are joined by.
_SPLIT: Final = re.compile(r"([.:/+=_|~-])")

# By what they are: a JWT (RFC 7519; so also base64 of `{"`), what follows a scheme of RFC 9110
# 11.1, and who somebody is before the host of an address.
_JWT: Final = re.compile(r"\beyJ[\w-]{6,}(?:\.[\w-]*){0,4}")
_SCHEME: Final = re.compile(
    r"(?i)\b(bearer|token|basic|digest|negotiate|api[-_]?key|jwt|dpop)\s+([\w.~+/=-]{8,})"
)
_ALONE: Final = re.compile(r"\s*([\w-]{1,80})\s+(\S+)\s*")
_USERINFO: Final = re.compile(r"(?<=//)[^/?#\s\"']+(?=@)")
# Both in an address, where they are escaped.
_SCHEME_THERE: Final = re.compile(
    rf"(?i)\b(bearer|token|basic|api[-_]?key|jwt|dpop)((?:\+|{_ESCAPED}20)+)([\w.~/=-]{{8,}})"
)
_USERINFO_THERE: Final = re.compile(
    rf"(?i)((?:%(?:25){{0,3}}2f){{2}})"
    rf"((?:(?!{_ESCAPED}(?:2f|3f|23|40))[^/?&#\s\"'@])+)(?=@|{_ESCAPED}40)"
)
# The same where the scheme is left out.
_USER: Final = re.compile(r"\A[^/?#@\s:]+:[^/?#\s]+(?=@)")

# Whatever follows one of these in a path is a credential; what follows others may be a page.
_TOKENS: Final = re.compile(r"(?i)tok|jwt|secret|bearer|key|signature|otp")

# What a random text looks like beside a word with a number, such as `v10` or `ocpp1`.
_MIXED: Final = re.compile(r"[A-Za-z]\d+[A-Za-z]|\d[A-Za-z]+\d")
_LONG: Final = 32

# With none of these, a path is what it looks like.
_ODD: Final = re.compile(r"[%;#\"']|eyJ")

# Most texts hold none of these, and are done with one look: looked for one by one, for that is done
# in C, and a header may be very long.
_HINTS: Final = (
    "=", ":", "3d", "eyj", "/", "bearer", "token", "basic", "digest", "negotiate", "key", "jwt",
    "dpop", "secret", "signature", "otp",
)  # fmt: skip

# Texts in which nothing was found: so many, none of them long.
_MOST_CLEAN: Final = 1024
_LONGEST: Final = 200
_clean: Final[set[str]] = set()


def redact_headers(
    headers: Iterable[tuple[bytes, bytes]], found: Found | None = None
) -> tuple[tuple[str, str], ...]:
    """Return ASGI headers as text, credentials replaced.

    Args:
        headers: Names and values.
        found: Told of each credential.
    """
    pairs = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    return tuple((name, redact_header(name, value, found)) for name, value in pairs)


def redact_header(name: str, value: str, found: Found | None = None) -> str:
    """Return the value of a header, credentials replaced.

    Args:
        name: Its name, in small letters.
        value: As it was written.
        found: Told of each credential.
    """
    if is_secret(name, value):
        if found is not None:
            found(value)
        return REDACTED
    if name == "sec-websocket-protocol":
        return ", ".join(redact_subprotocols(value.split(","), found))
    if name == "sec-websocket-key" or value in _clean:
        return value
    if not _may_hold_one(value):
        return _remembered(value, value)
    redacted = _redact_lines(_redact_schemes(value, found), found)
    alone = _ALONE.fullmatch(redacted)
    if alone is not None and REDACTED not in redacted and _leads_to(alone[1], alone[2]):
        return f"{alone[1]} {_replaced(alone[2], found)}"
    return _remembered(value, _redact_address(redacted, found))


def redact_subprotocols(offered: Iterable[str], found: Found | None = None) -> tuple[str, ...]:
    """Return subprotocols, the credentials among them replaced.

    A page can send no header with its handshake, so some put a token there: ``bearer.abc``, or
    ``bearer`` and then ``abc``. What looks random is one too.

    Args:
        offered: In their order.
        found: Told of each credential.
    """
    kept, expected = [], False
    for each in map(str.strip, offered):
        if expected and each:
            kept.append(_replaced(each, found))
            expected = False
        else:
            kept.append(_redact_subprotocol(each, found))
            expected = kept[-1] == each and secrecy(_SPLIT.split(each)[-1]) == "always"
    return tuple(kept)


def _redact_subprotocol(offered: str, found: Found | None) -> str:
    parts = _SPLIT.split(offered)
    for at in range(0, len(parts) - 2, 2):
        if secrecy(parts[at]) == "always" and secrecy(parts[at + 2]) != "always":
            # `base64url.bearer.authorization.k8s.io.abc`: a domain's name before it may stay.
            return "".join(parts[: at + 2]) + _replaced("".join(parts[at + 2 :]), found)
    if any(_looks_random(each) for each in parts[::2]):
        return _replaced(offered, found)
    return _JWT.sub(lambda jwt: _replaced(jwt[0], found), offered)


def redact_path(path: str, found: Found | None = None) -> str:
    """Return a path with its query, credentials replaced.

    Args:
        path: As it was written, with its escapes.
        found: Told of each credential.
    """
    if path in _clean:
        return path
    return _remembered(path, path if _is_plain(path) else _redact_address(path, found))


def _is_plain(path: str) -> bool:
    """Return whether a path is one of the many that a short look finds nothing in."""
    if _ODD.search(path) is not None:
        return False
    before, asked, query = path.partition("?")
    if "=" in before or any(map(_is_a_name, before.split("/")[1:-1])):
        return False
    if not asked:
        return True
    fields = [field.split("=") for field in query.split("&")]
    if "/" in query or _SCHEME_THERE.search(query) is not None:
        return False
    return not any(len(each) > 2 or secrecy(each[0]) for each in fields)


def _is_a_name(part: str) -> bool:
    return not part.isdigit() and secrecy(part) in ("always", "many")


def _redact_address(text: str, found: Found | None) -> str:
    redacted = _redact_fields(_redact_json(text, found), _FIELD, found)
    redacted = _redact_escaped(redacted, found)
    redacted = _redact_segments(redacted, found)
    return _JWT.sub(lambda jwt: _replaced(jwt[0], found), redacted)


def _redact_escaped(text: str, found: Found | None) -> str:
    """Replace what follows a scheme, or is before a host, in what an address holds escaped."""

    def scheme(said: re.Match[str]) -> str:
        # `q=basic+training` asks for something else.
        if said[1].lower() != "bearer" and not _looks_random(said[3]):
            return said[0]
        return f"{said[1]}{said[2]}{_replaced(said[3], found)}"

    redacted = _SCHEME_THERE.sub(scheme, text)
    if "%" not in redacted:
        return redacted
    return _USERINFO_THERE.sub(lambda user: f"{user[1]}{_replaced(user[2], found)}", redacted)


def redact_said(text: str) -> str:
    """Return what code of the user's says: as `redact_text`, and fields of JSON and dicts too.

    Args:
        text: The text of an exception, or what was printed.
    """
    return redact_text(_redact_json(text, None) if _may_hold_one(text) else text)


def redact_address(address: str) -> str:
    """Return a path or a whole address, credentials replaced, and who it says that somebody is.

    Args:
        address: As it was written, with its escapes.
    """
    return redact_path(_USER.sub(REDACTED, _USERINFO.sub(REDACTED, address)))


def redact_text(text: str) -> str:
    """Return what somebody says, such as an exception, with the credentials in its addresses gone.

    Args:
        text: The text. A name and a value alone, as in ``code = 5``, are none.
    """
    if not _may_hold_one(text):
        return text
    redacted = _redact_fields(_redact_schemes(text, None), _ASKED, None)
    return _JWT.sub(REDACTED, redacted)


def _may_hold_one(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def _redact_schemes(text: str, found: Found | None) -> str:
    redacted = _USERINFO.sub(lambda user: _replaced(user[0], found), text)
    return _SCHEME.sub(lambda each: f"{each[1]} {_replaced(each[2], found)}", redacted)


def _remembered(text: str, redacted: str) -> str:
    """Return what a text is redacted to; if nothing was found in it, the next time is quick."""
    if redacted == text and len(text) <= _LONGEST:
        if len(_clean) >= _MOST_CLEAN:
            _clean.clear()
        _clean.add(text)
    return redacted


def _replaced(value: str, found: Found | None) -> str:
    if found is not None:
        found(value)
    return REDACTED


def _redact_fields(text: str, fields: re.Pattern[str], found: Found | None) -> str:
    """Replace the values of fields whose name says that they are credentials."""
    kept, at = [], 0
    for field in fields.finditer(text):
        before, name, equals = field.groups()
        if field.start() < at or not secrecy(name):
            continue
        ending = _SAID_VALUE if fields is _ASKED else _ending(text, field.end(), before, equals)
        end = _end_of(ending, text, field.end())
        value = text[field.end() : end]
        if value.startswith(REDACTED) or not value.strip('"') or not is_secret(name, value):
            continue
        kept += [text[at : field.end()], _replaced(value, found)]
        at = end
    return "".join([*kept, text[at:]]) if kept else text


def _redact_lines(text: str, found: Found | None) -> str:
    """Replace what follows a name and a colon, as in ``token: abc``."""

    def replaced(line: re.Match[str]) -> str:
        before, name, colon, value = line.groups()
        # `auth:8000` is where a server listens.
        if not _names_one(name, value) or (colon == ":" and value.isdigit()):
            return line[0]
        return f"{before}{name}{colon}{_replaced(value, found)}"

    return _IN_LINE.sub(replaced, text) if ":" in text else text


def _redact_json(text: str, found: Found | None) -> str:
    """Replace the values of fields of JSON, escaped or not, as in ``{"token": "abc"}``."""
    kept, at = [], 0
    for field in _IN_JSON.finditer(text):
        start, (_, name, quote) = field.end(), field.groups()
        if start <= at or secrecy(name) not in ("always", "many"):
            continue
        end = _end_of_json(text, start, quote)
        if _names_one(name, text[start:end]):
            kept += [text[at:start], _replaced(text[start:end], found)]
            at = end
    return "".join([*kept, text[at:]]) if kept else text


def _end_of_json(text: str, start: int, quote: str) -> int:
    ending = _JSON_TEXTS.get(quote) if quote else _JSON_VALUE
    if ending is not None:
        return _end_of(ending, text, start)
    end = text.find(quote, start)
    return len(text) if end < 0 else end


def _names_one(name: str, value: str) -> bool:
    """Return whether what a colon follows says that the value is a credential."""
    if not value or value.startswith(REDACTED):
        return False
    return secrecy(name) in ("always", "many") and is_secret(name, value)


def _ending(text: str, start: int, before: str, equals: str) -> re.Pattern[str]:
    """Return what the value is made of that begins at `start`."""
    if text.startswith('"', start):
        return _QUOTED_VALUE
    if equals != "=" or before.startswith("%"):
        return _INNER_VALUE
    return _QUERY_VALUE if before in ("?", "&") else _PATH_VALUE


def _end_of(ending: re.Pattern[str], text: str, start: int) -> int:
    value = ending.match(text, start)
    return value.end() if value is not None else start


def _redact_segments(text: str, found: Found | None) -> str:
    """Replace the part of a path that follows one such as ``token``."""
    if _BETWEEN.search(text) is None:
        return text
    return "".join(_redact_parts(path, found) for path in _AROUND.split(text))


def _redact_parts(path: str, found: Found | None) -> str:
    parts, before = _BETWEEN.split(path), ""
    for at in range(0, len(parts), 2):
        part = parts[at]
        if _NOWHERE.fullmatch(part):
            continue
        if part != REDACTED and _SEGMENT.fullmatch(before) and _leads_to(before, part):
            parts[at] = _replaced(part, found)
        before = part.partition(";")[0].rpartition("=")[2]
    return "".join(parts)


def _leads_to(before: str, part: str) -> bool:
    """Return whether a part of a path is a credential, for the sake of the one before it."""
    said = secrecy(before)
    if said not in ("always", "many") or (said == "many" and not is_secret(before, part)):
        return False
    # `/session/42` and `/auth/google` say nothing; whatever follows `token` does.
    return _TOKENS.search(unescaped(before)) is not None or _looks_random(part)


def _looks_random(text: str) -> bool:
    """Return whether a text is no word with a number behind it."""
    if len(text) > _LONG:
        return True
    mixed = _MIXED.search(text) is not None
    return mixed and (len(text) >= 16 or (text.lower() != text and len(text) > 5))
