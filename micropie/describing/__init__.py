"""Papers of an application: OpenAPI for its HTTP, AsyncAPI for its WebSockets, and a page of both.

Everything is read from the handlers: their names, parameters, annotations, defaults, docstrings.
Nothing of the application runs. What no annotation says is left open; it is never guessed.

Law of the room: nothing that serves a request imports it. Who does not ask pays nothing.
"""

from micropie.describing.asyncapi import asyncapi
from micropie.describing.docs import Docs
from micropie.describing.openapi import openapi

__all__ = ["Docs", "asyncapi", "openapi"]
