"""An account whose domains can't be read, through the operator function."""

from __future__ import annotations

import pytest

from letterhead.adapters.tables.connection import connection
from tests.adapters.tables.test_readable import spoil
from tests.fakes.agency import Agency
from tests.fakes.operators_provider import given


@pytest.mark.parametrize(("attribute", "odd"), [("ownership", "half-way"), ("registrable", None)])
def test_domains_that_cannot_be_read_go_with_their_account(load, tables, monkeypatch, attribute, odd):
    operator = load("operator")
    provider = given(operator, monkeypatch)
    agency, rival = Agency("agency"), Agency("rival")
    account_id = agency.account.account_id
    for one in (agency, rival):
        domain = one.domain(f"client.{one.account.name}.com")
        one.identity(f"amy@{domain.name}", domain)
        provider.ensure_identity(domain.name, domain.domain_id, take_over=False)
        spoil("DomainsTable", {"account_id": domain.account_id, "name": domain.name}, attribute, odd)

    export = {"action": "export_account", "account_id": account_id, "after": "domains:"}
    assert operator(export)["domains"] == []
    event = {"action": "delete_account", "account_id": account_id, "confirm": "agency"}
    assert operator(event) == {"account_id": account_id, "deleted": True}

    items = connection().client.scan(TableName="DomainsTable")["Items"]
    left = [item["name"]["S"] for item in items if item["name"]["S"] != "#count"]
    assert left == [*provider.identities] == ["client.rival.com"]
