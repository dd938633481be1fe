"""How a caller names a domain."""

from __future__ import annotations

import pytest

from letterhead import identifiers
from letterhead.domains.domain import DomainNotFoundError
from letterhead.domains.reference import DomainReference, find
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.sending_domains import NOW, registered_domain

MINE, THEIRS = "0account0account", "1account1account"


@pytest.fixture
def store():
    domains = InMemoryDomains()
    domains.claim(registered_domain("acme.com", MINE))
    domains.claim(registered_domain("other.com", THEIRS))
    return domains


def test_a_domain_is_found_by_its_id_and_by_its_name(store):
    mine = store.by_name(MINE, "acme.com")

    assert find(DomainReference(name="acme.com"), MINE, store) == mine
    assert find(DomainReference(domain_id=mine.domain_id), MINE, store) == mine


def test_another_accounts_domain_is_as_unknown_as_none(store):
    theirs = store.by_name(THEIRS, "other.com")
    refusals = []
    for reference in (
        DomainReference(name="other.com"),
        DomainReference(domain_id=theirs.domain_id),
        DomainReference(name="nobodys.com"),
        DomainReference(domain_id=identifiers.new_id(NOW)),
        DomainReference(),
    ):
        with pytest.raises(DomainNotFoundError) as refused:
            find(reference, MINE, store)
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1


def test_what_can_be_neither_a_name_nor_an_id_costs_no_look_up():
    with pytest.raises(DomainNotFoundError):
        find(DomainReference(), MINE, None)
