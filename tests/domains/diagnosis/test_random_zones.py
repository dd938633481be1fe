"""Any zone at all: diagnosing it never raises, and a zone with all six records as required always passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

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
    Witness,
    Zone,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import RecordPurpose, RecordStatus, RecordType
from letterhead.domains.verification import DomainCheck, verify
from tests.domains.diagnosis.cases import Case

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DOMAINS = (
    Case("apex", "RFC 1035"),
    Case("subdomain", "RFC 1035", domain="mail.acme.test", registrable="acme.test"),
)
PIECES = st.sampled_from(
    [
        *(record.value for case in DOMAINS for record in case.required),
        *(record.value.lower()[:-3] for record in DOMAINS[0].required),
        "v=spf1 ",
        "include:",
        "redirect=",
        "exists:%{i}.x.test ",
        " -all",
        "a:acme.test ",
        "v=DMARC1; ",
        "p=reject; ",
        "rua=mailto:a@b.test",
        '"',
        "”",
        "\\032",
        ".",
        ";",
        " ",
        "/",
        "https://",
        "10 ",
        "0 .",
        "%",
        "\x00",
    ]
)
VALUES = st.one_of(st.lists(PIECES, min_size=1, max_size=5).map("".join), st.text(max_size=30))
ZONES = st.sampled_from(
    [None, Zone("acme.test", ("ada.ns.cloudflare.com",)), Zone("test", ()), Zone(".", ()), Zone("other", ())]
)
CHAINS = st.lists(st.one_of(VALUES, st.just("x.test")), max_size=3).map(tuple)


@st.composite
def answers(draw: st.DrawFn, question: Question) -> Answer:
    zone, chain = draw(ZONES), draw(CHAINS)
    match draw(st.integers(0, 4)):
        case 0:
            return Unanswered(
                question, draw(st.sampled_from(SilenceReason)), draw(st.none() | st.just("ns")), chain, zone
            )
        case 1:
            reason = draw(st.sampled_from(AbsenceReason))
            return Absent(
                question, reason, "ns", draw(st.none() | st.integers(0, 2**31 - 1)), chain, zone=zone
            )
        case _:
            values = draw(st.lists(VALUES, min_size=1, max_size=3))
            if question.type is RecordType.MX:
                values = [f"{draw(st.integers(0, 65535))} {value}" for value in values]
            witness = draw(st.sampled_from(Witness))
            return Present(
                question,
                tuple(dict.fromkeys(values)),
                draw(st.integers(0, 2**31 - 1)),
                "ns",
                chain,
                witness,
                zone,
            )


class RandomDns:
    """A DNS that makes its answers up as it is asked, and keeps to them; `certain` are those that are what they are."""

    def __init__(self, draw: st.DataObject, certain: dict[Question, Answer]) -> None:
        self._draw = draw
        self._known = dict(certain)

    @contextmanager
    def conversation(self, *, seconds: float) -> Iterator[RandomDns]:
        yield self

    def ask(self, inquiry: Inquiry) -> Replies:
        ordered = [
            sorted(questions, key=str) for questions in (inquiry.zone, inquiry.resolver, inquiry.opinions)
        ]
        return Replies(
            {question: self._answer(question) for question in ordered[0]},
            {question: self._answer(question) for question in ordered[1]},
            {question: self._opinions(question) for question in ordered[2]},
        )

    def _answer(self, question: Question) -> Answer:
        if question not in self._known:
            self._known[question] = self._draw.draw(answers(question))
        return self._known[question]

    def _opinions(self, question: Question) -> Opinions:
        if question in self._known and isinstance(self._known[question], Present):
            said = [self._known[question]]
        else:
            said = self._draw.draw(st.lists(answers(question), max_size=3))
        serials = st.none() | st.integers(0, 2**32 - 1)
        servers = tuple(ServerAnswer(answer, self._draw.draw(serials)) for answer in said)
        return Opinions(
            servers, self._draw.draw(answers(question)), self._draw.draw(st.none() | answers(question))
        )


@settings(max_examples=50, deadline=None)
@given(
    st.data(),
    st.sampled_from(DOMAINS),
    st.sampled_from(RecordStatus),
    st.none() | st.builds(ProviderStatus, st.sampled_from(ProviderCheck), st.sampled_from(ProviderCheck)),
    st.booleans(),
)
def test_no_zone_makes_it_raise(data, case, before, provider, thorough):
    check = DomainCheck(
        case.check().subject, dict.fromkeys(RecordPurpose, before), provider, thorough=thorough
    )
    verification = verify(check, RandomDns(data, {}), now=NOW)

    assert len(verification.rows) == 6
    for row in verification.rows:
        json.dumps([finding.as_dict() for finding in row.findings])
        if row.status is RecordStatus.VERIFIED:
            assert not any(finding.blocking for finding in row.findings)
        elif before is not row.status:
            assert row.detail
        if row.seen == "unknown":
            assert row.status is before


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from(DOMAINS), st.sampled_from(RecordStatus))
def test_all_six_as_required_pass_whatever_else_there_is(data, case, before):
    zone = Zone("acme.test", ("ns1.acme.test",))
    questions = {record: Question(record.name, record.type) for record in case.required}
    right: dict[Question, Answer] = {
        question: Present(question, (record.value,), 300, "ns", zone=zone)
        for record, question in questions.items()
    }
    check = DomainCheck(case.check().subject, dict.fromkeys(RecordPurpose, before))
    verification = verify(check, RandomDns(data, right), now=NOW)

    assert {row.status for row in verification.rows} == {RecordStatus.VERIFIED}
    assert [row.findings for row in verification.rows] == [()] * 6
