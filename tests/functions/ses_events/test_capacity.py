"""What an event costs in DynamoDB: at most 4 WRU for a delivery and 6 for a bounce, indexes, counts and outbox included."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from tests.capacity_meter import metered
from tests.fakes.mail_events import ADDRESS, event_document, sample
from tests.functions.ses_events.conftest import NOW


def cost(world, *documents) -> float:
    with metered(connection().client) as meter:
        assert world.take(*documents) == []
    return meter.write_units()


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("delivery", 3),
        ("bounce_permanent", 6),
        ("bounce_transient", 4),
        ("bounce_undetermined", 3),
        ("delivery_delay", 3),
        ("reject", 3),
    ],
)
def test_an_event_costs_no_more_than_its_budget(world, name, most):
    world.take(event_document(name, serial="-before"))

    assert cost(world, event_document(name, serial="-counted")) <= most


def test_long_words_do_not_cost_more(world):
    document = sample("bounce_permanent")
    address = f"{'a' * 64}@{'.'.join(['b' * 60] * 3)}.example"
    document["mail"]["destination"] = [address]
    document["mail"]["commonHeaders"]["subject"] = "s" * 998
    document["bounce"]["bouncedRecipients"][0] |= {
        "emailAddress": address,
        "diagnosticCode": "smtp; 550 " + "d" * 10_000,
    }

    assert cost(world, document) <= 6


def test_a_repeated_event_costs_less_than_the_first(world):
    first = cost(world, sample("bounce_permanent"))

    assert cost(world, sample("bounce_permanent")) < first


def test_the_hold_that_one_bounce_in_five_brings_keeps_the_five_within_their_budget(world):
    documents = [
        event_document("bounce_transient", at=NOW - timedelta(days=day), serial=f"-{day}") for day in range(5)
    ]

    assert cost(world, *documents) <= 5 * 6
    assert "on_hold" in world.lists_of(ADDRESS)


def test_the_first_mail_of_a_message_notes_it_and_its_recipient(world):
    world.take(event_document("send", serial="-before", tags={"message": "0k3v9q6f2h7j9l1n"}))

    assert cost(world, sample("send")) <= 6
