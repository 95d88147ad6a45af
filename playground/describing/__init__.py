"""Papers of a lab's app: what its code says, and what the log has seen of its messages.

Law of the room: it reads a log and documents, and changes neither. What was seen is called so: no
document promises it.
"""

from playground.describing.papers import Description, describe, example

__all__ = ["Description", "describe", "example"]
