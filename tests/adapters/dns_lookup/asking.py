"""One question put to a look-up."""

from __future__ import annotations

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.domains.dns_answers import Answer, Inquiry, Opinions, Question
from letterhead.domains.records import RecordType

SECONDS = 4.5


def ask(lookup: DnsLookup, name: str, kind: str = "TXT") -> Answer:
    """What the name's own zone says."""
    question = Question(name, RecordType(kind))
    with lookup.conversation(seconds=SECONDS) as conversation:
        return conversation.ask(Inquiry(zone=frozenset({question}))).zone[question]


def ask_resolver(lookup: DnsLookup, name: str, kind: str = "TXT") -> Answer:
    """What the resolver says."""
    question = Question(name, RecordType(kind))
    with lookup.conversation(seconds=SECONDS) as conversation:
        return conversation.ask(Inquiry(resolver=frozenset({question}))).resolver[question]


def opinions(lookup: DnsLookup, name: str, kind: str = "TXT") -> Opinions:
    """What each server says."""
    question = Question(name, RecordType(kind))
    with lookup.conversation(seconds=SECONDS) as conversation:
        return conversation.ask(Inquiry(opinions=frozenset({question}))).opinions[question]
