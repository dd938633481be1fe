"""The history of checks: when an entry is extended, when a new one is made, and what is in it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from letterhead.domains.dns_answers import (
    AbsenceReason,
    Absent,
    Present,
    Question,
    SilenceReason,
    Unanswered,
    Witness,
    Zone,
)
from letterhead.domains.domain import Ownership
from letterhead.domains.history import Outcome, digest_of, facts_of, shorten
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.records import RecordPurpose, RecordType
from letterhead.domains.verification import Verification
from tests.fakes.domain_world import THEIRS, World
from tests.fakes.mail_provider import SAYS_NOT_YET, SAYS_YES
from tests.fakes.sending_domains import NOW

HOUR = timedelta(hours=1)
QUESTION = Question("_dmarc.acme.com", RecordType.TXT)
ZONE = Zone("acme.com", ("ns1.example.net",))


@pytest.fixture
def world() -> World:
    return World()


def entries(world: World, domain) -> tuple:
    """Oldest first."""
    return world.history.page(domain.domain_id, size=100, after=None, now=NOW).entries[::-1]


def test_a_check_that_comes_to_the_same_extends_the_last_entry(world):
    domain = world.verified()
    for hours in (1, 2, 3):
        world.check(domain, NOW + hours * HOUR)

    (first,) = entries(world, domain)
    assert (first.first_at, first.last_at, first.checks) == (NOW, NOW + 3 * HOUR, 4)


@pytest.mark.parametrize(
    "change",
    [
        lambda world, records: world.dns.withdraw(records[-1:]),
        lambda world, records: world.dns.silence(records[-1:]),
        lambda world, _: setattr(world.provider, "says", SAYS_NOT_YET),
    ],
    ids=["a record is gone", "nobody answers", "the provider says something else"],
)
def test_whatever_else_a_check_finds_makes_a_new_entry(world, change):
    domain = world.verified()
    change(world, domain.records())
    world.check(domain, NOW + HOUR)
    world.check(domain, NOW + 2 * HOUR)

    found = entries(world, domain)
    assert len(found) >= 2
    assert (found[0].checks, found[0].last_at) == (1, NOW)


def test_what_was_once_so_and_is_so_again_is_a_new_entry(world):
    domain = world.verified()
    world.dns.withdraw(domain.records()[-1:])
    world.check(domain, NOW + HOUR)
    world.dns.publish(domain.records())
    world.check(domain, NOW + 2 * HOUR)

    assert [entry.checks for entry in entries(world, domain)] == [1, 1, 1]


def test_an_entry_that_is_gone_by_now_is_not_missed(world):
    domain = world.verified()
    world.history.kept.clear()
    world.check(domain, NOW + HOUR)

    (first,) = entries(world, domain)
    assert (first.first_at, first.checks) == (NOW + HOUR, 1)


def test_an_entry_says_what_was_asked_of_whom_what_they_said_and_what_followed(world):
    domain = world.verified()
    world.dns.withdraw(domain.records()[-1:])
    world.check(domain, NOW + HOUR)
    facts = entries(world, domain)[-1].facts

    assert [(row["record"], row["status"]) for row in facts["results"]][-1] == ("dmarc", "failed")
    assert facts["results"][-1]["findings"][0]["code"] == "dmarc_missing"
    assert facts["results"][-1]["detail"]
    dmarc = next(each for each in facts["questions"] if each["name"] == "_dmarc.mail.acme.com")
    assert (dmarc["answer"], dmarc["reason"], dmarc["server"]) == (
        "absent",
        "no_such_name",
        "ns1.example.net",
    )
    mx = next(each for each in facts["questions"] if each["type"] == "MX")
    assert (mx["values"], mx["ttl"]) == (["10 feedback-smtp.us-east-1.amazonses.com"], 300)
    assert facts["provider"] == {"dkim": "success", "mail_from": "success", "sending": True}
    assert facts["ownership"] == {"status": "held", "challenge": None}


def test_the_challenge_is_part_of_it(world):
    world.verified(account_id=THEIRS)
    mine = world.register()
    world.check(mine)
    world.prove(mine, NOW + HOUR)
    before, after = entries(world, mine)

    assert (before.facts["ownership"]["status"], after.facts["ownership"]["status"]) == ("contested", "held")
    assert before.facts["provider"] is None  # what it says is about somebody else's identity
    assert after.facts["ownership"]["challenge"]["answer"] == "proven"
    assert after.facts["ownership"]["challenge"]["servers"]


def came_to(*answers, challenge=None, said=SAYS_YES) -> Outcome:
    return Outcome(Ownership.HELD, Verification((), answers), said, challenge)


def present(*values: str, server: str = "ns1.example.net", ttl: int = 300, **more) -> Present:
    return Present(QUESTION, values, ttl, server, zone=ZONE, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (came_to(present("a")), came_to(present("a", server="ns2.example.net"))),
        (came_to(present("a")), came_to(present("a", ttl=299))),
        (came_to(present("a", "b")), came_to(present("b", "a"))),
        (
            came_to(Absent(QUESTION, AbsenceReason.NO_DATA, "ns1", 60)),
            came_to(Absent(QUESTION, AbsenceReason.NO_DATA, "ns2", 59)),
        ),
        (
            came_to(present("a"), Unanswered(Question("x", RecordType.MX), SilenceReason.TIMEOUT, "ns1")),
            came_to(Unanswered(Question("x", RecordType.MX), SilenceReason.TIMEOUT, "ns2"), present("a")),
        ),
        (
            came_to(challenge=ChallengeResult(ChallengeAnswer.ABSENT, "No.", ("ns1", "ns2"))),
            came_to(challenge=ChallengeResult(ChallengeAnswer.ABSENT, "No.", ("ns2", "ns1"))),
        ),
    ],
)
def test_who_said_it_and_for_how_long_makes_no_difference(one, other):
    assert digest_of(one) == digest_of(other)


@pytest.mark.parametrize(
    "other",
    [
        came_to(present("b")),
        came_to(present("a", "b")),
        came_to(present("a", chain=("elsewhere.net",))),
        came_to(present("a", witness=Witness.RESOLVER)),
        came_to(Absent(QUESTION, AbsenceReason.NO_DATA, "ns1")),
        came_to(Unanswered(QUESTION, SilenceReason.SERVFAIL, "ns1")),
        came_to(),
        came_to(present("a"), said=SAYS_NOT_YET),
        came_to(present("a"), said=None),
        came_to(present("a"), challenge=ChallengeResult(ChallengeAnswer.ABSENT, "No.")),
    ],
)
def test_what_was_said_does(other):
    assert digest_of(came_to(present("a"))) != digest_of(other)


def test_hostile_answers_are_kept_in_a_size_that_fits():
    huge = present(
        *(f"{number}" + "x" * 65_000 for number in range(3)), *(str(number) for number in range(10_000))
    )
    outcome = came_to(
        huge, *(Unanswered(Question(f"{n}.x", RecordType.TXT), SilenceReason.LAME) for n in range(150))
    )
    kept = facts_of(outcome)

    assert len(json.dumps(kept)) < 200_000
    (answer,) = [each for each in kept["questions"] if each["name"] == QUESTION.name]
    assert (len(answer["values"]), answer["values_in_all"]) == (20, 10_003)


def test_shortening_reaches_every_depth_and_leaves_short_things_alone():
    deep = {"a": [{"b": "x" * 5000}], "n": None, "t": ("y",)}

    assert shorten(deep) == {"a": [{"b": "x" * 1000 + "…"}], "n": None, "t": ["y"]}


def test_findings_are_kept_on_the_domain_until_the_next_check(world):
    domain = world.verified()
    world.dns.withdraw(domain.records()[-1:])
    broken = world.check(domain, NOW + HOUR).domain
    assert [finding["code"] for finding in broken.findings[RecordPurpose.DMARC]] == ["dmarc_missing"]

    world.dns.publish(domain.records())
    assert world.check(domain, NOW + 2 * HOUR).domain.findings == {}


def test_a_provider_that_could_not_be_asked_extends_the_last_entry_all_the_same(world):
    domain = world.verified()
    world.provider.says = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
    world.check(domain, NOW + HOUR)
    world.provider.says = SAYS_YES
    world.check(domain, NOW + 2 * HOUR)

    assert [entry.checks for entry in entries(world, domain)] == [3]
