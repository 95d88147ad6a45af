"""The same small application, once in each framework.

Each module has three functions that make an ASGI app: ``plain()``, ``sessions()`` and
``routed(count)``, which has as many routes ``/route_0``, ``/route_1`` … and nothing else. A module
that has no ``sessions`` is of a framework that brings none.
"""
