"""The answers that a diagnosis rests on, and the questions that it still wants answered.

The rules are functions of the evidence. A rule asks for an answer; while there is none yet it gets None, and the question is
noted as wanted. Whoever runs the rules has the wanted questions asked and runs them again, until they want nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from letterhead.domains.dns_answers import Answer, Inquiry, Opinions, Question, Replies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from letterhead.domains.records import RecordType

_T = TypeVar("_T")


class Evidence:
    """What is known so far about one domain's DNS."""

    def __init__(self, answers: Mapping[Question, Answer] | None = None) -> None:
        self._answers = dict(answers or {})
        self._resolver: dict[Question, Answer] = {}
        self._opinions: dict[Question, Opinions] = {}
        self._wanted: set[Question] = set()
        self._wanted_resolver: set[Question] = set()
        self._wanted_opinions: set[Question] = set()

    def answer(self, name: str, kind: RecordType) -> Answer | None:
        """What the name's own zone says, or None as long as it hasn't been asked."""
        question = Question(name, kind)
        answer = self._answers.get(question)
        if answer is None:
            self._wanted.add(question)
        return answer

    def from_resolver(self, name: str, kind: RecordType) -> Answer | None:
        """What a resolver says about a name that is somebody else's, or None as long as it hasn't been asked."""
        question = Question(name, kind)
        if question not in self._resolver:
            self._wanted_resolver.add(question)
        return self._resolver.get(question)

    def opinions(self, name: str, kind: RecordType) -> Opinions | None:
        """What each server by itself says, or None as long as they haven't been asked."""
        question = Question(name, kind)
        if question not in self._opinions:
            self._wanted_opinions.add(question)
        return self._opinions.get(question)

    def answers(self) -> tuple[Answer, ...]:
        """Every answer of the zones concerned, for the record of the check."""
        return tuple(self._answers.values())

    def wanted(self) -> Inquiry:
        """What the rules have asked in vain since the last time they were told something."""
        return Inquiry(
            frozenset(self._wanted), frozenset(self._wanted_resolver), frozenset(self._wanted_opinions)
        )

    def add(self, replies: Replies) -> None:
        """Take in the answers to what was wanted."""
        self._answers.update(_picked(self._wanted, replies.zone))
        self._resolver.update(_picked(self._wanted_resolver, replies.resolver))
        self._opinions.update(_picked(self._wanted_opinions, replies.opinions))
        self._wanted.clear()
        self._wanted_resolver.clear()
        self._wanted_opinions.clear()


def _picked(wanted: Iterable[Question], replies: Mapping[Question, _T]) -> dict[Question, _T]:
    return {question: replies[question] for question in wanted if question in replies}
