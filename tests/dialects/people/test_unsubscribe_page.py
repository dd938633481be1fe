"""What counts as a click (RFC 8058 section 3.2), and what the pages show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.dialects.people.unsubscribe_page import asking, done, is_one_click, unknown
from letterhead.messages.unsubscribing import Unsubscription
from tests.fakes.message_world import message
from tests.fakes.sender_identities import address

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="----x"'


def part(name="List-Unsubscribe", value="One-Click"):
    return f'------x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


@pytest.mark.parametrize(
    ("body", "content_type", "is_click"),
    [
        ("List-Unsubscribe=One-Click", URLENCODED, True),
        ("List-Unsubscribe=One-Click", "", True),
        ("a=b&List-Unsubscribe=One-Click", f"{URLENCODED}; charset=utf-8", True),
        (part() + "------x--\r\n", MULTIPART, True),
        (part("a", "b") + part() + "------x--\r\n", MULTIPART.replace('"', ""), True),
        (part() + "------x--\r\n", MULTIPART.upper().replace("X", "x"), True),
        ("", URLENCODED, False),
        ("List-Unsubscribe=", URLENCODED, False),
        ("List-Unsubscribe=one-click", URLENCODED, False),
        ("List-Unsubscribe=One-Click&List-Unsubscribe=No", URLENCODED, False),
        ("x" * 3000 + "&List-Unsubscribe=One-Click", URLENCODED, False),
        ("\x00\xff%ff%", URLENCODED, False),
        (part("a", "b") + "------x--\r\n", MULTIPART, False),
        (part(value="No") + "------x--\r\n", MULTIPART, False),
        (part() + "------x--\r\n", "multipart/form-data", False),
        (part() + "------x--\r\n", 'multipart/form-data; boundary="y"', False),
        (part() + "------x--\r\n", "multipart/form-data\r\nX: y", False),
        ("", MULTIPART, False),
    ],
)
def test_a_click_is_one_field_with_one_value_in_either_form(body, content_type, is_click):
    assert is_one_click(body.encode("latin-1"), content_type) is is_click


FOUND = Unsubscription(message(), "0domain00domain0", address("rita@reader.example"))


def test_the_page_asks_with_the_very_field_that_providers_post():
    page = asking(FOUND)
    assert 'name="List-Unsubscribe" value="One-Click"' in page.body
    assert "rita@reader.example" in page.body
    assert "web-agency.com" in page.body
    assert asking(FOUND, status=400).status == 400


def test_the_page_afterwards_has_no_form():
    assert done(FOUND).status == 200
    assert "<form" not in done(FOUND).body


def test_names_are_shown_as_text():
    evil = Unsubscription(
        replace(message(), from_address="a@<b>x</b>.example"), "0domain00domain0", address("<i>@x.example")
    )
    for page in (asking(evil), done(evil)):
        assert "<b>x" not in page.body
        assert "<i>@" not in page.body


def test_an_unknown_link_has_a_page_too():
    assert unknown().status == 404
