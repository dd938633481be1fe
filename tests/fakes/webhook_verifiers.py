"""The verifiers that receivers of webhooks really use: each raises for what it doesn't take."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import sendara.webhooks
import standardwebhooks
import svix.webhooks

from letterhead.tokens.dialect import Dialect
from tests.fakes.receiver import Received

Shown = Mapping[str, Any]
Verifier = Callable[[Shown, Received], None]


def standard_webhooks(made: Shown, got: Received) -> None:
    headers = {name.lower(): value for name, value in got.headers.items()}
    assert standardwebhooks.Webhook(made["standard_secret"]).verify(got.body, headers) == got.json


def svix_webhooks(made: Shown, got: Received) -> None:
    svix.webhooks.Webhook(made["standard_secret"]).verify(got.body, dict(got.headers))


def sendaras_client(made: Shown, got: Received) -> None:
    assert sendara.webhooks.verify(made["signing_secret"], got.body, got.headers) == got.json


def django_anymail(made: Shown, got: Received) -> None:
    """Its view for MailerSend takes the request, and tells Django of one event with the message's id and recipient."""
    import django.conf

    if not django.conf.settings.configured:
        django.conf.settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=())
    from anymail.signals import tracking
    from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
    from django.test import RequestFactory

    told: list[Any] = []

    def hear(event: Any, **_: object) -> None:
        told.append(event)

    tracking.connect(hear)
    try:
        view = MailerSendTrackingWebhookView.as_view(signing_secret=made["secret"])
        request = RequestFactory().post(
            got.path,
            got.body,
            content_type="application/json",
            headers={"Signature": got.headers["Signature"]},
        )
        assert view(request).status_code == 200
    finally:
        tracking.disconnect(hear)
    (event,) = told
    data = got.json["data"]
    assert event.event_type in ("sent", "delivered")
    assert event.message_id == data["email"]["message"]["id"] is not None
    assert event.recipient == data["email"]["recipient"]["email"] is not None


def both_generations_of_sendmailos(made: Shown, got: Received) -> None:
    """As its two documentations have it (contracts C.3)."""
    moment, key = got.headers["X-Webhook-Timestamp"], made["secret"].encode()
    timed = hmac.new(key, moment.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-Webhook-Signature"] == f"t={moment},v1={timed}"
    assert got.headers["X-Sendmail-Signature"] == hmac.new(key, got.body, hashlib.sha256).hexdigest()
    assert (got.headers["X-Webhook-Version"], got.headers["X-Webhook-Event"]) == ("2", got.json["type"])


VERIFIERS: Mapping[Dialect, tuple[Verifier, ...]] = {
    Dialect.MAILERSEND: (standard_webhooks, svix_webhooks, django_anymail),
    Dialect.SENDARA: (standard_webhooks, svix_webhooks, sendaras_client),
    Dialect.SENDMAILOS: (standard_webhooks, svix_webhooks, both_generations_of_sendmailos),
}


def verified(dialect: Dialect, made: Shown, got: Received) -> None:
    """All verifiers of a dialect's receivers take a request, and none does with one bit of it changed."""
    tampered = Received(got.path, got.headers, got.body.replace(b'"type"', b'"tYpe"', 1) + b" ")
    for verify in VERIFIERS[dialect]:
        verify(made, got)
        try:
            verify(made, tampered)
        except Exception:  # noqa: BLE001 - each has an error of its own
            continue
        raise AssertionError(f"{verify.__name__} takes what was changed on the way")
