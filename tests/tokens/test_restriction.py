"""What a restricted token sees: as if the rest didn't exist."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.domains.pages import DomainQuery
from letterhead.identities.identity import IdentityDomain
from letterhead.identities.pages import PageRequest
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.restriction import (
    DomainPagesInReach,
    DomainsInReach,
    IdentitiesInReach,
    NamedDomainsInReach,
    end_with,
)
from letterhead.tokens.token import ApiToken, issue
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, NOW, identity
from tests.fakes.sending_domains import registered_domain
from tests.fakes.stored_domains import put

HERE = registered_domain("here.com", ACCOUNT, domain_id="0domain00domain0")
THERE = registered_domain("there.com", ACCOUNT, domain_id="0domain00domain1")
ONE = identity("one@here.com", seconds=1, domain=IdentityDomain.of(HERE))
TWO = identity("two@here.com", seconds=2, domain=IdentityDomain.of(HERE))
FAR = identity("far@there.com", seconds=3, domain=IdentityDomain.of(THERE))


def token(**restriction) -> ApiToken:
    made = issue(
        token_id="0token0token0tok",
        account_id=ACCOUNT,
        dialect=Dialect.MAILERSEND,
        name="",
        scopes=frozenset({"domains_full"}),
        now=NOW,
    )
    return replace(made.token, **restriction)


WHOLE = token()
OF_DOMAIN = token(domain_id=HERE.domain_id)
OF_IDENTITY = token(identity_id=ONE.identity_id)
OF_BOTH = token(domain_id=HERE.domain_id, identity_id=ONE.identity_id)
OF_MOVED = token(domain_id=THERE.domain_id, identity_id=ONE.identity_id)  # the identity has left its domain


@pytest.fixture
def domains() -> InMemoryDomains:
    store = InMemoryDomains()
    put(store, HERE)
    put(store, THERE)
    return store


@pytest.fixture
def identities() -> InMemoryIdentities:
    store = InMemoryIdentities()
    for each in (ONE, TWO, FAR):
        store.add(each)
    return store


@pytest.mark.parametrize(
    ("caller", "names"),
    [
        (WHOLE, {"here.com", "there.com"}),
        (OF_DOMAIN, {"here.com"}),
        (OF_IDENTITY, set()),
        (OF_BOTH, set()),
        (OF_MOVED, set()),
    ],
)
def test_domains_out_of_reach_are_not_found(domains, caller, names):
    by_id = DomainsInReach(domains, caller)
    by_name = NamedDomainsInReach(domains, caller)
    assert {each.name for each in (HERE, THERE) if by_id.by_id(ACCOUNT, each.domain_id)} == names
    assert {each.name for each in (HERE, THERE) if by_name.by_name(ACCOUNT, each.name)} == names
    assert by_name.by_name(ACCOUNT, "nowhere.com") is None


@pytest.mark.parametrize(
    ("caller", "query", "names"),
    [
        (WHOLE, DomainQuery(), {"here.com", "there.com"}),
        (OF_DOMAIN, DomainQuery(), {"here.com"}),
        (OF_DOMAIN, DomainQuery(number=2), set()),
        (OF_DOMAIN, DomainQuery(after=HERE.domain_id), set()),
        (OF_DOMAIN, DomainQuery(verified=False), {"here.com"}),
        (OF_DOMAIN, DomainQuery(verified=True), set()),
        (OF_DOMAIN, DomainQuery(external_id="another"), set()),
        (OF_IDENTITY, DomainQuery(), set()),
        (OF_BOTH, DomainQuery(), set()),
    ],
)
def test_a_list_has_the_domains_in_reach(domains, caller, query, names):
    page = DomainPagesInReach(domains, domains, caller).page(ACCOUNT, query)
    assert {domain.name for domain in page.domains} == names
    if query.begins:
        assert page.total == len(names)


def test_a_domain_that_is_being_deleted_is_in_no_restricted_list(domains):
    domains.save(HERE.left(NOW), before=HERE)
    assert DomainPagesInReach(domains, domains, OF_DOMAIN).page(ACCOUNT, DomainQuery()).domains == ()


@pytest.mark.parametrize(
    ("caller", "domain_id", "shown"),
    [
        (WHOLE, None, [FAR, TWO, ONE]),
        (WHOLE, THERE.domain_id, [FAR]),
        (OF_DOMAIN, None, [TWO, ONE]),
        (OF_DOMAIN, HERE.domain_id, [TWO, ONE]),
        (OF_DOMAIN, THERE.domain_id, []),
        (OF_IDENTITY, None, [ONE]),
        (OF_IDENTITY, HERE.domain_id, [ONE]),
        (OF_IDENTITY, THERE.domain_id, []),
        (OF_BOTH, None, [ONE]),
        (OF_MOVED, None, []),
        (token(identity_id="0000000000000000"), None, []),
    ],
)
def test_identities_out_of_reach_are_on_no_page_and_in_no_count(identities, caller, domain_id, shown):
    request = PageRequest(1, 10, domain_id)
    page = IdentitiesInReach(identities, caller).page(ACCOUNT, request)
    assert (list(page.identities), page.total, page.request) == (shown, len(shown), request)


def test_the_one_identity_is_on_the_first_page_only(identities):
    page = IdentitiesInReach(identities, OF_IDENTITY).page(ACCOUNT, PageRequest(2, 10))
    assert (page.identities, page.total) == ((), 1)


def test_tokens_end_before_and_after_what_they_are_restricted_to():
    done = []

    class Tokens:
        def end_those_of(self, account_id, *, domain_id=None, identity_id=None):
            done.append((account_id, domain_id, identity_id))

    end_with(lambda: done.append("removed"), Tokens(), ACCOUNT, identity_id="i")
    assert done == [(ACCOUNT, None, "i"), "removed", (ACCOUNT, None, "i")]
