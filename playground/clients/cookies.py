"""Cookies: what a named client has been given by the app, as a browser keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Final

from playground.traffic.escapes import escaped

if TYPE_CHECKING:
    from playground.clients.jar import Jar

# RFC 6265 4.1.1: what a cookie's name and value are made of.
_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE: Final = re.compile(r'[!#-+\--:<-\[\]-~]*|"[!#-+\--:<-\[\]-~]*"')


class Cookies(MutableMapping[str, str]):
    """The cookies of one client, by name. Made by `Lab.cookies`.

    They may be set and deleted like the items of a dict; what is set here is sent to every path.
    Printed, only their names are shown, so that no saved notebook has a session's id in it;
    ``dict(lab.cookies("ann"))`` has the values.

    Args:
        client: Whose they are.
    """

    def __init__(self, client: str) -> None:
        self._client = client
        # Made when there is something to keep: what it takes is slow to import.
        self._jar: Jar | None = None

    def added(self, path: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return headers with the ``Cookie`` that a browser would add, if there is none in them.

        Args:
            path: What is asked for, with or without a query.
            headers: The other headers.
        """
        if self._jar is None or any(name.lower() == "cookie" for name, _ in headers):
            return headers
        value = self._jar.header(path)
        return [*headers, ("cookie", value)] if value else headers

    def take(self, path: str, headers: Iterable[tuple[str, str]]) -> None:
        """Keep what an answer sets, and forget what it deletes.

        Args:
            path: What was asked for.
            headers: All headers of the answer.
        """
        given = [value for name, value in headers if name.lower() == "set-cookie"]
        if given:
            self._opened().take(path, given)

    def _opened(self) -> Jar:
        if self._jar is None:
            from playground.clients.jar import Jar

            self._jar = Jar()
        return self._jar

    def _known(self) -> dict[str, str]:
        if self._jar is None:
            return {}
        self._jar.clear_expired_cookies()
        return {each.name: each.value or "" for each in self._jar}

    def __getitem__(self, name: str) -> str:
        return self._known()[name]

    def __setitem__(self, name: str, value: str) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"expected the name of a cookie such as 'theme', got {name!r}")
        if not _VALUE.fullmatch(value):
            raise ValueError(
                f"expected a value that a cookie can have, got {value!r}; it has no space, comma, "
                "semicolon or backslash, and only ASCII: urllib.parse.quote() writes them out"
            )
        self._opened().take("/", [f"{name}={value}; Path=/"])

    def __delitem__(self, name: str) -> None:
        found = [each for each in self._jar or () if each.name == name]
        if not found:
            raise KeyError(name)
        for each in found:
            self._opened().clear(each.domain, each.path, each.name)

    def clear(self) -> None:
        """Forget them all."""
        self._jar = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def __repr__(self) -> str:
        names = ", ".join(sorted(self)) or "none"
        return escaped(f"<Cookies of {self._client}: {names}>")
