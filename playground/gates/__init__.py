"""Gates: places around the recorder where a message, or the handler that works on one, may wait.

A *link* lies between one client and the app, in one direction: it holds, delays and slows down
messages, as a network does. A *stop* is a handler that stands still at a breakpoint, before its
next `receive` or `send`. Both are only while somebody asks for them: then a `Gate` stands before
each connection that they concern, and with none set there is no gate at all.

Law of the room:

- It serves any ASGI app, and knows of ours no more than what a message looks like.
- Within a link the order never changes. Nothing is dropped and nothing is doubled, but for what is
  in flight when a connection ends: that is lost, as on a real line, and said.
- What is held is bounded. A link that is full makes its sender wait.
- All of it runs on the app's event loop, but for what says that it may be called from any thread.
  Time is asked of a clock that is given, so that a test needs none.

Which side of the recorder: a message to the app waits behind it and one to a client before it, so
that a message has its row as soon as its sender has sent it.
"""
