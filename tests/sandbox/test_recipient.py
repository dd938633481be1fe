"""An account's test recipients: how many, and what two changes at once come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.identities.identity import IdentityStatus
from letterhead.sandbox.recipient import (
    RecipientExistsError,
    RecipientNotFoundError,
    Sandbox,
    SandboxChangedError,
    TooManyRecipientsError,
    changed,
)
from letterhead.unavailable import UnavailableError
from tests.fakes.invited import recipient
from tests.fakes.sandbox_store import InMemorySandboxes
from tests.fakes.sender_identities import ACCOUNT, NOW


def three():
    return Sandbox(ACCOUNT, tuple(recipient(f"r{number}@x.example", number) for number in range(3)))


def test_a_fourth_recipient_is_one_too_many():
    with pytest.raises(TooManyRecipientsError):
        three().with_new(recipient("r4@x.example", 4))


@pytest.mark.parametrize("email", ["rory@bookshelf.com", "RORY@bookshelf.com"])
def test_an_address_is_a_recipient_once_however_it_is_spelled(email):
    with pytest.raises(RecipientExistsError):
        Sandbox(ACCOUNT, (recipient(),)).with_new(recipient(email, 2))


def test_only_those_who_agreed_are_verified():
    kinds = [IdentityStatus.PENDING, IdentityStatus.REFUSED, IdentityStatus.VERIFIED]
    found = Sandbox(
        ACCOUNT, tuple(replace(one, status=kind) for one, kind in zip(three().recipients, kinds, strict=True))
    )
    assert found.verified == {"r2@x.example"}


def test_an_unknown_recipient_cannot_be_changed():
    with pytest.raises(RecipientNotFoundError):
        three().changed("0unknown00000000", lambda one: one)


@pytest.mark.parametrize(
    ("changes", "after", "shown"),
    [
        ({}, timedelta(days=9), "pending"),
        ({"mailed_generation": 1, "expires_at": NOW + timedelta(hours=72)}, timedelta(hours=71), "pending"),
        ({"mailed_generation": 1, "expires_at": NOW + timedelta(hours=72)}, timedelta(hours=72), "expired"),
        ({"mailed_generation": 1, "generation": 2, "expires_at": NOW}, timedelta(hours=1), "pending"),
        ({"status": IdentityStatus.VERIFIED, "mailed_generation": 1, "expires_at": NOW}, timedelta(days=9), "verified"),
        ({"status": IdentityStatus.REFUSED, "mailed_generation": 1, "expires_at": NOW}, timedelta(days=9), "refused"),
    ],
)  # fmt: skip
def test_a_link_that_nobody_answered_expires_and_an_answer_does_not(changes, after, shown):
    assert recipient(**changes).status_at(NOW + after) == shown


class Contested(InMemorySandboxes):
    """Somebody else is quicker so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def change(self, before, after):
        if self._times:
            self._times -= 1
            super().change(
                before, before.with_new(recipient(f"quick{self._times}@x.example", 7 + self._times))
            )
            raise SandboxChangedError
        super().change(before, after)


def test_of_two_additions_at_once_both_stay():
    store = Contested(times=1)
    changed(store, ACCOUNT, lambda sandbox: sandbox.with_new(recipient()))
    assert {one.email.local for one in store.of_account(ACCOUNT).recipients} == {"quick0", "rory"}


def test_additions_at_once_never_come_to_more_than_three():
    store = Contested(times=3)
    with pytest.raises(TooManyRecipientsError):
        changed(store, ACCOUNT, lambda sandbox: sandbox.with_new(recipient()))
    assert len(store.of_account(ACCOUNT).recipients) == 3


def test_who_never_gets_a_turn_is_told_to_come_back():
    class Restless(InMemorySandboxes):
        def change(self, before, after):
            raise SandboxChangedError

    with pytest.raises(UnavailableError):
        changed(Restless(), ACCOUNT, lambda sandbox: sandbox.with_new(recipient()))
