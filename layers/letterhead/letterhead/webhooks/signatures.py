"""Signatures of requests: Standard Webhooks' on every one, and each service's own beside it.

Sources: Standard Webhooks specification (v1: HMAC-SHA256, v1a: Ed25519, over `id.timestamp.body`); contracts A.6, B.5, C.3.
Where a header of a service's own holds one signature only, it is the current secret's; while a replaced secret lives out its
overlap, its signature stands in a header of the same name with `-Previous` behind it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from letterhead.tokens.dialect import Dialect
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from letterhead.webhooks.signing_secrets import KeyPairs, SigningSecret

MAILERSEND_TEST_SECRET = "test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G"  # noqa: S105 - published by MailerSend, signs pings alone


@value_type
class Message:
    """What is signed: the event's id and its name in the dialect, the moment of the attempt, and the body."""

    event_id: str
    event_name: str
    sent_at: datetime
    body: bytes

    @property
    def timestamp(self) -> str:
        """The attempt's moment in Unix seconds."""
        return str(int(self.sent_at.timestamp()))


def headers_of(
    dialect: Dialect, message: Message, secrets: Sequence[SigningSecret], pairs: KeyPairs
) -> dict[str, str]:
    """All headers that a request has for its receiver to check; the first secret is the current one."""
    return {**_own(dialect, message, secrets), **_standard(message, secrets, pairs)}


def mailersend_ping_headers(body: bytes) -> dict[str, str]:
    """The signature of MailerSend's ping, by its published test secret."""
    return {"Signature": _hex(MAILERSEND_TEST_SECRET, body)}


def _standard(message: Message, secrets: Sequence[SigningSecret], pairs: KeyPairs) -> dict[str, str]:
    signed = b".".join((message.event_id.encode(), message.timestamp.encode(), message.body))
    symmetric = [
        "v1," + base64.b64encode(hmac.digest(each.standard, signed, hashlib.sha256)).decode()
        for each in secrets
    ]
    asymmetric = ["v1a," + base64.b64encode(pairs.sign(each.seed, signed)).decode() for each in secrets]
    return {
        "webhook-id": message.event_id,
        "webhook-timestamp": message.timestamp,
        "webhook-signature": " ".join([*symmetric, *asymmetric]),
    }


def _own(dialect: Dialect, message: Message, secrets: Sequence[SigningSecret]) -> dict[str, str]:
    if dialect is Dialect.MAILERSEND:
        return _single("Signature", [_hex(each.own, message.body) for each in secrets])
    timed = message.timestamp.encode() + b"." + message.body
    over_time = [_hex(each.own, timed) for each in secrets]
    if dialect is Dialect.SENDARA:
        return {
            "Sendara-Event-Id": message.event_id,
            "Sendara-Event-Type": message.event_name,
            "Sendara-Timestamp": message.timestamp,
            **_single("Sendara-Signature", over_time),
        }
    return {
        **_single("X-Sendmail-Signature", [_hex(each.own, message.body) for each in secrets]),
        "X-Webhook-Id": message.event_id,
        "X-Webhook-Event": message.event_name,
        "X-Webhook-Timestamp": message.timestamp,
        "X-Webhook-Version": "2",
        **_single("X-Webhook-Signature", [f"t={message.timestamp},v1={each}" for each in over_time]),
    }


def _single(name: str, signatures: Sequence[str]) -> dict[str, str]:
    return {name: signatures[0], **{f"{name}-Previous": each for each in signatures[1:]}}


def _hex(secret: str, signed: bytes) -> str:
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
