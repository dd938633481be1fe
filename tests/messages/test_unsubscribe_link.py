"""Links to unsubscribe: which mail gets one, and that nobody but us can make one (RFC 8058 section 3.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.messages.draft import MessageType
from letterhead.messages.unsubscribe_link import link_token, parts_of, wants_link
from tests.fakes.message_world import draft, mailbox, message
from tests.fakes.sending_domains import registered_domain

KEY = b"k" * 64
PLAIN = registered_domain("web-agency.com")
TRACKING = replace(PLAIN, settings={"track_unsubscribe": True})
MARKETING = {"message_type": MessageType.MARKETING}
TWO = {"to": (mailbox("a@x.example"), mailbox("b@x.example"))}


@pytest.mark.parametrize(
    ("changes", "domain", "wanted"),
    [
        ({}, PLAIN, False),
        (MARKETING, PLAIN, True),
        (MARKETING, None, False),
        (MARKETING | {"list_unsubscribe": "<mailto:stop@x.example>"}, PLAIN, False),
        ({}, TRACKING, True),
        (TWO, TRACKING, False),
        ({"cc": (mailbox("b@x.example"),)}, TRACKING, False),
        ({"bcc": (mailbox("b@x.example"),)}, TRACKING, False),
        ({}, replace(PLAIN, settings={"track_unsubscribe": "true"}), False),
        ({"text": "{{unsubscribe}}"}, PLAIN, True),
        ({"html": "<a href='{{ unsubscribe }}'>"}, PLAIN, True),
        ({"text": "{$unsubscribe}", "list_unsubscribe": "<mailto:stop@x.example>"}, PLAIN, True),
        ({"text": "{{unsubscribe}}"}, None, False),
        ({"text": "unsubscribe {{ name }}"}, PLAIN, False),
    ],
)
def test_marketing_gets_a_link_and_what_its_domain_asks_it_for(changes, domain, wanted):
    assert wants_link(draft(**changes), domain) is wanted


def test_a_link_is_the_same_each_time_and_names_no_address():
    one = message()
    assert link_token(KEY, one) == link_token(KEY, one)
    assert "reader" not in link_token(KEY, one)


@pytest.mark.parametrize(
    "other",
    [
        {"account_id": "0another0account"},
        {"message_id": "0another0message"},
        {"draft": draft(to=(mailbox("eve@reader.example"),))},
    ],
)
def test_each_message_and_each_recipient_has_a_proof_of_its_own(other):
    one = message()
    assert link_token(KEY, replace(one, **other))[32:] != link_token(KEY, one)[32:]


def test_another_key_makes_another_link():
    one = message()
    assert link_token(b"x" * 64, one) != link_token(KEY, one)


def test_the_parts_of_a_link_are_read_back():
    one = message()
    token = link_token(KEY, one)
    assert parts_of(token) == (one.account_id, one.message_id, token[32:])


@pytest.mark.parametrize(
    "text", ["", "x", "a" * 74, "a" * 76, "A" * 75, "../" * 25, "a" * 74 + "\n", "é" * 75]
)
def test_what_has_not_a_links_form_is_none(text):
    assert parts_of(text) is None
