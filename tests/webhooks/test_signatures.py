"""Signatures against vectors of the services' own clients and of the official libraries (tests/golden/webhooks)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from letterhead.adapters.sodium import Ed25519
from letterhead.tokens.dialect import Dialect
from letterhead.webhooks.signatures import Message, headers_of, mailersend_ping_headers
from letterhead.webhooks.signing_secrets import SigningSecret, public_key_text

VECTORS = json.loads((Path(__file__).parents[1] / "golden" / "webhooks" / "signatures.json").read_text())
PAIRS = Ed25519()
OLD, NEW = SigningSecret("old", b"o" * 32, b"s" * 32), SigningSecret("new", b"n" * 32, b"t" * 32)


def standard_secret(text: str) -> bytes:
    import base64

    return base64.b64decode(text.removeprefix("whsec_"))


def headers(dialect: Dialect, vector: dict, secret: SigningSecret) -> dict[str, str]:
    moment = datetime.fromtimestamp(vector.get("timestamp", 0), UTC)
    message = Message(vector.get("id", "evt"), "sent", moment, vector["body"].encode())
    return headers_of(dialect, message, [secret], PAIRS)


@pytest.mark.parametrize("vector", VECTORS["standard"], ids=lambda each: each["source"][:20])
@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_dialect_signs_as_standard_webhooks_does(dialect, vector):
    secret = SigningSecret("own", standard_secret(vector["secret"]), b"s" * 32)
    signed = headers(dialect, vector, secret)
    assert signed["webhook-id"] == vector["id"]
    assert signed["webhook-timestamp"] == str(vector["timestamp"])
    assert signed["webhook-signature"].split(" ")[0] == vector["signature"]
    assert secret.standard_text == vector["secret"]


@pytest.mark.parametrize("vector", VECTORS["asymmetric"], ids=lambda each: each["source"])
def test_the_asymmetric_signature_is_ed25519(vector):
    secret = SigningSecret("own", b"k" * 32, bytes.fromhex(vector["seed"]))
    assert headers(Dialect.SENDARA, vector, secret)["webhook-signature"].split(" ")[1] == vector["signature"]
    assert public_key_text(secret, PAIRS) == vector["public_key"]


@pytest.mark.parametrize("vector", VECTORS["sendara"], ids=lambda each: each["source"][:20])
def test_sendaras_signature_is_over_timestamp_and_body_by_the_secret_as_text(vector):
    signed = headers(Dialect.SENDARA, vector, SigningSecret(vector["secret"], b"k" * 32, b"s" * 32))
    assert signed["Sendara-Signature"] == vector["signature"]
    assert signed["Sendara-Timestamp"] == str(vector["timestamp"])
    assert signed["Sendara-Event-Id"] == signed["webhook-id"]
    assert signed["Sendara-Event-Type"] == "sent"


@pytest.mark.parametrize("vector", VECTORS["mailersend"], ids=lambda each: each["source"][:20])
def test_mailersends_signature_is_over_the_body_alone(vector):
    assert mailersend_ping_headers(vector["body"].encode()) == {"Signature": vector["signature"]}
    signed = headers(Dialect.MAILERSEND, vector, SigningSecret(vector["secret"], b"k" * 32, b"s" * 32))
    assert signed["Signature"] == vector["signature"]


def test_sendmailos_has_both_generations():
    vector = VECTORS["sendara"][0]
    signed = headers(Dialect.SENDMAILOS, vector, SigningSecret(vector["secret"], b"k" * 32, b"s" * 32))
    assert signed["X-Webhook-Signature"] == f"t={vector['timestamp']},v1={vector['signature']}"
    assert signed["X-Webhook-Timestamp"] == str(vector["timestamp"])
    assert (signed["X-Webhook-Id"], signed["X-Webhook-Event"], signed["X-Webhook-Version"]) == (
        "evt",
        "sent",
        "2",
    )
    assert len(signed["X-Sendmail-Signature"]) == 64
    assert signed["X-Sendmail-Signature"] not in signed["X-Webhook-Signature"]


@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        (Dialect.MAILERSEND, "Signature"),
        (Dialect.SENDARA, "Sendara-Signature"),
        (Dialect.SENDMAILOS, "X-Sendmail-Signature"),
        (Dialect.SENDMAILOS, "X-Webhook-Signature"),
    ],
)
def test_in_an_overlap_both_secrets_sign(dialect, name):
    message = Message("evt", "sent", datetime(2026, 6, 14, tzinfo=UTC), b"{}")
    both = headers_of(dialect, message, [NEW, OLD], PAIRS)
    new, old = (headers_of(dialect, message, [each], PAIRS) for each in (NEW, OLD))
    assert (both[name], both[f"{name}-Previous"]) == (new[name], old[name])
    assert f"{name}-Previous" not in new
    (v1, v1a), (old_v1, old_v1a) = (each["webhook-signature"].split(" ") for each in (new, old))
    assert both["webhook-signature"] == f"{v1} {old_v1} {v1a} {old_v1a}"
