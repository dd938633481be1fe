"""Servers that contradict each other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from letterhead.domains.diagnosis.case import Case
from letterhead.domains.diagnosis.dmarc import judge_dmarc
from letterhead.domains.diagnosis.evidence import Evidence
from letterhead.domains.diagnosis.judgement import ABSENT, Judgement, Seen
from letterhead.domains.diagnosis.subject import Subject
from letterhead.domains.diagnosis.zone import compared
from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Answer,
    Opinions,
    Present,
    Question,
    Replies,
    ServerAnswer,
)
from tests.domains.diagnosis.cases import required

NOW = datetime(2026, 11, 20, 23, 59, 30, tzinfo=UTC)
RECORDS = required("acme.test")
DMARC = RECORDS[-1]
QUESTION = Question(DMARC.name, DMARC.type)
RIGHT = Present(QUESTION, (DMARC.value,), 300, "ns1")
GONE = Absent(QUESTION, AbsenceReason.NO_SUCH_NAME, "ns2", negative_ttl=60)


def judged(servers: tuple[ServerAnswer, ...], resolver: Answer, judgement: Judgement = ABSENT) -> Judgement:
    evidence = Evidence({QUESTION: GONE})
    case = Case(DMARC, Subject("acme.test", "acme.test", "us-east-1", "mail.acme.test", RECORDS), evidence)
    compared(case, judgement, judge_dmarc, NOW)
    evidence.add(Replies({}, {}, {QUESTION: Opinions(servers, resolver)}))
    return compared(case, judgement, judge_dmarc, NOW)


SERIALS = [
    # serial where the record is right, serial where it isn't, is it right? (RFC 1982 section 3.2)
    (2, 1, True),
    (1, 2, False),
    (1, 1, False),
    (0, 2**32 - 1, True),
    (2**32 - 1, 0, False),
    (2**31, 0, False),
    (None, 1, False),
    (2, None, False),
]


@pytest.mark.parametrize(("mine", "theirs", "right"), SERIALS)
def test_the_newest_copy_of_the_zone_decides_for_a_record_never_against_it(mine, theirs, right):
    judgement = judged((ServerAnswer(RIGHT, mine), ServerAnswer(GONE, theirs)), RIGHT)
    assert judgement.seen is (Seen.RIGHT if right else Seen.UNKNOWN)
    assert [finding.code for finding in judgement.findings] == ["servers_disagree"]
    assert not judgement.findings[0].blocking


def test_what_resolvers_still_remember_is_said_with_its_end():
    servers = (ServerAnswer(RIGHT), ServerAnswer(RIGHT))
    judgement = judged(servers, GONE, Judgement(Seen.RIGHT))
    assert judgement.seen is Seen.RIGHT
    (finding,) = judgement.findings
    assert finding.code == "not_yet_visible"
    assert finding.more["visible_from"] == "2026-11-21T00:00:30Z"
    assert "00:00 UTC" in finding.message


def test_servers_that_agree_leave_the_judgement_alone():
    assert judged((ServerAnswer(GONE), ServerAnswer(GONE)), GONE) == ABSENT


def test_a_second_try_that_is_answered_right_counts():
    unknown = Judgement(Seen.UNKNOWN)
    assert judged((ServerAnswer(RIGHT),), RIGHT, unknown).seen is Seen.RIGHT
    assert judged((ServerAnswer(GONE),), RIGHT, unknown).seen is Seen.UNKNOWN
