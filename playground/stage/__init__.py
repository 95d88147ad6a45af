"""The stage: one ASGI app that a server sees, and behind it another that can be swapped.

A server is given a `Stage` once. `Stage.swap` puts other code behind it while the server runs and
its WebSockets stay open. A stage knows connections and no revision but the number of one; `Staging`
(`playground/live/staging.py`) knows the revisions, and puts one on it; and `Code`
(`playground/lab/code.py`) has `Staging` do so for a cell.

Law of the room:

- It knows ASGI and asyncio, nothing of servers, logs or frameworks.
- All of it runs on one event loop; whoever calls from another thread hops there first.
- No message is lost, and none is handled twice: nothing is read ahead. A message is taken from
  the server only by a `receive` that a handler waits in, and whoever has it answers it.
- In doubt a swap takes longer. It never cuts off what may be an answer, but after the grace
  period.

This page says how; each file has its part of it.

What there is
=============

A *connection* (`connection.py`) is one WebSocket from its opening handshake to its close. It
lives as long as the client does, and knows what the client has seen: whether the handshake was
accepted, with which subprotocol and cookies, and whether either side has closed.

A *handler run* (`handler_run.py`) is one run of a handler on a connection. A swap ends one and
begins another on the same connection. A *running app* (`running_app.py`) is one app from its
start-up to its shutdown, with the number of its code, which is its *revision*.

The states of a handler run
===========================

=========  ===================================  =================================================
state      `receive` gives the handler          `send` of the handler
=========  ===================================  =================================================
running    the client's next message            sends
leaving    nothing: it waits to be cancelled    sends
cancelled  a disconnect with close code 1012    sends a message, but neither closes the
                                                connection nor answers its handshake: that is
                                                left to the new code
over       a disconnect with close code 1012    raises `OSError`; called by somebody else, as
                                                another client's handler with a broadcast, sends
=========  ===================================  =================================================

From *running* to *leaving*: a swap asks it to. From *leaving* to *cancelled*: as soon as it holds
no message, and at the latest after the grace period (one second). Then its task, and those of its
tasks that wait in `receive`, are cancelled as asyncio cancels. To *over*: it has ended, or has
not ended within another grace period and is cut off. Seconds in which the loop stood still are
not counted (`grace.py`).

Who holds a message, and who is idle
====================================

A handler *holds a message* from when it has received one until all that it does for it is done.
It holds none if it never took one, or if one of its tasks waits in `receive` and it is *idle*
otherwise: every other task that it has begun *waits* (it has ended, waits for a queue's next item
or for other tasks, or is nothing but a sleep) or is a *timer* that was begun before the first
message. `idle_tasks.py` has the table, and `asyncio_internals.py` what is read of asyncio for it.
In doubt a task is busy.

A handler that holds a message is looked at every 10 ms until it holds none.

What a swap does with an open socket
====================================

1. The new app's start-up runs. If it fails, nothing has happened.
2. The new app stands behind the stage. New connections and requests go to it. From here on the
   swap waits for nothing, so that it is either done or not begun.
3. Each open connection is parted with as was asked: *handover* has its handler leave, *close* has
   it leave and then closes with 1012 (service restart), *keep* lets the handler go on with the
   old code. Some connections mean nothing to other code: Socket.IO's, whose server keeps what it
   knows of one in the old handler. Such a one is closed, not handed over. Which do, the function
   `stays_with_its_code` says, which the stage was given; the stage itself knows of none.
4. The old handler leaves, as above. What it raises is reported. If it has closed the connection
   itself, that is the end.
5. A new run begins on the connection, with the app that stands behind the stage by then. Its
   first `receive` gives "websocket.connect" once more. Its `accept` sends nothing, for the client
   has been accepted long ago. If it wants another subprotocol than was agreed on, or does not
   accept, the connection is closed with 1012. A handshake that the old code had not answered is
   answered now.
6. When the last request and handler of the old app has ended, its shutdown runs.

Which context variables travel
==============================

Whoever begins a task has its context variables copied into it by Python; nothing comes back when
the task ends. Five matter here. The stage sets four of them, so that the tasks, threads and
callbacks that a handler begins can be known for its own:

- the revision of its code (`current_revision`),
- which handler run it belongs to (`idle_tasks.owner`): to find all the tasks of one,
- whether that had taken a message when the task was begun (`idle_tasks.handling`): to tell a
  timer from an answer on its way,
- which task is the handler itself (`in_handler`).

The fifth is the recorder's, given to the stage as `context_variable`. It says which message is
being handled, and is set inside of `receive`. Where a handler receives in a task of its own, what
is set there would be lost when that task ends, and its answer would have no cause. So it is with
`asyncio.wait_for(ws.receive())` on Python 3.11, which begins such a task, and on every Python with
a handler that begins one itself. `context_relay.py` copies the value back to the handler before
that goes on. (`handling` is set in there too, and the stage sets it in the handler as well.)
"""

from playground.stage.asyncio_internals import context_of
from playground.stage.belongings import BELONGINGS, Belongings
from playground.stage.context_relay import in_handler
from playground.stage.going_on import LEAVE
from playground.stage.lifespan import StartupFailed, in_lifespan
from playground.stage.running_app import current_revision
from playground.stage.stage import ON_SWAP, OnSwap, Stage, Swapped, check_on_swap

__all__ = [
    "BELONGINGS",
    "LEAVE",
    "ON_SWAP",
    "Belongings",
    "OnSwap",
    "Stage",
    "StartupFailed",
    "Swapped",
    "check_on_swap",
    "context_of",
    "current_revision",
    "in_handler",
    "in_lifespan",
]
