"""A DNS that says what a test has published, and nothing else; asked for records, and strictly for challenges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from letterhead.domains.challenge import challenge_name
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Inquiry,
    Opinions,
    Present,
    Question,
    Replies,
    ServerAnswer,
    SilenceReason,
    Unanswered,
)
from letterhead.domains.domain import SendingDomain
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult
from letterhead.domains.records import RecordPurpose, RecordType, RequiredRecord

_SERVER = "ns1.example.net"


def dmarc(domain: str, text: str) -> RequiredRecord:
    """A DMARC record of a domain."""
    return RequiredRecord(RecordPurpose.DMARC, RecordType.TXT, f"_dmarc.{domain}", text)


class PublishedRecords:
    """A `DnsLookup` and its own conversation: every server says the same.

    Names that aren't published don't exist; a silent name is answered by nobody.
    """

    def __init__(self) -> None:
        self._values: dict[Question, tuple[str, ...]] = {}
        self._silent: set[str] = set()

    def publish(self, records: Iterable[RequiredRecord]) -> None:
        for record in records:
            self._values[Question(record.name, record.type)] = (record.value,)

    def withdraw(self, records: Iterable[RequiredRecord]) -> None:
        for record in records:
            self._values.pop(Question(record.name, record.type), None)

    def silence(self, records: Iterable[RequiredRecord]) -> None:
        self._silent.update(record.name for record in records)

    def speak(self) -> None:
        self._silent.clear()

    @contextmanager
    def conversation(self, *, seconds: float) -> Iterator[PublishedRecords]:
        yield self

    def ask(self, inquiry: Inquiry) -> Replies:
        return Replies(
            {question: self._answer(question) for question in inquiry.zone},
            {question: self._answer(question) for question in inquiry.resolver},
            {question: self._opinions(question) for question in inquiry.opinions},
        )

    def _opinions(self, question: Question) -> Opinions:
        answer = self._answer(question)
        return Opinions((ServerAnswer(answer),), answer)

    def _answer(self, question: Question) -> Answer:
        if question.name in self._silent:
            return Unanswered(question, SilenceReason.TIMEOUT, _SERVER)
        values = self._values.get(question)
        if values is None:
            return Absent(question, AbsenceReason.NO_SUCH_NAME, _SERVER, negative_ttl=60)
        return Present(question, values, 300, _SERVER)


class PublishedChallenges:
    """A `ChallengeProver`: what is published is proven, but for names that have another answer; `asked` lists the names."""

    def __init__(self) -> None:
        self.answers: dict[str, ChallengeAnswer] = {}
        self.asked: list[str] = []
        self._published: set[tuple[str, str]] = set()

    def publish(self, domain: SendingDomain) -> None:
        self._published.add((challenge_name(domain), domain.challenge))

    def ask(self, name: str, value: str, *, seconds: float) -> ChallengeResult:
        self.asked.append(name)
        published = ChallengeAnswer.PROVEN if (name, value) in self._published else ChallengeAnswer.ABSENT
        answer = self.answers.get(name, published)
        return ChallengeResult(answer, f"the challenge is {answer}", (_SERVER,))
