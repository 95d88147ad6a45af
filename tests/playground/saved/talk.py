"""A talk of some length, as a real chat has it: every message is another one."""

from __future__ import annotations

import json

from playground.traffic.log import Log

SAID = (
    "a socket stays open while the code behind it changes and nobody has to come back in for it "
    "whoever listens hears what was said in the room that they are in and never what was said "
    "elsewhere unless the handler sends it there"
)


def talk(entries: int, clients: int = 3) -> Log:
    """Return a log in which some clients talk in a room that all of them hear."""
    log, words = Log(), SAID.split()
    names = [f"client-{number}" for number in range(clients)]
    exchanges = [log.begin("websocket", name, path="/chat?room=lobby") for name in names]
    for exchange in exchanges:
        log.append(0.0, exchange, "open", "client", "/chat?room=lobby", 16)
        log.append(0.001, exchange, "accept", "server", revision=1)
    while log.last + 1 + clients <= entries:
        number = log.last
        start = number * 7 % len(words)
        said = " ".join(words[start : start + 4 + number % 9])
        text = json.dumps({"id": number, "say": said}) if number % 3 else said
        at, sender = number * 0.37, exchanges[number % clients]
        cause = log.append(at, sender, "text", "client", text, len(text), revision=1)
        heard = f"{names[number % clients]}: {text}"
        for exchange in exchanges:
            log.append(
                at + 0.002, exchange, "text", "server", heard, len(heard), cause, 1, "In[5]:12"
            )
    return log
