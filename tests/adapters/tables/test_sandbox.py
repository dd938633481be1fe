"""Test recipients as their stores keep them: in memory and in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.sandbox.recipient import Sandbox, SandboxChangedError
from tests.capacity_meter import metered
from tests.fakes.invited import recipient
from tests.fakes.sandbox_store import InMemorySandboxes
from tests.fakes.sender_identities import ACCOUNT, NOW

EMPTY = Sandbox(ACCOUNT)


@pytest.fixture(params=["in memory", "in DynamoDB"])
def store(request):
    if request.param == "in memory":
        return InMemorySandboxes()
    request.getfixturevalue("tables")
    return SandboxTable("SandboxTable")


def test_an_account_that_never_had_any_has_none(store):
    assert store.of_account(ACCOUNT) == store.of_account_now(ACCOUNT) == EMPTY


def test_everything_about_a_recipient_is_kept(store):
    full = replace(
        recipient(),
        status=IdentityStatus.VERIFIED,
        decided_at=NOW + timedelta(microseconds=1),
        generation=3,
        resent_on="2026-06-14",
        resent_today=2,
        mailed_generation=3,
        expires_at=NOW,
        mail_failure=MailFailure.PROVIDER_BUSY,
        email=EmailAddress("rory", "xn--bcher-kva.example", "bücher.example"),
    )
    store.change(EMPTY, EMPTY.with_new(full).with_new(recipient("new@x.example", 2)))
    kept = store.of_account_now(ACCOUNT)
    assert kept.recipients == (full, recipient("new@x.example", 2))
    assert kept.version == 1


def test_of_two_changes_of_the_same_state_one_is_refused(store):
    store.change(EMPTY, EMPTY.with_new(recipient()))
    with pytest.raises(SandboxChangedError):
        store.change(EMPTY, EMPTY.with_new(recipient("late@x.example", 2)))
    kept = store.of_account_now(ACCOUNT)
    store.change(kept, kept.with_new(recipient("late@x.example", 2)))
    with pytest.raises(SandboxChangedError):
        store.change(kept, kept)
    assert len(store.of_account(ACCOUNT).recipients) == 2


def test_no_account_sees_anothers(store):
    store.change(EMPTY, EMPTY.with_new(recipient()))
    assert store.of_account("0another0account").recipients == ()


def test_forgetting_an_accounts_twice_is_once(store):
    store.change(EMPTY, EMPTY.with_new(recipient()))
    store.forget(ACCOUNT)
    store.forget(ACCOUNT)
    assert store.of_account_now(ACCOUNT) == EMPTY


def test_asking_whom_an_account_may_write_to_takes_half_a_unit(tables):
    store = SandboxTable("SandboxTable")
    full = (
        EMPTY.with_new(recipient())
        .with_new(recipient("b@x.example", 2))
        .with_new(recipient("c@x.example", 3))
    )
    store.change(EMPTY, full)
    with metered(connection().client) as meter:
        assert len(store.of_account(ACCOUNT).recipients) == 3
    assert (meter.read_units(), meter.write_units()) == (0.5, 0)
