"""What an owner is told of a webhook."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from letterhead.mail.webhook_mail import WebhookFacts, webhook_mail

NOW = datetime(2026, 6, 14, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "subject", "words"),
    [
        (None, "A webhook of Acme keeps failing", "twenty requests"),
        ("gone", "A webhook of Acme is disabled", "410 Gone"),
        ("failing", "A webhook of Acme is disabled", "three days"),
    ],
)
def test_it_says_which_webhook_what_happened_and_what_to_do(reason, subject, words):
    mail = webhook_mail(
        WebhookFacts("Acme", "https://hooks.acme.com/?a=1&b=<x>", "0kx2m9ab1c3d4e60", NOW, reason)
    )
    assert mail.subject == subject
    for text in (mail.text, mail.html):
        assert words in text
        assert "0kx2m9ab1c3d4e60" in text
        assert "replayed for 30 days" in text
    assert "https://hooks.acme.com/?a=1&b=<x>" in mail.text
    assert "<x>" not in mail.html
