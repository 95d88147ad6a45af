"""What a request and a WebSocket message cost in our framework, beside raw ASGI and the others.

Run it with ``python -m benchmarks.frameworks`` from the top of the repository; ``--help`` says what
there is, and ``benchmarks/README.md`` how to read it.
"""
