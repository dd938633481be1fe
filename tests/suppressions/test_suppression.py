"""Folding, references, and the events of entries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from letterhead.outbox.event import EventType
from letterhead.suppressions.address import folded, recipient_id
from letterhead.suppressions.events import added_event, removed_event
from letterhead.suppressions.suppression import SuppressionList, gravest, reference_parts
from tests.fakes.suppressed import ACCOUNT, DOMAIN, NOW, suppression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amy@Example.COM", "amy@example.com"),
        (" amy@example.com\n", "amy@example.com"),
        ('"Amy P"@Example.com', '"amy p"@example.com'),
        ('"a@B"@Example.com', '"a@b"@example.com'),
        ("STRASSE@x.com", "strasse@x.com"),
        ("Straße@x.com", "strasse@x.com"),
    ],
)
def test_spellings_of_one_address_fold_to_one(text, expected):
    assert folded(text) == expected
    assert folded(expected) == expected


def test_a_recipient_has_one_id_in_an_account_and_others_elsewhere():
    one = recipient_id(ACCOUNT, "Amy@example.com")
    assert re.fullmatch(r"[0-9a-f]{24}", one)
    assert recipient_id(ACCOUNT, "amy@EXAMPLE.com") == one
    assert recipient_id("0another0account", "amy@example.com") != one
    assert recipient_id(ACCOUNT, "rory@example.com") != one


@pytest.mark.parametrize("domain_id", [DOMAIN, None])
def test_a_reference_names_the_entry_and_its_scope(domain_id):
    entry = suppression(domain_id=domain_id)
    assert reference_parts(entry.reference) == (entry.suppression_id, domain_id)


@pytest.mark.parametrize(
    "text", ["", "x", "A" * 16, "z" * 16, "0" * 15, "0" * 17, "0" * 31, "0" * 33, "../" * 8]
)
def test_what_can_be_no_reference_is_none(text):
    assert reference_parts(text) is None


def test_an_entry_has_ended_from_its_last_moment_on():
    hold = suppression(which=SuppressionList.ON_HOLD, hours=1)
    assert not hold.expired(NOW + timedelta(minutes=59))
    assert hold.expired(NOW + timedelta(hours=1))
    assert not suppression().expired(NOW + timedelta(days=9999))


def test_the_gravest_list_is_said():
    assert gravest([SuppressionList.ON_HOLD, SuppressionList.HARD_BOUNCES]) is SuppressionList.HARD_BOUNCES


def test_holds_have_events_of_their_own():
    hold = suppression(which=SuppressionList.ON_HOLD, hours=72, soft_bounces=5)
    added, removed = added_event(hold), removed_event(hold, "0event0000000001", NOW)
    assert (added.type, removed.type) == (
        EventType.RECIPIENT_ON_HOLD_ADDED,
        EventType.RECIPIENT_ON_HOLD_REMOVED,
    )
    assert added.event_id == hold.suppression_id
    assert added.data == {
        "recipient": "amy@example.com",
        "list": "on_hold",
        "reason": "on_hold",
        "until": "2026-06-17T09:00:00Z",
        "soft_bounces": 5,
    }


def test_other_entries_have_the_common_ones():
    entry = suppression(which=SuppressionList.SPAM_COMPLAINTS, message_id="0message00000one")
    assert added_event(entry).type is EventType.SUPPRESSION_ADDED
    event = removed_event(entry, "0event0000000001", NOW)
    assert (event.type, event.event_id) == (EventType.SUPPRESSION_REMOVED, "0event0000000001")
    assert event.data["message_id"] == "0message00000one"
