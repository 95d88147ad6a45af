"""The panel as a page of its own, without Jupyter: its faces over a WebSocket in place of a comm.

The page has a port of its own beside the app's. So a script in a page of the app cannot reach it,
and it answers while a handler blocks the app, and while the lab is stopped. At ``/__lab__/`` of the
app's port stands a door that leads there.

Law of the room: it knows a panel as widgets with comms, and the lab by what it is given. Nothing is
shown, or heard, before a key was.
"""
