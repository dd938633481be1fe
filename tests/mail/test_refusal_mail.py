from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead.mail.refusal_mail import RefusalFacts, refusal_mail

FACTS = RefusalFacts(
    account="Web Agency",
    name="Amy from Book Shelf",
    address="amy@bookshelf.com",
    domain="web-agency.com",
    refused_at=datetime(2026, 11, 24, 14, 5, tzinfo=UTC),
    days=30,
)


@pytest.mark.parametrize(
    "fact",
    [
        "Web Agency",
        "Amy from Book Shelf",
        "amy@bookshelf.com",
        "web-agency.com",
        "24 November 2026",
        "30 days",
    ],
)
def test_text_and_html_tell_who_refused_what_and_for_how_long_it_holds(fact):
    content = refusal_mail(FACTS)
    assert fact in content.text
    assert fact in content.html


@pytest.mark.parametrize("field", ["account", "name", "address", "domain"])
def test_no_text_becomes_markup_or_a_placeholder(field):
    content = refusal_mail(replace(FACTS, **{field: "<b>$account & ${days}</b>"}))
    assert "&lt;b&gt;$account &amp; ${days}&lt;/b&gt;" in content.html
    assert "<b>" not in content.html
    assert "<b>$account & ${days}</b>" in content.text
