from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.identities.creation import DomainNotVerifiedError, UnknownDomainError
from letterhead.identities.identity import IdentityDomain, IdentityNotFoundError, IdentityStatus, MailFailure
from letterhead.identities.limits import MOST_RESENDS_A_DAY, MailLimits, TooManyMailsError
from letterhead.identities.resending import AlreadyVerifiedError, resend
from letterhead.unavailable import UnavailableError
from tests.fakes.deciding import decide
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, NOW, identity
from tests.fakes.sending_domains import registered_domain

MINE = registered_domain("web-agency.com", ACCOUNT, can_send=True)
LATER = NOW + timedelta(hours=1)


class World:
    def __init__(self) -> None:
        self.domains = InMemoryDomains()
        self.domains.claim(MINE)
        self.store = InMemoryIdentities()
        self.ledger = InMemoryConfirmations()
        self.identity = identity(
            domain=IdentityDomain.of(MINE),
            mailed_generation=1,
            mailed_at=NOW,
            expires_at=NOW + timedelta(hours=72),
            mail_failure=MailFailure.PROVIDER_REFUSED,
        )
        self.store.add(self.identity)

    def resend(self, start=None, now=LATER):
        return resend(
            start or self.kept,
            domains=self.domains,
            store=self.store,
            limits=MailLimits(self.ledger, most_a_day=3),
            now=now,
        )

    @property
    def kept(self):
        return self.store.by_id_now(ACCOUNT, self.identity.identity_id)


@pytest.fixture
def world():
    return World()


def test_a_resend_asks_with_a_new_generation_and_is_counted(world):
    after = world.resend()
    assert (after.generation, after.resends, after.mailed, after.expires_at) == (2, 1, False, None)
    assert (after.status, after.mail_failure, after.mailed_at) == (IdentityStatus.PENDING, None, NOW)
    assert after == world.kept


def test_an_identity_is_resent_so_often_a_day_and_again_the_next(world):
    for _ in range(MOST_RESENDS_A_DAY):
        world.resend()
    with pytest.raises(TooManyMailsError) as caught:
        world.resend()
    assert caught.value.retry_after == 14 * 3600
    assert world.kept.resends == MOST_RESENDS_A_DAY
    tomorrow = LATER + timedelta(days=1)
    assert (world.resend(now=tomorrow).resends, world.kept.resent_today) == (MOST_RESENDS_A_DAY + 1, 1)


def test_a_verified_identity_needs_no_mail(world):
    world.store.put(replace(world.identity, status=IdentityStatus.VERIFIED, decided_at=NOW))
    with pytest.raises(AlreadyVerifiedError):
        world.resend()


def test_a_domain_that_lapsed_or_is_gone_sends_no_mail(world):
    world.domains.save(replace(MINE, can_send=False), before=MINE)
    with pytest.raises(DomainNotVerifiedError):
        world.resend()
    world.domains.release(MINE)
    with pytest.raises(UnknownDomainError):
        world.resend()


def test_who_refused_is_not_asked_for_30_days_and_may_be_asked_then(world):
    refused = decide(world.store, world.identity, IdentityStatus.REFUSED, NOW)
    world.ledger.note_refusal("amy@bookshelf.com", ACCOUNT, NOW + timedelta(days=30), NOW)
    with pytest.raises(TooManyMailsError):
        world.resend(refused)
    assert world.resend(refused, NOW + timedelta(days=30)).status is IdentityStatus.PENDING


def test_an_address_that_got_its_mails_for_today_gets_no_more(world):
    for _ in range(3):
        world.ledger.count_mail("amy@bookshelf.com", 3, NOW)
    with pytest.raises(TooManyMailsError):
        world.resend()


def test_two_resends_at_once_are_two_generations(world):
    stale = world.kept
    world.resend()
    assert (world.resend(stale, LATER + timedelta(seconds=1)).generation, world.kept.resends) == (3, 2)


@pytest.mark.parametrize("others", range(1, MOST_RESENDS_A_DAY + 2))
def test_of_many_resends_at_once_each_is_done_or_one_too_many(world, others):
    """Each time before this one writes, another one has written."""
    write, begun = world.store.replace, []

    def overtaken(before, after):
        if len(begun) < others:
            begun.append(after)
            world.store.replace = write
            with suppress(TooManyMailsError):
                world.resend(now=LATER + timedelta(seconds=len(begun)))
            world.store.replace = overtaken
        write(before, after)

    world.store.replace = overtaken
    if others < MOST_RESENDS_A_DAY:
        assert world.resend().resends == others + 1
    else:
        with pytest.raises(TooManyMailsError):
            world.resend()
        assert world.kept.resends == MOST_RESENDS_A_DAY


def test_a_confirmation_in_between_ends_it(world):
    stale = world.kept
    decide(world.store, stale, IdentityStatus.VERIFIED, LATER)
    with pytest.raises(AlreadyVerifiedError):
        world.resend(stale)


def test_a_deleted_identity_is_not_found(world):
    stale = world.kept
    world.store.remove(stale)
    with pytest.raises(IdentityNotFoundError):
        world.resend(stale)


def test_a_resend_that_never_gets_its_turn_is_tried_later(world):
    stale = replace(world.kept, updated_at=NOW - timedelta(days=1))
    world.store.by_id_now = lambda *_: stale
    with pytest.raises(UnavailableError):
        world.resend(stale)
