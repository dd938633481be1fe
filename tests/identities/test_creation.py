from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.dmarc.results import Result
from letterhead.identities.creation import (
    DomainNotVerifiedError,
    NewIdentity,
    UnknownDomainError,
    create,
)
from letterhead.identities.forecast import Forecaster
from letterhead.identities.from_mode import FromModeRefusedError
from letterhead.identities.identity import AddressTakenError, FromMode, IdentityDomain, IdentityStatus
from letterhead.identities.limits import MailLimits, TooManyMailsError
from letterhead.identities.pages import PageRequest, page_of
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.published_records import PublishedRecords, dmarc
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


@pytest.fixture
def ledger():
    return InMemoryConfirmations()


@pytest.fixture
def dns():
    return PublishedRecords()


@pytest.fixture
def made(domains, store, ledger, dns):
    def make(
        domain_id=MINE.domain_id,
        email="amy@bookshelf.com",
        identity_id="0identity0ident0",
        mode=FromMode.ALIGNED,
    ):
        wanted = NewIdentity(
            domain_id, address(email), "Amy", address("help@bookshelf.com"), "Help", True, "Hi!", mode
        )
        return create(
            wanted,
            account_id=ACCOUNT,
            identity_id=identity_id,
            domains=domains,
            store=store,
            limits=MailLimits(ledger, most_a_day=1),
            forecaster=Forecaster(dns),
            now=NOW,
        )

    return make


def test_a_new_identity_waits_for_its_owners_consent(made, store):
    identity = made()
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


def test_an_exact_identity_that_receivers_would_reject_is_refused_and_not_stored(made, store, dns):
    dns.publish([dmarc("bookshelf.com", "v=DMARC1; p=reject")])
    with pytest.raises(FromModeRefusedError, match="asks receivers to reject"):
        made(mode=FromMode.EXACT)
    assert store.page(ACCOUNT, PageRequest()).total == 0
    assert made().forecast.exact_result is Result.REJECT


@pytest.mark.parametrize(("policy", "result"), [("quarantine", Result.JUNK), ("none", Result.PASS)])
def test_an_exact_identity_is_only_warned_of_milder_policies(made, dns, policy, result):
    dns.publish([dmarc("bookshelf.com", f"v=DMARC1; p={policy}")])
    assert made(mode=FromMode.EXACT).forecast.exact_result is result


def test_what_dns_does_not_answer_refuses_nothing(made, dns):
    dns.silence([dmarc("bookshelf.com", "")])
    identity = made(mode=FromMode.EXACT)
    assert (identity.forecast.known, identity.forecast.exact_result) == (False, Result.UNKNOWN)


def test_an_exact_address_that_ses_does_not_take_is_refused(made):
    with pytest.raises(FromModeRefusedError, match="ASCII"):
        made(email="ämy@bookshelf.com", mode=FromMode.EXACT)


def test_a_domain_of_another_account_is_as_unknown_as_none(made):
    for domain_id in (FOREIGN.domain_id, "0domain00domain9"):
        with pytest.raises(UnknownDomainError):
            made(domain_id)


def test_a_domain_must_be_verified_first(made, store):
    with pytest.raises(DomainNotVerifiedError):
        made(UNVERIFIED.domain_id)
    assert store.page(ACCOUNT, PageRequest()).total == 0


def test_an_address_has_one_identity_in_an_account(made):
    made()
    with pytest.raises(AddressTakenError):
        made(email="AMY@bookshelf.com", identity_id="0identity0ident1")


def test_an_address_that_got_its_mails_for_today_can_be_added_tomorrow(made, ledger, store):
    ledger.count_mail("amy@bookshelf.com", 9, NOW)
    with pytest.raises(TooManyMailsError) as caught:
        made()
    assert caught.value.retry_after == 15 * 3600
    assert store.page(ACCOUNT, PageRequest()).total == 0


def test_who_refused_the_account_cannot_be_added_again_until_the_refusal_has_ended(made, ledger):
    ledger.note_refusal("amy@bookshelf.com", ACCOUNT, NOW + timedelta(days=3), NOW)
    with pytest.raises(TooManyMailsError) as caught:
        made()
    assert caught.value.retry_after == 3 * 86400
    ledger.note_refusal("amy@bookshelf.com", ACCOUNT, NOW, NOW)
    assert made().status is IdentityStatus.PENDING


def test_a_list_of_a_domain_that_is_not_the_accounts_is_refused_and_an_empty_one_is_empty(domains, store):
    def listed(domain_id):
        return page_of(ACCOUNT, PageRequest(domain_id=domain_id), store=store, domains=domains)

    assert listed(MINE.domain_id).identities == ()
    assert listed(None).total == 0
    for domain_id in (FOREIGN.domain_id, "0domain00domain9"):
        with pytest.raises(UnknownDomainError):
            listed(domain_id)
