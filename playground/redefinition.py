"""Redefinition: noticing that the name of a served class stands for another class by now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from micropie import App
from playground import kernel


class Followed(Protocol):
    """What is followed: a lab."""

    @property
    def running(self) -> bool: ...
    @property
    def served(self) -> Any: ...
    def serve_again(self, app: Any) -> None: ...
    def forget_places(self) -> None: ...


class Redefinition:
    """Looks after each cell, and whenever it is asked to, and has a new class served.

    Args:
        lab: Whose class is followed, by its name.
        complaint: Given why a new class is not on stage, what to tell under the cell.
    """

    def __init__(self, lab: Followed, complaint: Callable[[Exception], str]) -> None:
        self._lab = lab
        self._complaint = complaint
        self._watch = kernel.Watch(self._after_cell)
        self._complained_about: Any = None

    def start(self) -> None:
        """Begin to look after each cell."""
        self._watch.start()

    def stop(self) -> None:
        """Look no more."""
        self._watch.stop()

    def look(self) -> None:
        """Serve the class that the followed name stands for now, if that is a new one."""
        if threading.current_thread() is not threading.main_thread():
            return  # the panel's commands come this way too; cells run on the main thread
        served = self._lab.served
        if not isinstance(served, type) or not self._lab.running:
            return
        found = kernel.named(served.__name__)
        if isinstance(found, type) and found is not served and issubclass(found, App):
            self._lab.serve_again(found)

    def _after_cell(self) -> None:
        self._lab.forget_places()
        tried = kernel.named(getattr(self._lab.served, "__name__", ""))
        try:
            self.look()
        except Exception as error:
            # Once is enough: the name stands for the broken class until it is defined again.
            if tried is not self._complained_about:
                self._complained_about = tried
                kernel.say(self._complaint(error))
