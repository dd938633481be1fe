"""What others are told of a domain: each change once, after a second look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.domains.claims import MEMORY_LASTS
from letterhead.domains.domain import SendingDomain
from letterhead.domains.domain_events import Reason
from letterhead.domains.holding import release_name, transfer_name
from letterhead.domains.names import DomainName
from letterhead.domains.records import DKIM_PURPOSES, RecordPurpose, RecordStatus
from tests.fakes.domain_world import THEIRS, World
from tests.fakes.mail_provider import HAS_GIVEN_UP, SAYS_NOT_YET, SAYS_YES
from tests.fakes.published_records import dmarc
from tests.fakes.sending_domains import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MISSING, CHANGED = "domain.record_missing", "domain.record_changed"
RESTORED, FAILED, VERIFIED = "domain.record_restored", "domain.failed", "domain.verified"
STOPPED, LOST = "domain.sending_stopped", "domain.ownership_lost"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def domain(world) -> SendingDomain:
    verified = world.verified()
    world.store.events.clear()
    return verified


def told(world, domain, *minutes: float) -> list[str]:
    """What looks after so many minutes have told."""
    world.store.events.clear()
    for minute in minutes:
        world.check(domain, NOW + minute * MINUTE)
    return [event.type.value for event in world.store.events]


def of(domain, *purposes):
    return [record for record in domain.records() if record.purpose in purposes]


def test_a_domain_that_becomes_verified_is_told_of_at_once_and_once(world):
    domain = world.ready("mail.acme.com", THEIRS)

    assert told(world, domain, 0, 1, 400) == [VERIFIED]
    (event,) = world.store.events
    assert event.data == {"name": "mail.acme.com", "status": "verified", "records": []}
    assert (event.account_id, event.domain_id, event.occurred_at) == (THEIRS, domain.domain_id, NOW)


def test_a_record_that_is_gone_is_told_of_after_the_second_look_and_never_again(world, domain):
    world.dns.withdraw(of(domain, RecordPurpose.DMARC))

    assert told(world, domain, 60, 65, 69.9) == []
    assert world.kept(domain).statuses[RecordPurpose.DMARC] is RecordStatus.FAILED
    assert told(world, domain, 70) == [MISSING]
    assert told(world, domain, *range(80, 5000, 60)) == []


def test_the_event_says_what_stood_there_and_what_does_now_and_the_findings(world, domain):
    world.dns.withdraw(of(domain, RecordPurpose.DMARC))
    told(world, domain, 60, 70)

    (event,) = world.store.events
    (record,) = event.data["records"]
    assert event.data["status"] == "verified"  # without DMARC mail may go out
    assert {key: record[key] for key in ("record", "name", "type", "status", "new")} == {
        "record": "dmarc",
        "name": "_dmarc.mail.acme.com",
        "type": "TXT",
        "status": "failed",
        "new": None,
    }
    assert record["old"].startswith("v=DMARC1")
    assert record["findings"][0]["code"] == "dmarc_missing"
    assert set(record["findings"][0]) >= {"code", "expected", "found", "fix", "more"}


def test_one_event_lists_all_records_of_one_change_and_the_domains_own_status_follows(world, domain):
    world.dns.withdraw(domain.records())

    assert told(world, domain, 60, 71) == [MISSING, FAILED]
    missing, failed = world.store.events
    assert [record["record"] for record in missing.data["records"]] == [str(each) for each in RecordPurpose]
    assert (failed.data["reason"], failed.data["status"]) == (Reason.RECORDS, "failed")


def test_a_record_that_says_something_else_is_changed_with_both_values(world, domain):
    world.dns.publish([dmarc("mail.acme.com", "v=DMARC1; p=nonsense")])

    assert told(world, domain, 60, 70) == [CHANGED]
    (record,) = world.store.events[0].data["records"]
    assert record["new"] == "v=DMARC1; p=nonsense"


def test_what_is_back_before_the_second_look_was_nothing(world, domain):
    for at in (60, 600, 6000):
        world.dns.withdraw(domain.records())
        assert told(world, domain, at) == []
        world.dns.publish(domain.records())
        assert told(world, domain, at + 15, at + 100) == []
    assert world.kept(domain).doubts == {}


def test_silence_neither_confirms_nor_ends_a_doubt(world, domain):
    world.dns.withdraw(of(domain, RecordPurpose.DMARC))
    assert told(world, domain, 60) == []
    world.dns.silence(of(domain, RecordPurpose.DMARC))
    assert told(world, domain, 70, 80, 90) == []
    world.dns.speak()
    assert told(world, domain, 100) == [MISSING]


def test_what_comes_back_is_told_of_after_a_second_look_too(world, domain):
    world.dns.withdraw(domain.records())
    told(world, domain, 60, 70)
    world.dns.publish(domain.records())

    assert told(world, domain, 200, 205) == []
    assert told(world, domain, 210) == [RESTORED, VERIFIED]
    restored, verified = world.store.events
    assert [record["old"] for record in restored.data["records"]] == [None] * 6
    assert restored.data["records"][0]["new"].endswith("dkim.amazonses.com")
    assert verified.data["reason"] == Reason.RESTORED
    assert told(world, domain, 220, 600, 6000) == []


def test_a_changed_record_that_comes_back_has_its_wrong_value_as_the_old_one(world, domain):
    world.dns.publish([dmarc("mail.acme.com", "v=DMARC1; p=nonsense")])
    told(world, domain, 60, 70)
    world.dns.publish(domain.records())

    assert told(world, domain, 100, 110) == [RESTORED]
    assert world.store.events[0].data["records"][0]["old"] == "v=DMARC1; p=nonsense"


def test_from_absent_to_wrong_is_the_same_fault(world, domain):
    world.dns.withdraw(of(domain, RecordPurpose.DMARC))
    told(world, domain, 60, 70)
    world.dns.publish([dmarc("mail.acme.com", "v=DMARC1; p=nonsense")])

    assert told(world, domain, 100, 120, 200) == []


def test_a_second_record_that_goes_later_is_a_change_of_its_own(world, domain):
    world.dns.withdraw(of(domain, RecordPurpose.DKIM_1))
    assert told(world, domain, 60, 70) == [MISSING, FAILED]
    world.dns.withdraw(of(domain, RecordPurpose.MAIL_FROM_MX))
    assert told(world, domain, 100, 110) == [MISSING]
    assert [record["record"] for record in world.store.events[0].data["records"]] == ["mail_from_mx"]


def test_a_set_up_that_has_always_been_wrong_is_told_of_once(world):
    domain = world.register()
    world.dns.publish([*domain.records()[:4], dmarc("mail.acme.com", "v=DMARC1; p=none")])
    world.dns.publish([domain.records()[0].__class__(RecordPurpose.DKIM_1, *_wrong(domain))])

    assert told(world, domain, 1, 5) == []
    assert told(world, domain, 11, 30, 300) == [FAILED]
    assert world.store.events[0].data["reason"] == Reason.SETUP
    world.dns.publish(domain.records())
    world.provider.says = SAYS_YES
    assert told(world, domain, 400) == [VERIFIED]


def _wrong(domain):
    record = domain.records()[0]
    return record.type, record.name, "somebody-else.example.net"


def test_a_set_up_that_is_only_unfinished_is_nothing_to_tell(world):
    domain = world.register()
    assert told(world, domain, 1, 20, 2000, 100_000) == []


def test_the_end_of_the_right_to_send_is_told_of_with_its_reason(world, domain):
    world.dns.withdraw(of(domain, *DKIM_PURPOSES))
    assert told(world, domain, 60, 70, 700) == [MISSING, FAILED]
    assert told(world, domain, 60 + 24 * 60) == [STOPPED]
    assert world.store.events[0].data["reason"] == Reason.DKIM_ABSENT
    assert told(world, domain, 60 + 48 * 60, 100_000) == []


def test_the_providers_no_stops_sending_at_once_and_its_yes_is_told_of(world, domain):
    world.provider.says = HAS_GIVEN_UP
    assert told(world, domain, 60) == [STOPPED]
    assert world.store.events[0].data["reason"] == Reason.PROVIDER
    assert not world.kept(domain).can_send
    world.provider.says = SAYS_NOT_YET
    assert told(world, domain, 120) == []
    world.provider.says = SAYS_YES
    assert told(world, domain, 180, 240) == [VERIFIED]
    assert world.kept(domain).can_send


def test_who_loses_a_name_to_a_proof_is_told_in_the_same_transaction(world):
    theirs = world.verified(account_id=THEIRS)
    mine = world.register()
    world.store.events.clear()
    world.prove(mine, NOW + HOUR)

    lost, verified = world.store.events
    assert (lost.type, lost.account_id, lost.domain_id) == (LOST, THEIRS, theirs.domain_id)
    assert lost.data == {
        "name": "mail.acme.com",
        "status": "pending",
        "records": [],
        "reason": Reason.PROVEN_BY_ANOTHER,
    }
    assert (verified.type, verified.domain_id) == (VERIFIED, mine.domain_id)
    assert told(world, theirs, 120, 140, 300) == []


@pytest.mark.parametrize("act", ["transfer", "release"])
def test_who_loses_a_name_by_the_operators_hand_is_told_once(world, act):
    theirs = world.verified(account_id=THEIRS)
    mine = world.register()
    world.store.events.clear()
    name = DomainName("mail.acme.com", "mail.acme.com", "acme.com")
    for _ in range(2):
        if act == "transfer":
            transfer_name(name, mine.account_id, world.outside, NOW + HOUR)
        else:
            release_name(name, world.outside, NOW + HOUR)

    (event,) = world.store.events
    assert (event.type, event.domain_id) == (LOST, theirs.domain_id)
    assert event.data["reason"] == (Reason.PROVEN_BY_ANOTHER if act == "transfer" else Reason.RELEASED)


def test_a_deleted_domain_says_nothing(world, domain):
    world.delete(domain, NOW + MEMORY_LASTS)
    assert world.store.events == []


def test_a_dry_run_tells_nothing_and_begins_no_doubt(world, domain):
    world.dns.withdraw(domain.records())
    for minute in (60, 80):
        world.check(domain, NOW + minute * MINUTE, dry_run=True)
    assert (world.store.events, world.kept(domain).doubts) == ([], {})


def test_a_check_that_comes_to_the_same_stores_nothing_but_the_end_of_the_entry(world, domain):
    before = world.kept(domain)
    world.check(domain, NOW + DAY)

    assert world.kept(domain) is before
    (entry,) = world.history.kept.values()
    assert (entry.checks, entry.last_at) == (2, NOW + DAY)
