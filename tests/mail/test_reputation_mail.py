from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead.mail.reputation_mail import ReputationFacts, reputation_mail

FACTS = ReputationFacts(
    account="Web Agency",
    domain="web-agency.com",
    what="bounces",
    rate=0.0612,
    threshold=0.05,
    volume=1200,
    window_hours=720,
    at=datetime(2026, 11, 24, 14, 5, tzinfo=UTC),
    paused=True,
)
WARNING = replace(FACTS, paused=False, what="complaints", rate=0.001, threshold=0.001, window_hours=24)


@pytest.mark.parametrize(
    "fact",
    ["Web Agency", "web-agency.com", "6.12 %", "5 %", "1200", "30 days", "24 November 2026", "operator"],
)
def test_a_pause_says_why_and_who_ends_it(fact):
    content = reputation_mail(FACTS)
    assert fact in content.text
    assert fact in content.html


@pytest.mark.parametrize("fact", ["web-agency.com", "0.1 %", "24 hours", "complaints", "will be paused"])
def test_a_warning_says_what_comes_next(fact):
    content = reputation_mail(WARNING)
    assert fact in content.text
    assert fact in content.html


@pytest.mark.parametrize("field", ["account", "domain"])
def test_no_text_becomes_markup_or_a_placeholder(field):
    content = reputation_mail(replace(FACTS, **{field: "<b>$account & ${days}</b>"}))
    assert "&lt;b&gt;$account &amp; ${days}&lt;/b&gt;" in content.html
