"""Which names of headers and query fields say that their value is a credential.

Law of the room: by kind, not by a list of names. A name is split into words, at whatever is no
letter or digit and at capitals, and one of the words says it; so ``X-Auth-Token`` and ``apiKey``
are names of credentials, and ``author``, ``design`` and ``www-authenticate`` are not.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, Literal
from urllib.parse import unquote_plus

Secrecy = Literal["", "always", "many", "code", "key"]
"""Which values under a name are credentials: none; all; all but a quantity, for the name is a
plural (``many``); all but a number (``code``); or all but a number and what is too short to protect
anything (``key``)."""

_WORDS: Final = frozenset(
    {
        "token", "secret", "secrets", "password", "passwords", "passwd", "pwd", "passphrase",
        "passcode", "passwort", "pass", "pw", "pin", "sig", "signature", "hmac", "jwt", "jws",
        "jwe", "auth", "authn", "authz", "oauth", "authorization", "authorisation",
        "authentication", "bearer", "session", "sess", "sessid", "sid", "ticket", "csrf", "xsrf",
        "cookie", "dpop", "credential", "credentials", "cred", "creds", "otp", "totp", "saml",
        "assertion",
    }
)  # fmt: skip

# Of two words that follow each other, the first makes the second more than a name for anything.
_KEYS: Final = frozenset(
    {
        "api", "access", "account", "app", "client", "decryption", "encryption", "host", "master",
        "private", "server", "service", "shared", "signing", "subscription", "user",
    }
)  # fmt: skip

# What names are made of that are written as one word, such as `sessionid`: some of these, and at
# least one that says it.
_SAYS: Final = (
    "token|secret|password|passwd|passphrase|pass|pwd|signature|sig|hmac|jwt|oauth"
    "|authori[sz]ation|auth"
    "|session|sess|sid|csrf|xsrf|cookie|credential|cred|bearer|otp|ticket|saml"
)
# No piece is made of others: that would be many ways to read one word.
_PIECES: Final = (
    f"{_SAYS}|access|account|admin|api|app|asp|client|code|confirm|current|customer|data|db|device"
    "|django|form|guest|id|identity|jsession|key|login|middleware|my|new|old|php|proxy|push"
    "|refresh|repeat|request|reset|response|root|server|service|share|user|value|web|x"
)
_COMPOUND: Final = re.compile(rf"(?=.*(?:{_SAYS}))(?:{_PIECES})+\d*")
# Whatever comes before these.
_ENDING: Final = re.compile(
    rf".*(?:token|passwd|password|secret|jwt|(?:{'|'.join(sorted(_KEYS))})key)\d*"
)
# Plurals of what is more often something else.
_FEW: Final = frozenset({"pins", "tickets", "pws"})
# How many there are of something, how long it lasts, or a share of it.
_QUANTITY: Final = re.compile(r"[\d.,+-]+(?:(?:ms|[smhdk%])[\d.,]*)*", re.IGNORECASE)

_PART: Final = re.compile(r"[A-Za-z0-9]+")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# What standards define, and nobody's credential: RFC 6455 4.1, the Fetch standard, RFC 9110 11.6.
_PUBLIC: Final = frozenset(
    {
        "sec-websocket-key", "sec-websocket-accept", "access-control-allow-credentials",
        "www-authenticate", "proxy-authenticate", "idempotency-key",
    }
)  # fmt: skip

# Shorter than any key, and what a store of keys and values calls its first one.
SHORT: Final = 6

# Names come from whoever connects: so many are remembered, none of them long.
_MOST_KNOWN: Final = 1024
_LONGEST: Final = 80
_known: Final[dict[str, Secrecy]] = {}


def secrecy(name: str) -> Secrecy:
    """Return which values under a name are credentials.

    Args:
        name: The name of a header, or of a field as it stands in a query, escaped or not.
    """
    found = _known.get(name)
    if found is not None:
        return found
    said = _looked_up(name[-4 * _LONGEST :])
    if len(name) <= _LONGEST:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[name] = said
    return said


def is_secret(name: str, value: str) -> bool:
    """Return whether the value under a name is a credential.

    Args:
        name: See `secrecy`.
        value: As it was written.
    """
    said = secrecy(name)
    if said in ("", "always"):
        return said == "always"
    if said == "many":
        return bool(value) and not _QUANTITY.fullmatch(value)
    return bool(value) and not value.isdigit() and (said == "code" or len(value) >= SHORT)


def _looked_up(name: str) -> Secrecy:
    if name.lower() in _PUBLIC:
        return ""
    parts = _PART.findall(unescaped(name))
    words = [word.lower() for part in parts for word in _WORD.findall(part)]
    words += [part.lower() for part in parts]
    if any(map(_says, words)):
        return "always"
    if any(first in _KEYS and second == "key" for first, second in pairwise(words)):
        return "always"
    if any(map(_says_many, words)) or any(
        first in _KEYS and second == "keys" for first, second in pairwise(words)
    ):
        return "many"
    return "code" if "code" in words else "key" if "key" in words else ""


def _says_many(word: str) -> bool:
    return word.endswith("s") and word not in _FEW and _says(word[:-1])


def _says(word: str) -> bool:
    return word in _WORDS or bool(_ENDING.fullmatch(word) or _COMPOUND.fullmatch(word))


def unescaped(name: str) -> str:
    """Return a name as an app reads it, or as it does that is given the address in another one.

    Args:
        name: As it was written, escaped up to three times.
    """
    for _ in range(3):
        before, name = name, unquote_plus(name)
        if name == before:
            break
    return name
