"""What the official schema of OpenAPI allows."""

from __future__ import annotations

from typing import Any


def validate(document: Any) -> None:
    """Check a document against the official schema.

    Raises:
        OpenAPIValidationError: If it is not what the schema allows.
    """
    # It builds grammars for seconds: not in every worker that only collects.
    from openapi_spec_validator import validate as check

    check(document)
