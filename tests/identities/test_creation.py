from __future__ import annotations

import pytest

from letterhead.identities.creation import (
    DomainNotVerifiedError,
    NewIdentity,
    UnknownDomainError,
    create,
)
from letterhead.identities.identity import AddressTakenError, FromMode, IdentityDomain, IdentityStatus
from letterhead.identities.pages import PageRequest, page_of
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, NOW, address
from tests.fakes.sending_domains import registered_domain

MINE = registered_domain("web-agency.com", ACCOUNT, can_send=True)
UNVERIFIED = registered_domain("new-agency.com", ACCOUNT)
FOREIGN = registered_domain("other-agency.com", "0another0account", can_send=True)


@pytest.fixture
def domains():
    kept = InMemoryDomains()
    for domain in (MINE, UNVERIFIED, FOREIGN):
        kept.claim(domain)
    return kept


@pytest.fixture
def store():
    return InMemoryIdentities()


def made(domains, store, domain_id=MINE.domain_id, email="amy@bookshelf.com", identity_id="0identity0ident0"):
    wanted = NewIdentity(domain_id, address(email), "Amy", address("help@bookshelf.com"), "Help", True, "Hi!")
    return create(wanted, account_id=ACCOUNT, identity_id=identity_id, domains=domains, store=store, now=NOW)


def test_a_new_identity_waits_for_its_owners_consent(domains, store):
    identity = made(domains, store)
    assert identity.status is IdentityStatus.PENDING
    assert (identity.generation, identity.resends, identity.mailed, identity.verified_at) == (
        1,
        0,
        False,
        None,
    )
    assert identity.from_mode is FromMode.ALIGNED
    assert identity.domain == IdentityDomain.of(MINE)
    assert (identity.reply_to_email, identity.reply_to_name) == (address("help@bookshelf.com"), "Help")
    assert (identity.add_note, identity.personal_note) == (True, "Hi!")
    assert store.by_id(ACCOUNT, identity.identity_id) == identity


def test_a_domain_of_another_account_is_as_unknown_as_none(domains, store):
    for domain_id in (FOREIGN.domain_id, "0domain00domain9"):
        with pytest.raises(UnknownDomainError):
            made(domains, store, domain_id)


def test_a_domain_must_be_verified_first(domains, store):
    with pytest.raises(DomainNotVerifiedError):
        made(domains, store, UNVERIFIED.domain_id)
    assert store.page(ACCOUNT, PageRequest()).total == 0


def test_an_address_has_one_identity_in_an_account(domains, store):
    made(domains, store)
    with pytest.raises(AddressTakenError):
        made(domains, store, email="AMY@bookshelf.com", identity_id="0identity0ident1")


def test_a_list_of_a_domain_that_is_not_the_accounts_is_refused_and_an_empty_one_is_empty(domains, store):
    def listed(domain_id):
        return page_of(ACCOUNT, PageRequest(domain_id=domain_id), store=store, domains=domains)

    assert listed(MINE.domain_id).identities == ()
    assert listed(None).total == 0
    for domain_id in (FOREIGN.domain_id, "0domain00domain9"):
        with pytest.raises(UnknownDomainError):
            listed(domain_id)
