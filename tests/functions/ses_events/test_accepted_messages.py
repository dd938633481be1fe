"""That a message was accepted: on its history once, for each recipient, and told apart from what the provider says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.activity.activity import ActivityType
from letterhead.activity.counts import Weight, weight_of
from letterhead.adapters.tables.activity import ActivityTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.messages import MessageTable
from letterhead.messages.history import AcceptedMessage, MessageHistory
from letterhead.suppressions.blocking import Block
from letterhead.suppressions.suppression import Reason, SuppressionList
from tests.capacity_meter import metered
from tests.fakes.activities import RETENTION, NoContents
from tests.fakes.mail_events import ACCOUNT, DOMAIN, MESSAGE, event_document, sample
from tests.fakes.message_world import draft, mailbox, message
from tests.functions.ses_events.conftest import NOW

RITA, BO = "rita@reader.example", "bo@reader.example"


def stored(**changes):
    facts = {
        "account_id": ACCOUNT,
        "domain_id": DOMAIN,
        "message_id": MESSAGE,
        "created_at": NOW,
        "draft": draft(to=(mailbox("Rita@Reader.example"),), subject="S" * 998, tags=("spring",)),
    }
    made = message(**(facts | changes))
    MessageTable("MessagesTable", NoContents(), RETENTION).add(made)
    return made


def news(made):
    return json.dumps(AcceptedMessage(made.account_id, made.message_id)._asdict())


def history(world):
    return MessageHistory(ActivityTable("ActivityTable", CountTable("CountsTable"), RETENTION), world.lists)


def test_acceptance_is_on_the_history_once_however_often_it_is_told(world):
    made = stored(dropped={BO: "hard_bounces"})
    for _ in range(3):
        assert world.take(news(made), news(made)) == []

    found = {each.type: each for each in world.activities()}
    assert world.listed() == world.counted() == {"queued": 1, "suppressed": 1}
    assert (found["queued"].recipient, found["queued"].occurred_at) == (RITA, NOW)
    assert (found["queued"].tags, len(found["queued"].subject)) == (("spring",), 100)
    assert (found["suppressed"].recipient, found["suppressed"].detail) == (BO, {"reason": "hard_bounces"})


def test_a_message_that_is_gone_is_no_news(world):
    assert world.take(news(replace(message(), account_id=ACCOUNT))) == []
    assert world.activities() == []
    (line,) = [line for line in world.function.lines if line["message"] == "events"]
    assert line["forgotten"] == 1


def test_news_without_ids_come_back_until_they_are_dead_letters(world):
    assert world.take(json.dumps({"accepted_message_id": 7}), sample("delivery")) == ["0"]


def test_an_acceptance_costs_what_a_delivery_costs(world):
    world.take(news(stored(message_id="0k3v9q4d0f5h7j9m")))
    made = stored()
    with metered(connection().client) as meter:
        world.take(news(made))
    assert (meter.write_units(), meter.read_units()) == (3, 1)


@pytest.mark.parametrize("performed", [False, True], ids=["refused", "answer lost"])
def test_a_break_half_way_is_made_good(world, dynamodb_faults, performed):
    made = stored(dropped={BO: "blocklist"})
    for number in range(6):
        dynamodb_faults.break_call(number, performed=performed)
        world.take(news(made))
        dynamodb_faults.mend()
    assert world.take(news(made)) == []
    assert world.listed() == world.counted() == {"queued": 1, "suppressed": 1}


def test_only_what_the_provider_says_is_evidence_that_a_message_left(world):
    made = stored(dropped={BO: "blocklist"})
    world.take(news(made))
    blocks = {"cy@reader.example": (Block(SuppressionList.UNSUBSCRIBES, None, Reason.UNSUBSCRIBE),)}
    for _ in range(2):
        history(world).suppressed(made, blocks, NOW)
        history(world).failed(made, "account_closed", NOW)
    assert world.listed() == {"queued": 1, "suppressed": 2, "failed": 1}
    assert not history(world).has_left(ACCOUNT, MESSAGE, NOW)

    world.take(event_document("send", to=[RITA], at=NOW))
    assert history(world).has_left(ACCOUNT, MESSAGE, NOW)


def test_a_tests_events_are_on_record_and_weigh_nothing(world):
    tags = {"test": "1"}
    world.take(
        event_document("send", at=NOW, tags=tags),
        event_document("bounce_permanent", at=NOW + timedelta(seconds=1), tags=tags),
        event_document("delivery", at=NOW + timedelta(seconds=2), serial="-real"),
    )

    assert world.counted() == {"sent": 1, "hard_bounced": 1, "delivered": 1}
    assert {each.type: each.test for each in world.activities()} == {
        ActivityType.SENT: True,
        ActivityType.HARD_BOUNCED: True,
        ActivityType.DELIVERED: False,
    }
    assert [weight_of(each) for each in world.activities()] == [Weight.DELIVERED, None, None]
