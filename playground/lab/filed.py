"""What of a lab is in files, as its user holds it: what it serves from, and what it writes."""

from __future__ import annotations

import types
from os import PathLike

from playground.describing import Description
from playground.lab.describing import described
from playground.lab.parts import Parts
from playground.watching.watch import Watch


class Filed:
    """The app's files, the file of all traffic, and what the app answers, to be written to one."""

    _parts: Parts

    def watch(
        self, path: str | PathLike[str] | types.ModuleType, *, poll: float | None = None
    ) -> Watch:
        """Have what is saved in a file take over, as if a cell had run; sockets stay open.

        ::

            lab.watch("chat.py")  # save it in any editor

        Its class of the served name takes the stage, now if it is other code, and whenever it is
        saved. So do the files that it imports. What cannot be served is said in one sentence: then
        the code on stage goes on. What the notebook has imported from the file is the new one too.
        It ends with the lab, or with `stop` of what is returned.

        Args:
            path: A Python file, or a module that is imported.
            poll: Seconds between two looks, for a disk that does not tell what changes.

        Raises:
            TypeError, ValueError: If it is no Python file, or a module that is not the user's own.
            FileNotFoundError: If there is no such file.
        """
        return self._parts.files.watch(path, poll)

    def describe(self) -> Description:
        """Return what the app answers, as OpenAPI and AsyncAPI: from its code, and from the log.

        The log adds what its messages look like: by route, by direction, and by what they say of
        their ``type``, with an example each, without credentials. It says "seen", not "promised".
        `save` of what is returned writes a file for other tools.

        Raises:
            RuntimeError: If nothing is on stage.
        """
        return described(self._parts)

    def spill(self, path: str | PathLike[str] | None) -> None:
        """Write all traffic to a file too, as it comes; `Log.load` reads it again.

        What the log holds by now comes first. The file has all, however much the log lets go, also
        if the kernel dies. What another lab has written there stays.

        Args:
            path: A file name that ends with ``.jsonl``; None to write no more.

        Raises:
            ValueError: If it ends with something else, or another lab writes to it.
            OSError: If it cannot be written.
        """
        self._parts.spilling.spill(path)
