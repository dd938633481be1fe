"""Asking DNS what the rules need to know of domains: at most a walk's questions for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dmarc.tree_walk import Seen, Silence, UnansweredError, walk
from letterhead.domains.diagnosis.dmarc_record import DmarcRecord, is_dmarc, read_dmarc
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Conversation,
    Inquiry,
    Present,
    Question,
)
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable

_PREFIX = "_dmarc."
_LONGEST_NAME = 253


def look(domains: Iterable[str], conversation: Conversation, known: Seen) -> Seen:
    """What is known and, by one inquiry of a recursive resolver, the records on the walks from these domains.

    Receivers ask resolvers too, so what one remembers is what they see. A name too long to be asked for has no record.
    """
    names = dict.fromkeys(name for domain in domains for name in walk(domain) if name not in known)
    questions = {
        name: Question(_PREFIX + name, RecordType.TXT)
        for name in names
        if len(_PREFIX + name) <= _LONGEST_NAME
    }
    if not questions:
        return known
    answers = conversation.ask(Inquiry(resolver=frozenset(questions.values()))).resolver
    return {**known, **{name: _record_in(answers[question]) for name, question in questions.items()}}


def does_exist(domain: str, conversation: Conversation) -> bool:
    """Whether a domain exists in DMARC's sense: it has records, or lies above a name that has (RFC 9989 section 3.2,
    non-existent domains, as RFC 8020 means it).

    Raises `UnansweredError`.
    """
    question = Question(domain, RecordType.A)
    answer = conversation.ask(Inquiry(resolver=frozenset({question}))).resolver[question]
    if not isinstance(answer, Present | Absent):
        raise UnansweredError(domain)
    # An alias exists, whatever its target is.
    return (
        isinstance(answer, Present) or bool(answer.chain) or answer.reason is not AbsenceReason.NO_SUCH_NAME
    )


def _record_in(answer: Answer) -> DmarcRecord | Silence | None:
    match answer:
        case Present():
            records = [value for value in answer.values if is_dmarc(value)]
            return read_dmarc(records[0]) if len(records) == 1 else None
        case Absent():
            return None
        case _:
            return Silence.UNANSWERED
