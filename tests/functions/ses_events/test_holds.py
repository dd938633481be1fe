"""Soft bounces: five in 30 days put a recipient on hold for 72 hours, whatever the order."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.fakes.mail_events import ADDRESS, DOMAIN, event_document
from tests.functions.ses_events.conftest import NOW

OTHER_DOMAIN = "0k3v9q5e1g6i8k0m"


def soft_bounces(times, **changes):
    return [
        event_document("bounce_transient", at=at, serial=f"-{number}", **changes)
        for number, at in enumerate(times)
    ]


def days_ago(*days):
    return [NOW - timedelta(days=each) for each in days]


def test_the_fifth_soft_bounce_in_thirty_days_holds_for_72_hours(world):
    documents = soft_bounces(days_ago(29, 20, 10, 5, 0))
    random.Random(7).shuffle(documents)
    world.take(*documents[:4], *documents[:4])
    assert world.lists_of(ADDRESS) == {}

    world.take(documents[4], documents[4])
    hold = world.lists_of(ADDRESS)["on_hold"]
    assert timedelta(hours=71) < hold.expires_at - NOW < timedelta(hours=73)
    assert hold.provenance.soft_bounces == 5
    assert world.events() == [("recipient.on_hold_added", ADDRESS)]


def test_what_is_older_than_thirty_days_does_not_count(world):
    world.take(*soft_bounces(days_ago(31, 20, 10, 5, 0)))

    assert world.lists_of(ADDRESS) == {}


def test_each_domain_has_its_own_patience(world):
    world.take(*soft_bounces(days_ago(4, 3, 2)))
    world.take(*soft_bounces(days_ago(1, 0), tags={"domain": OTHER_DOMAIN}))

    assert world.lists_of(ADDRESS) == {}
    assert world.listed(DOMAIN) == {"soft_bounced": 3}
    assert world.listed(OTHER_DOMAIN) == {"soft_bounced": 2}


def test_undetermined_bounces_hold_nobody(world):
    world.take(
        *[
            event_document("bounce_undetermined", at=at, serial=f"-{number}")
            for number, at in enumerate(days_ago(4, 3, 2, 1, 0, 0))
        ]
    )

    assert world.lists_of(ADDRESS) == {}


def test_an_address_that_bounces_for_ever_is_remembered_in_little_room(world):
    world.take(*soft_bounces([NOW - timedelta(hours=number) for number in range(60)]))

    assert world.lists_of(ADDRESS)["on_hold"].provenance.soft_bounces >= 5
    assert world.counted() == {"soft_bounced": 60}


def test_who_was_asked_for_a_confirmation_is_no_recipient_but_bounces_hold_and_suppress_all_the_same(world):
    asked, dead, tags = "amy@client.example", "gone@client.example", {"kind": "identity_confirmation"}
    for name in ("send", "delivery"):
        world.take(event_document(name, to=[asked, dead], tags=tags), event_document(name))
    assert world.recipients() == [ADDRESS]
    assert world.listed() == {"sent": 3, "delivered": 3}

    world.take(*soft_bounces(days_ago(4, 3, 2, 1, 0), to=[asked], tags=tags))
    world.take(event_document("bounce_permanent", to=[dead], tags=tags))
    assert world.lists_of(asked).keys() == {"on_hold"}
    assert world.lists_of(dead).keys() == {"hard_bounces"}
    assert world.recipients() == [ADDRESS]

    world.take(event_document("send", to=[asked], serial="-written"))
    assert sorted(world.recipients()) == [asked, ADDRESS]
