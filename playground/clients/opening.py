"""What a client asks for in its opening handshake."""

from __future__ import annotations

from typing import NamedTuple

from playground.traffic.escapes import escaped
from playground.traffic.redact import redact_headers, redact_path, redact_subprotocols


class Opening(NamedTuple):
    """Path and query, headers and subprotocols; who prints it sees no credentials of theirs."""

    path: str
    headers: tuple[tuple[str, str], ...]
    subprotocols: tuple[str, ...]

    def __repr__(self) -> str:
        pairs = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in self.headers
        ]
        said = [escaped(redact_path(self.path))]
        said += [f"{name}: {escaped(value)}" for name, value in redact_headers(pairs)]
        if self.subprotocols:
            said.append(f"offers {escaped(', '.join(redact_subprotocols(self.subprotocols)))}")
        return f"<Opening {', '.join(said)}>"
