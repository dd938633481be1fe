"""The secrets of an endpoint: how they are made, written and renewed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from letterhead.tokens.dialect import Dialect
from letterhead.values import value_type

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
SHORTEST_CHOSEN, LONGEST_CHOSEN = 16, 191
_STANDARD_BYTES = 32  # Standard Webhooks: between 24 and 64
_SEED_BYTES = 32  # RFC 8032 section 5.1.5
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_MAILERSEND_LENGTH = 32
RandomBytes = Callable[[int], bytes]


class KeyPairs(Protocol):
    """Ed25519 (RFC 8032)."""

    def public_key(self, seed: bytes) -> bytes:
        """The public key of a private one."""

    def sign(self, seed: bytes, message: bytes) -> bytes:
        """The signature of a message."""


class Sealer(Protocol):
    """Encryption at rest. `context` isn't secret; what was sealed with one opens with the same one only."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """The encrypted form; raises `UnavailableError`."""

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed; raises `UnavailableError`."""


@value_type
class SigningSecret:
    """What requests are signed with: the dialect's own secret (text), Standard Webhooks' key, and an Ed25519 private key."""

    own: str
    standard: bytes
    seed: bytes

    @property
    def standard_text(self) -> str:
        """Standard Webhooks' key as receivers are given it."""
        return "whsec_" + base64.b64encode(self.standard).decode()


@value_type
class Secrets:
    """An endpoint's secret, and the one that it replaced, which signs too until the overlap is over."""

    current: SigningSecret
    previous: SigningSecret | None = None


def new_secret(dialect: Dialect, random_bytes: RandomBytes, chosen: str | None = None) -> SigningSecret:
    """A fresh secret; `chosen` is the dialect's own where its account chose that itself."""
    return SigningSecret(
        own=chosen or _own_secret(dialect, random_bytes),
        standard=random_bytes(_STANDARD_BYTES),
        seed=random_bytes(_SEED_BYTES),
    )


def public_key_text(secret: SigningSecret, pairs: KeyPairs) -> str:
    """The Ed25519 public key as Standard Webhooks writes it."""
    return "whpk_" + base64.b64encode(pairs.public_key(secret.seed)).decode()


def _own_secret(dialect: Dialect, random_bytes: RandomBytes) -> str:
    """MailerSend's has 32 characters (contracts A.6), Sendara's 64 hexadecimal digits (B.5)."""
    if dialect is not Dialect.MAILERSEND:
        return random_bytes(32).hex()
    number = int.from_bytes(random_bytes(32), "big")
    return "".join(
        _ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(_MAILERSEND_LENGTH)
    )


def to_bytes(secrets: Secrets) -> bytes:
    """Secrets as they are sealed."""
    both = [secrets.current, *([secrets.previous] if secrets.previous else [])]
    rows = [
        [each.own, *(base64.b64encode(part).decode() for part in (each.standard, each.seed))] for each in both
    ]
    return json.dumps(rows, separators=(",", ":")).encode()


def from_bytes(plain: bytes) -> Secrets:
    """Secrets that were sealed."""
    both = [
        SigningSecret(own, base64.b64decode(standard), base64.b64decode(seed))
        for own, standard, seed in json.loads(plain)
    ]
    return Secrets(both[0], both[1] if len(both) > 1 else None)


def signing(secrets: Secrets, overlap_until: datetime | None, now: datetime) -> tuple[SigningSecret, ...]:
    """The secrets that sign at a moment, the current one first."""
    if secrets.previous is None or overlap_until is None or overlap_until <= now:
        return (secrets.current,)
    return (secrets.current, secrets.previous)
