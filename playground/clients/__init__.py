"""The lab's own clients: one WebSocket client, and the pool of all that a lab has."""
