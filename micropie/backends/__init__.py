"""Sessions that outlive a process: where else they can be kept than in memory.

`micropie.backends.sqlite` is for one machine, `micropie.backends.redis` for many. An engine is
imported when its backend is made.
"""

from __future__ import annotations


class SessionStoreError(Exception):
    """The store that keeps sessions is broken or does not answer; the cause says how."""
