"""What can be wrong with a conversation, beside an exception: it is compared with what is usual.

Law of the room: what also comes of a usual visit is not wrong, but for what never ends or is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from micropie.testing.happenings import shown
from playground.fuzzing.acts import PEOPLE, WHO, Act, Conversation, people_of
from playground.fuzzing.keeping import Kept
from playground.fuzzing.oddities import Message
from playground.fuzzing.talk import Talk
from playground.fuzzing.usual import Usual

Kind = Literal["raised", "blocks", "goes on", "silent", "heard", "kept", "left behind"]
"""An exception; code without an await; a handler without a client; no answer; what is another's;
sockets that are kept; state that is left as it is while somebody is there."""

SEVERITIES: Final = ("server", "room", "socket")
Severity = Literal["server", "room", "socket"]

# What the least severity of a kind is, whoever else is asked.
LEAST: Final[dict[Kind, Severity]] = {
    "raised": "socket",
    "blocks": "server",
    "goes on": "server",
    "silent": "socket",
    "heard": "room",
    "kept": "server",
    "left behind": "room",
}


class Wrong(Exception):
    """Something that is wrong when all is said.

    Args:
        kind: What kind of thing.
        where: The attribute, line or path that it is about.
        why: All of it, as a clause.
    """

    def __init__(self, kind: Kind, where: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.where = where


@dataclass
class Habits:
    """What was seen of the app when all was as usual.

    Attributes:
        answers: Route → messages that always had an answer there.
        welcomes: Addresses at which one is always let in, or answered.
        says_names: Whether others hear who somebody is.
        presence: Attribute → what it is when nobody is there, of those that follow who is.
    """

    answers: dict[str, set[Message]] = field(default_factory=dict)
    welcomes: set[str] = field(default_factory=set)
    says_names: bool = True
    presence: dict[str, float] = field(default_factory=dict)


def judge(
    talk: Talk, acts: Conversation, kept: Mapping[str, Kept], habits: Habits, lines: Sequence[str]
) -> None:
    """See whether all is as it should be, now that all have left.

    Args:
        talk: How it went.
        acts: What was done.
        kept: What the app keeps.
        habits: What is usual.
        lines: Where handlers stand that have not ended.

    Raises:
        Wrong: Something is not.
    """
    _see_secrets(talk, acts, habits)
    _see_answers(talk, acts, habits)
    for who in talk.still_running():
        at = next((each for each in lines if each.startswith(who)), "")
        where = at.partition(" stands at ")[2]
        place = f": it stands at {where}" if where else ""
        raise Wrong("goes on", where, f"{who} has left, and the handler goes on{place}")
    for name, each in kept.items():
        if each.bound:
            raise Wrong(
                "kept", name, f"All have left, and self.{name} keeps {_counted(each.bound)}"
            )
    for name, empty in habits.presence.items():
        if name in kept and kept[name].size != empty:
            raise Wrong(
                "left behind",
                name,
                f"All have left, and self.{name} has {kept[name].size:g}, where it began with "
                f"{empty:g}",
            )


def _counted(number: int) -> str:
    return "a socket or task of theirs" if number == 1 else f"{number} sockets or tasks of theirs"


def _see_secrets(talk: Talk, acts: Conversation, habits: Habits) -> None:
    for heard in talk.heard:
        for secret, (who, what) in talk.secrets.items():
            if who != heard.who and secret in _text(heard.message):
                said = f"{heard.who} heard what only {who}'s {what} carried"
                raise Wrong("heard", f"{what} of another", said)
    if habits.says_names:
        return
    named = [who for who in people_of(acts) if _is_named(who, acts)]
    for heard in talk.heard:
        for who in named:
            if who != heard.who and says(heard.message, who):
                said = f"{heard.who} heard {shown(heard.message)}, which is of {who}'s handshake"
                raise Wrong("heard", "name of another", said)


def _is_named(who: str, acts: Iterable[Act]) -> bool:
    return any(act.who == who and WHO in str(act.what) for act in acts if act.kind != "sends")


def says(message: Message, who: str) -> bool:
    """Return whether a message has a name in it, as a word."""
    return re.search(rf"\b{re.escape(who)}\b", _text(message)) is not None


def _text(message: Message) -> str:
    return message if isinstance(message, str) else message.decode("utf-8", "replace")


def _see_answers(talk: Talk, acts: Conversation, habits: Habits) -> None:
    """See that who says what is always answered is answered."""
    routes: dict[str, str] = {}
    hurried = False
    for number, act in enumerate(acts):
        if act.kind == "connects":
            routes[act.who] = str(act.what)
        silent = number in talk.present and number not in talk.answered and not act.at_once
        usually = act.kind == "sends" and act.what in habits.answers.get(
            routes.get(act.who, ""), ()
        )
        welcome = act.kind in ("connects", "asks") and act.what in habits.welcomes
        if silent and not hurried and (usually or welcome):
            what = shown(act.what) if usually else act.address
            raise Wrong(
                "silent",
                routes.get(act.who, str(act.what)),
                f"{act.who} got no answer to {what}, to which one always came",
            )
        hurried = hurried or act.at_once


def learn(usual: Sequence[Usual], alone: Sequence[Any], together: Any) -> Habits:
    """Return what is usual, from visits.

    Args:
        usual: What was done.
        alone: How each visit by one went, in the order of `usual`.
        together: How a visit of two at all routes went.
    """
    habits = Habits()
    for each, visit in zip(usual, alone, strict=True):
        _learn_answers(habits, each, visit)
    habits.says_names = _says_names(usual, [*alone, together])
    _learn_presence(habits, [*alone, together])
    return habits


def _learn_answers(habits: Habits, usual: Usual, visit: Any) -> None:
    if visit.wrong:
        return
    always: dict[Message, bool] = {}
    for number, act in enumerate(visit.acts):
        answered = number in visit.talk.answered
        if act.kind == "sends":
            always[act.what] = always.get(act.what, True) and answered
        elif act.kind in ("connects", "asks") and answered and act.body is None:
            habits.welcomes.add(str(act.what))
    habits.answers[usual.addresses[0]] = {
        message
        for message, answered in always.items()
        if answered and message not in usual.broken_off
    }


def _says_names(usual: Sequence[Usual], visits: Sequence[Any]) -> bool:
    """Return whether somebody hears a name that is not the own, or names stand in messages."""
    for visit in visits:
        if visit.wrong:
            return True
        said = [act.what for act in visit.acts if act.kind == "sends"]
        for who in PEOPLE:
            heard = [each.message for each in visit.talk.heard if each.who != who]
            # Also as a part of a word: names may stand close to others.
            if any(who in _text(each) for each in said + heard):
                return True
    return not usual


def _learn_presence(habits: Habits, visits: Sequence[Any]) -> None:
    """Note what follows who is there: more while somebody is, and the same at the end as before."""
    whole = [visit for visit in visits if not visit.wrong]
    if len(whole) < len(visits):
        return
    names = set.intersection(*(set(visit.before) for visit in whole)) if whole else set()
    for name in sorted(names):
        back = all(visit.after[name].size == visit.before[name].size for visit in whole)
        rose = any(
            each.get(name, visit.before[name]).size > visit.before[name].size
            for visit in whole
            for each in visit.during
        )
        if back and rose:
            habits.presence[name] = whole[0].before[name].size
