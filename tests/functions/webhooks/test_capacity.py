"""What deliveries cost, by DynamoDB's documented rules: two write units for one that works, one more for each retry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.tokens.dialect import Dialect
from tests.capacity_meter import metered

WRITES = ("DeliveriesTable", "WaitingDeliveriesTable", "CircuitsTable", "EndpointsTable", "OutboxTable")
ANSWER = b'{"error": "' + "Ärger ".encode() * 60 + b'"}'


def working(stack, now) -> None:
    """Other deliveries of all endpoints are taken meanwhile."""
    account_id = stack.agency.account.account_id
    for endpoint in EndpointTable("EndpointsTable").of_account(account_id):
        stack.delivery.app.delivering._streaks.succeeded(endpoint.endpoint_id, now)


def test_a_failure_that_nobody_knows_a_success_beside_is_counted_for_one_more(stack, program):
    stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    stack.happen()
    with metered(connection().client) as meter:
        stack.spread()
        stack.attempts()
        program.answer()
        stack.attempts(due_within=6)
        assert len(program.received) == 2
        assert meter.write_units(*WRITES) == 3


@pytest.mark.parametrize("retries", range(9))
def test_a_delivery_costs_two_writes_and_one_for_each_retry(stack, program, retries):
    stack.create(Dialect.SENDARA, program.url)
    stack.happen()
    with metered(connection().client) as meter:
        stack.spread()
        now = datetime.now(UTC)
        for number in range(retries + 1):
            program.answer(500 if number < retries else 200, body=ANSWER)
            if number >= 3:
                now += timedelta(hours=27)
                stack.sweep(now)
            working(stack, now)
            assert stack.attempts(due_within=(0, 6, 331)[number] if number < 3 else 0) == 1
        assert len(program.received) == retries + 1
        assert meter.write_units(*WRITES) <= 2 + retries
        assert meter.read_units() <= 12 * (retries + 1)


def test_an_open_circuit_costs_a_write_a_probe_and_deliveries_behind_it_two(stack, program):
    stack.create(Dialect.SENDARA, program.url)
    program.answer(500)
    for _ in range(5):
        stack.happen()
    stack.spread()
    stack.attempts()
    stack.happen()
    with metered(connection().client) as meter:
        stack.spread()
        stack.attempts()
        assert meter.write_units("CircuitsTable") == 0
        assert meter.write_units("DeliveriesTable", "WaitingDeliveriesTable") == 3
