"""Endpoints that are restricted to a domain or an identity end with it, and so does what was on its way to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.deliveries import DeliveryTable
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.delivery import Cause, DeliveryStatus
from tests.fakes.webhook_endpoints import TABLES


def endpoints_of(stack):
    found = EndpointTable("EndpointsTable").of_account(stack.agency.account.account_id)
    return {endpoint.endpoint_id for endpoint in found}


@pytest.fixture
def of_each(stack, program):
    """Endpoints by what they are restricted to."""
    other = stack.agency.domain("other.com")
    return {
        "nothing": stack.create(Dialect.SENDARA, program.url),
        "domain": stack.create(Dialect.SENDARA, program.url, domain_id=stack.domain.domain_id),
        "mailersend": stack.create(Dialect.MAILERSEND, program.url),
        "identity": stack.create(Dialect.SENDARA, program.url, identity_id=stack.identity.identity_id),
        "other": stack.create(Dialect.SENDARA, program.url, domain_id=other.domain_id),
    }


def test_a_deleted_domain_takes_its_endpoints_with_it_and_no_others(stack, of_each, outside):
    assert len(endpoints_of(stack)) == len(of_each)
    answer = stack.load("domains", **stack.chosen).call(
        "DELETE", f"/v1/domains/{stack.domain.name}", stack.tokens[Dialect.SENDARA]
    )
    assert answer.status == 204, answer.text
    found = stack.call(Dialect.SENDARA, "GET").json["webhooks"]
    assert {each["id"] for each in found} == {of_each["nothing"]["id"], of_each["other"]["id"]}
    assert len(endpoints_of(stack)) == 2
    refused = stack.call(
        Dialect.SENDARA,
        "POST",
        json={"endpoint_url": "https://a.com/", "domain_id": stack.domain.domain_id},
    )
    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_request")


def test_a_deleted_identity_takes_its_endpoints_with_it_and_no_others(stack, of_each):
    answer = stack.load("identities", **stack.chosen).call(
        "DELETE", f"/v1/identities/{stack.identity.identity_id}", stack.tokens[Dialect.MAILERSEND]
    )
    assert answer.status == 200, answer.text
    assert len(endpoints_of(stack)) == len(of_each) - 1
    shown = stack.call(Dialect.SENDARA, "GET", f"/{of_each['identity']['id']}")
    assert shown.status == 404


@pytest.mark.parametrize("forgotten", [True, False], ids=["deleted", "disabled"])
def test_what_was_on_its_way_to_an_endpoint_that_has_ended_stops_at_once(stack, program, forgotten):
    made = stack.create(Dialect.SENDARA, program.url, domain_id=stack.domain.domain_id)
    (endpoint_id,) = endpoints_of(stack)
    program.answer(500)
    for _ in range(8):
        stack.happen()
    stack.spread()
    stack.attempts()
    stack.attempts(due_within=3600)
    seen = len(program.received)
    table, account_id = EndpointTable("EndpointsTable"), stack.agency.account.account_id
    if forgotten:
        table.forget_those_of(account_id, domain_id=stack.domain.domain_id)
        table.forget_those_of(account_id, domain_id=stack.domain.domain_id)
    else:
        stack.call(Dialect.SENDARA, "PUT", f"/{made['id']}", json={"is_active": False})
    deliveries = DeliveryTable(*TABLES)
    assert deliveries.circuit(endpoint_id) is not None
    later = datetime.now(UTC) + timedelta(hours=2)
    for minutes in range(3):  # one goes first, and then all the others
        stack.sweep(later + minutes * timedelta(minutes=1))
        stack.attempts()
    assert len(program.received) == seen
    assert deliveries.circuit(endpoint_id) is None
    kept = deliveries.page(endpoint_id, before=None, most=100)
    assert [each.status for each in kept] == [DeliveryStatus.FAILED] * 8
    assert {each.attempts[-1].cause for each in kept} == {Cause.ENDPOINT_DISABLED}
