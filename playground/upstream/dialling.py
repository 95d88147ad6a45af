"""TCP and TLS to the far side, and a sentence with the remedy where they fail."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from typing import Final

from playground.upstream.address import Address
from playground.upstream.refused import Unreachable

Verify = bool | str | ssl.SSLContext

# Of several addresses that all refused, asyncio gives no number.
_REFUSED: Final = frozenset({errno.ECONNREFUSED, None})


def context_of(verify: Verify) -> ssl.SSLContext:
    """Return what checks the far side's certificate.

    Args:
        verify: True for what this machine trusts; a file of certificates (PEM) to trust; a context;
            or False to check nothing.

    Raises:
        OSError, ValueError: If the file cannot be read, or has none.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    file = verify if isinstance(verify, str) else None
    try:
        context = ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise ValueError(f"expected a file of certificates (PEM), found none in {file!r}") from None
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def dial(
    address: Address, context: ssl.SSLContext | None, protocol: asyncio.Protocol, timeout: float
) -> None:
    """Connect a protocol to the far side.

    Args:
        address: Where.
        context: For TLS; None without.
        protocol: What speaks there.
        timeout: Seconds it may take.

    Raises:
        Unreachable: If nobody answers there.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            await loop.create_connection(
                lambda: protocol, address.host, address.port, ssl=context,
                server_hostname=address.host if context else None,
            )  # fmt: skip
    except (OSError, TimeoutError) as error:
        raise unreachable(address, error, timeout) from error


def unreachable(address: Address, error: BaseException, timeout: float) -> Unreachable:
    """Return what to raise, and to tell a client, where the far side could not be reached."""
    where = address.base
    if isinstance(error, TimeoutError):
        return Unreachable(f"{where} did not answer within {timeout:g} s", 504)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return Unreachable(
            f"the certificate of {where} is not trusted: {why}; if it is your own, write "
            "Upstream(…, verify='its-certificate.pem')"
        )
    hangs_up = isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError)
    if isinstance(error, ssl.SSLError) or (hangs_up and address.secure):
        plain = address._replace(secure=False).base
        return Unreachable(f"{where} does not speak TLS as expected; is it {plain}?")
    if hangs_up:
        return Unreachable(f"{where} ended the connection at once")
    if isinstance(error, socket.gaierror):
        return Unreachable(f"there is no host {address.host}: {error.strerror}")
    if isinstance(error, OSError) and error.errno in _REFUSED:
        return Unreachable(f"nobody answers at {where}; is the server running?")
    said = error.strerror if isinstance(error, OSError) else str(error)
    return Unreachable(f"{where} cannot be reached: {said or type(error).__name__}")
