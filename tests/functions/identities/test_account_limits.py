"""An account's own limit of sender identities."""

from __future__ import annotations

import pytest

from letterhead.accounts.limits import AccountLimits
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency


@pytest.fixture
def identities(load, tables, outside):
    host, port = outside.dns
    return load(
        "identities",
        ACCOUNT_ID="000000000000",
        DNS_RESOLVERS=f"{host}:{port}",
        CONFIRMATIONS_PER_ADDRESS="10",
    )


def create(identities, agency, domain, caller, number):
    body = {"domain_id": domain.domain_id, "email": f"amy{number}@bookshelf-and-more.com", "name": "Amy"}
    return identities.call("POST", "/v1/identities", caller.text, json=body)


def test_an_account_has_at_most_as_many_identities_as_its_limit_says(identities):
    agency = Agency(limits=AccountLimits(identities=2))
    domain, caller = agency.domain("client.com"), agency.token(Dialect.MAILERSEND)
    made = [create(identities, agency, domain, caller, number) for number in range(3)]
    assert [answer.status for answer in made] == [201, 201, 422]
    text = "This account may have at most 2 identities."
    assert made[2].json == {"message": text, "errors": {"email": [text]}}

    identities.call("DELETE", f"/v1/identities/{made[0].json['data']['id']}", caller.text)
    assert create(identities, agency, domain, caller, 3).status == 201


def test_a_limit_of_none_at_all_holds(identities):
    agency = Agency(limits=AccountLimits(identities=0))
    domain, caller = agency.domain("client.com"), agency.token(Dialect.MAILERSEND)
    assert create(identities, agency, domain, caller, 0).status == 422


def test_a_taken_address_is_said_to_be_taken_below_the_limit(identities):
    agency = Agency(limits=AccountLimits(identities=5))
    domain, caller = agency.domain("client.com"), agency.token(Dialect.MAILERSEND)
    create(identities, agency, domain, caller, 0)
    again = create(identities, agency, domain, caller, 0)
    assert again.json["errors"] == {"email": ["The email has already been taken."]}


def test_a_deleted_identitys_tokens_are_dead_at_once(identities):
    agency = Agency()
    domain, caller = agency.domain("client.com"), agency.token(Dialect.MAILERSEND)
    made = create(identities, agency, domain, caller, 0).json["data"]["id"]
    own = agency.token(Dialect.MAILERSEND, identity_id=made)
    assert identities.call("GET", f"/v1/identities/{made}", own.text).status == 200
    assert identities.call("DELETE", f"/v1/identities/{made}", own.text).status == 200
    assert identities.call("GET", f"/v1/identities/{made}", own.text).status == 401
    assert identities.call("GET", f"/v1/identities/{made}", caller.text).status == 404
