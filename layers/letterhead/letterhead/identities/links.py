"""The confirmation link: a 256-bit token that only the mailed address knows, and the one-time field of a visit.

The token is derived when the mail is rendered, so that a mail rendered twice holds the same link; what is stored is its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from letterhead.values import value_type

LINK_LIFETIME = timedelta(hours=72)
VISIT_LIFETIME = timedelta(hours=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_VISIT = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


@value_type
class ConfirmationLink:
    """What is kept of a link: whose it is, what it asks consent for, and until when it serves."""

    token_hash: str
    account_id: str
    subject_id: str
    generation: int
    expires_at: datetime


def derive_token(key: bytes, subject_id: str, generation: int, purpose: str = "confirmation") -> str:
    """The token of one generation of what consent is asked for: HMAC-SHA256 (RFC 2104) in base64url without padding.

    No two purposes share a token.
    """
    digest = hmac.digest(key, f"{purpose}:{subject_id}:{generation}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """The token hash: SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(text: str) -> bool:
    """Whether `text` has the form of a link's token, so that anything else costs no look-up."""
    return _TOKEN.fullmatch(text) is not None


def visit_field(token: str, now: datetime) -> str:
    """What the page puts into its form: proof that the form was shown for this link, and when.

    Nothing is stored for it, so showing the page changes nothing.
    """
    seconds = str(int(now.timestamp()))
    return f"{seconds}.{_visit_proof(token, seconds)}"


def visit_time(token: str, field: str, now: datetime) -> datetime | None:
    """When the page was shown, or None when the field isn't this link's, is older than an hour or from the future."""
    match = _VISIT.fullmatch(field)
    if match is None or not hmac.compare_digest(_visit_proof(token, match[1]), match[2]):
        return None
    shown_at = datetime.fromtimestamp(int(match[1]), UTC)
    return shown_at if shown_at <= now < shown_at + VISIT_LIFETIME else None


def _visit_proof(token: str, seconds: str) -> str:
    return hmac.new(token.encode(), f"visit:{seconds}".encode(), "sha256").hexdigest()
