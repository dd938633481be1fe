from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.identities.addresses import EmailAddress
from letterhead.identities.changes import IdentityChange, IncompleteIdentityError, update
from letterhead.identities.creation import DomainNotVerifiedError, UnknownDomainError
from letterhead.identities.forecast import Forecaster
from letterhead.identities.from_mode import FromModeRefusedError
from letterhead.identities.identity import (
    AddressTakenError,
    FromMode,
    IdentityDomain,
    IdentityNotFoundError,
    IdentityStatus,
)
from letterhead.identities.limits import MailLimits, TooManyMailsError
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.published_records import PublishedRecords, dmarc
from tests.fakes.sender_identities import ACCOUNT, NOW, address, identity
from tests.fakes.sending_domains import registered_domain

LATER = NOW + timedelta(hours=1)
MINE = registered_domain("web-agency.com", ACCOUNT, can_send=True)
SECOND = registered_domain("second-agency.com", ACCOUNT, can_send=True)
UNVERIFIED = registered_domain("new-agency.com", ACCOUNT)
FOREIGN = registered_domain("other-agency.com", "0another0account", can_send=True)


class World:
    def __init__(self) -> None:
        self.domains = InMemoryDomains()
        for domain in (MINE, SECOND, UNVERIFIED, FOREIGN):
            self.domains.claim(domain)
        self.store = InMemoryIdentities()
        self.ledger = InMemoryConfirmations()
        self.identity = identity(
            domain=IdentityDomain.of(MINE),
            reply_to_email=address("help@bookshelf.com"),
            reply_to_name="Help",
            add_note=True,
            personal_note="Hi!",
            status=IdentityStatus.VERIFIED,
            decided_at=NOW,
            mailed_generation=1,
            mailed_at=NOW,
            expires_at=NOW + timedelta(hours=72),
        )
        self.store.add(self.identity)
        self.dns = PublishedRecords()

    def update(self, start=None, **changes):
        return update(
            start or self.identity,
            IdentityChange(**changes),
            domains=self.domains,
            store=self.store,
            limits=MailLimits(self.ledger, most_a_day=1),
            forecaster=Forecaster(self.dns),
            now=LATER,
        )

    @property
    def kept(self):
        return self.store.by_id_now(ACCOUNT, self.identity.identity_id)


@pytest.fixture
def world():
    return World()


def test_what_is_not_named_stays_and_nothing_named_writes_nothing(world):
    assert world.update() == world.kept == world.identity
    assert world.update(name=world.identity.name, domain_id=MINE.domain_id) == world.identity


def test_a_name_a_note_and_where_to_answer_change_without_asking_again(world):
    changed = world.update(
        name="Amy Pond",
        reply_to_email=address("a@x.com"),
        reply_to_name="A",
        add_note=False,
        personal_note="Hello",
    )
    assert changed == world.kept
    assert changed == replace(
        world.identity,
        name="Amy Pond",
        reply_to_email=address("a@x.com"),
        reply_to_name="A",
        add_note=False,
        personal_note="Hello",
        updated_at=LATER,
    )
    assert changed.is_verified


def test_optional_fields_can_be_emptied(world):
    changed = world.update(add_note=False, cleared=frozenset({"reply_to_email", "personal_note"}))
    assert (changed.reply_to_email, changed.reply_to_name, changed.personal_note) == (None, None, None)


def test_a_field_that_another_one_needs_cannot_go(world):
    with pytest.raises(IncompleteIdentityError) as caught:
        world.update(cleared=frozenset({"personal_note"}))
    assert caught.value.field == "personal_note"
    with pytest.raises(IncompleteIdentityError) as caught:
        world.update(reply_to_name="B", cleared=frozenset({"reply_to_email"}))
    assert caught.value.field == "reply_to_email"
    assert world.kept == world.identity


@pytest.mark.parametrize(
    "change",
    [{"email": address("rory@bookshelf.com")}, {"domain_id": SECOND.domain_id}],
    ids=["address", "domain"],
)
def test_another_address_or_domain_asks_again(world, change):
    changed = world.update(**change)
    assert (changed.status, changed.generation, changed.verified_at) == (IdentityStatus.PENDING, 2, None)
    assert (changed.mailed, changed.expires_at, changed.resends) == (False, None, 0)
    assert changed == world.kept


def test_a_moved_identity_carries_its_new_domain(world):
    assert world.update(domain_id=SECOND.domain_id).domain == IdentityDomain.of(SECOND)


def test_the_same_address_in_other_letters_does_not_ask_again(world):
    changed = world.update(email=EmailAddress("AMY", "bookshelf.com", "bookshelf.com"))
    assert (changed.email.shown, changed.is_verified) == ("AMY@bookshelf.com", True)


def test_an_address_that_another_identity_has_is_taken(world):
    world.store.add(identity("rory@bookshelf.com", seconds=1))
    with pytest.raises(AddressTakenError):
        world.update(email=address("Rory@bookshelf.com"))
    assert world.kept == world.identity


@pytest.mark.parametrize(
    ("domain_id", "error"),
    [
        (UNVERIFIED.domain_id, DomainNotVerifiedError),
        (FOREIGN.domain_id, UnknownDomainError),
        ("0domain00domain9", UnknownDomainError),
    ],
)
def test_the_new_domain_must_be_the_accounts_and_verified(world, domain_id, error):
    with pytest.raises(error):
        world.update(domain_id=domain_id)


def test_a_new_address_is_asked_within_the_limits_only(world):
    world.ledger.note_refusal("rory@bookshelf.com", ACCOUNT, LATER + timedelta(days=1), NOW)
    with pytest.raises(TooManyMailsError):
        world.update(email=address("rory@bookshelf.com"))
    assert world.update(name="Amy Pond").name == "Amy Pond"


def test_a_change_that_meets_another_one_is_made_after_it(world):
    stale = world.identity
    world.update(name="Amy Pond")
    changed = world.update(stale, personal_note="Hello")
    assert (changed.name, changed.personal_note) == ("Amy Pond", "Hello")


def test_a_change_that_is_overtaken_again_and_again_is_made_with_one_look_at_dns(world):
    """Each time before this one writes, another one has written."""
    write, begun, asked = world.store.replace, [], []
    conversation = world.dns.conversation

    def overtaken(before, after):
        if len(begun) < 10:
            begun.append(after)
            kept = world.kept
            write(
                kept,
                replace(kept, name=f"Amy {len(begun)}", updated_at=LATER + timedelta(seconds=len(begun))),
            )
        write(before, after)

    def asking(**options):
        asked.append(options)
        return conversation(**options)

    world.store.replace, world.dns.conversation = overtaken, asking
    changed = world.update(email=address("rory@bookshelf.com"))
    assert (changed.name, changed.email.key) == ("Amy 10", "rory@bookshelf.com")
    assert len(asked) == 1


def test_a_change_of_what_is_deleted_meanwhile_finds_nothing(world):
    world.store.remove(world.identity)
    with pytest.raises(IdentityNotFoundError):
        world.update(name="Amy Pond")


def test_a_change_that_never_gets_its_turn_is_tried_later(world):
    world.store.by_id_now = lambda *_: replace(world.identity, updated_at=NOW - timedelta(days=1))
    with pytest.raises(UnavailableError):
        world.update(replace(world.identity, updated_at=NOW - timedelta(days=1)), name="Amy Pond")


def test_a_from_mode_that_receivers_would_reject_is_refused(world):
    world.dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    with pytest.raises(FromModeRefusedError):
        world.update(from_mode=FromMode.EXACT)
    assert world.store.by_id(ACCOUNT, world.identity.identity_id) == world.identity


def test_an_address_whose_domain_rejects_is_refused_to_an_exact_identity(world):
    world.identity = world.update(from_mode=FromMode.EXACT)
    world.dns.publish([dmarc("strict.com", "v=DMARC1; p=reject")])
    with pytest.raises(FromModeRefusedError):
        world.update(email=address("amy@strict.com"))


def test_a_change_of_what_the_mail_says_neither_asks_dns_nor_is_refused_for_what_it_says_now(world):
    world.identity = world.update(from_mode=FromMode.EXACT)
    world.dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    after = world.update(name="Amy P.")
    assert after.forecast == world.identity.forecast


def test_another_address_has_a_forecast_of_its_own(world):
    world.dns.publish([dmarc("strict.com", "v=DMARC1; p=reject")])
    after = world.update(email=address("amy@strict.com"))
    assert (after.forecast.policy, after.forecast.source_name) == ("reject", "strict.com")
