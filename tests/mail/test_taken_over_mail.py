from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead.mail.taken_over_mail import TakenOverFacts, taken_over_mail

FACTS = TakenOverFacts(
    account="Web Agency",
    name="Amy from Book Shelf",
    address="amy@bookshelf.com",
    domain="web-agency.com",
    taken_over_at=datetime(2026, 11, 24, 14, 5, tzinfo=UTC),
)


def test_text_and_html_tell_which_address_since_when_and_what_to_do():
    content = taken_over_mail(FACTS)
    assert content.subject == "amy@bookshelf.com can't be a sender of Web Agency any more"
    for fact in (
        "Web Agency",
        "Amy from Book Shelf",
        "amy@bookshelf.com",
        "web-agency.com",
        "24 November 2026",
        "aligned",
    ):
        assert fact in content.text
        assert fact in content.html


@pytest.mark.parametrize("field", ["account", "name", "address", "domain"])
def test_no_text_becomes_markup_or_a_placeholder(field):
    content = taken_over_mail(replace(FACTS, **{field: "<b>$account & ${at}</b>"}))
    assert "&lt;b&gt;$account &amp; ${at}&lt;/b&gt;" in content.html
    assert "<b>" not in content.html
    assert "<b>$account & ${at}</b>" in content.text
