"""Asking somebody to be a test recipient: what stops the first mail and the next ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.identities.limits import MailLimits, TooManyMailsError
from letterhead.sandbox.inviting import dismiss, invite, invite_again
from letterhead.sandbox.recipient import RecipientNotFoundError, RecipientVerifiedError
from tests.fakes.identity_store import InMemoryConfirmations
from tests.fakes.invited import recipient
from tests.fakes.sandbox_store import InMemorySandboxes
from tests.fakes.sender_identities import ACCOUNT, NOW


class World:
    def __init__(self) -> None:
        self.store, self.ledger = InMemorySandboxes(), InMemoryConfirmations()
        self.limits = MailLimits(self.ledger, most_a_day=2)

    def invite(self, one=None):
        invite(one or recipient(), store=self.store, limits=self.limits, now=NOW)

    def again(self, now=NOW, recipient_id="0recipient000001"):
        invite_again(ACCOUNT, recipient_id, store=self.store, limits=self.limits, now=now)

    @property
    def kept(self):
        return self.store.of_account(ACCOUNT).by_id("0recipient000001")

    def has(self, **changes):
        before = self.store.of_account(ACCOUNT)
        self.store.change(before, before.changed("0recipient000001", lambda one: replace(one, **changes)))


@pytest.fixture
def world():
    return World()


def test_who_refused_an_account_lately_is_not_asked_by_it_again(world):
    world.ledger.note_refusal("rory@bookshelf.com", ACCOUNT, NOW + timedelta(days=30), NOW)
    with pytest.raises(TooManyMailsError):
        world.invite()
    assert world.kept is None


def test_an_address_that_got_its_mails_today_is_not_asked_whoever_asks(world):
    for _ in range(2):
        world.ledger.count_mail("rory@bookshelf.com", 2, NOW)
    with pytest.raises(TooManyMailsError):
        world.invite()


def test_who_refused_stays_refused_however_often_they_are_to_be_asked(world):
    world.invite()
    world.has(status=IdentityStatus.REFUSED)
    world.ledger.note_refusal("rory@bookshelf.com", ACCOUNT, NOW + timedelta(days=30), NOW)
    with pytest.raises(TooManyMailsError):
        world.again()
    assert world.kept.status is IdentityStatus.REFUSED


def test_asking_again_makes_a_new_link_and_forgets_why_the_last_mail_stayed(world):
    world.invite()
    world.has(mail_failure=MailFailure.ADDRESS_LIMIT)
    world.again()
    assert (world.kept.generation, world.kept.mail_failure) == (2, None)


def test_a_recipient_is_asked_five_times_more_a_day_and_again_tomorrow(world):
    world.invite()
    for _ in range(5):
        world.again()
    with pytest.raises(TooManyMailsError):
        world.again()
    world.again(NOW + timedelta(days=1))
    assert world.kept.generation == 7


def test_who_has_agreed_is_not_asked_again(world):
    world.invite()
    world.has(status=IdentityStatus.VERIFIED)
    with pytest.raises(RecipientVerifiedError):
        world.again()


def test_an_unknown_recipient_is_neither_asked_nor_removed(world):
    with pytest.raises(RecipientNotFoundError):
        world.again(recipient_id="0unknown00000000")
    with pytest.raises(RecipientNotFoundError):
        dismiss(ACCOUNT, "0unknown00000000", store=world.store)


def test_a_removed_recipient_makes_room(world):
    for number in (1, 2, 3):
        world.invite(recipient(f"r{number}@x.example", number))
    dismiss(ACCOUNT, "0recipient000001", store=world.store)
    world.invite(recipient("new@x.example", 4))
    assert len(world.store.of_account(ACCOUNT).recipients) == 3
