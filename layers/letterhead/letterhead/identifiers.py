"""One internal id with three stable encodings, one per dialect.

An id is 80 bits: 44 bits of Unix milliseconds (enough until the year 2527) and 36 random bits, so ids sort by the moment
they were made. Inside it is written as MailerSend writes ids, 16 characters of [0-9a-z]. The other encodings need 128 bits;
the rest is a digest of the id, so that a mistyped or invented id decodes to nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta

FIRST = "0" * 16
DOMAIN_PREFIX = "dom"
IDENTITY_PREFIX = "idn"
KEY_PREFIX = "key"
ENDPOINT_PREFIX = "wh"
DELIVERY_PREFIX = "dlv"
EVENT_PREFIX = "evt"
MESSAGE_PREFIX = "msg"
RECIPIENT_PREFIX = "rcpt"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RANDOM_BITS = 36
_ID_BITS = 80
_ID_BYTES = _ID_BITS // 8
_LENGTH = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PATTERN = re.compile(r"[0-9a-z]{16}")
_SENDARA_PATTERN = re.compile(r"([a-z]+)_([0-9a-f]{32})")


def new_id(now: datetime) -> str:
    """A fresh id for something made at `now`."""
    milliseconds = int(now.timestamp() * 1000)
    return _encode((milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS))


def first_of(moment: datetime) -> str:
    """The least id that can have been made at a moment: everything from then on sorts behind it."""
    return _encode(int(moment.timestamp() * 1000) << _RANDOM_BITS)


def made_at(identifier: str) -> datetime:
    """When an id was made, in whole milliseconds."""
    return _EPOCH + timedelta(milliseconds=int(identifier, 36) >> _RANDOM_BITS)


def digest_id(moment: datetime, digest: bytes) -> str:
    """The id of something that is always the same: its instant, and 36 bits of a digest of what it is."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    random_part = int.from_bytes(digest[:5], "big") >> (40 - _RANDOM_BITS)
    return _encode((milliseconds << _RANDOM_BITS) | random_part)


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id (16 characters of [0-9a-z], at most 80 bits)."""
    return _PATTERN.fullmatch(text) is not None and int(text, 36) >> _ID_BITS == 0


def before(identifier: str) -> str:
    """The id that sorts next before this one, whether or not anything has it; of the first id, itself."""
    return _encode(max(int(identifier, 36) - 1, 0))


def after(identifier: str) -> str:
    """The id that sorts next behind this one, whether or not anything has it."""
    return _encode(int(identifier, 36) + 1)


def to_prefixed(prefix: str, identifier: str) -> str:
    """Sendara's form: `<prefix>_` and 32 hexadecimal digits (seed: `dom_1f8c…`)."""
    raw = _to_bytes(identifier)
    return f"{prefix}_{(raw + _check(raw)).hex()}"


def from_prefixed(prefix: str, text: str) -> str | None:
    """The id behind Sendara's form, or None when `text` isn't one that `to_prefixed` made."""
    match = _SENDARA_PATTERN.fullmatch(text)
    if match is None or match.group(1) != prefix:
        return None
    raw = bytes.fromhex(match.group(2))[:_ID_BYTES]
    identifier = _from_bytes(raw)
    return identifier if to_prefixed(prefix, identifier) == text else None


def to_uuid(identifier: str) -> str:
    """SendMailOS's form: a version 8 UUID (RFC 9562 section 5.8) that carries the id and a digest of it."""
    value = int.from_bytes(_to_bytes(identifier), "big")
    check = int.from_bytes(_check(_to_bytes(identifier)), "big") >> 6
    high, middle, low = value >> 32, (value >> 20) & 0xFFF, value & 0xFFFFF
    return str(uuid.UUID(int=(high << 80) | (8 << 76) | (middle << 64) | (0b10 << 62) | (low << 42) | check))


def from_uuid(text: str) -> str | None:
    """The id behind SendMailOS's form, or None when `text` isn't one that `to_uuid` made."""
    try:
        number = uuid.UUID(text).int
    except ValueError:
        return None
    high, middle, low = number >> 80, (number >> 64) & 0xFFF, (number >> 42) & 0xFFFFF
    identifier = _encode((high << 32) | (middle << 20) | low)
    return identifier if to_uuid(identifier) == text.lower() else None


def from_any(prefix: str, text: str) -> str | None:
    """The id behind any of its encodings: an account's tools may hand one dialect's id to another's call."""
    return text if is_id(text) else from_prefixed(prefix, text) or from_uuid(text)


def from_number(number: int) -> str:
    """The id that a number of at most 80 bits is."""
    return _encode(number)


def public_event_id(event_id: str) -> str:
    """An event's id as everyone who is told of it gets it, in every dialect: `evt_…`."""
    return to_prefixed(EVENT_PREFIX, event_id) if is_id(event_id) else f"{EVENT_PREFIX}_{event_id}"


def _encode(value: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        value, digit = divmod(value, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _to_bytes(identifier: str) -> bytes:
    return int(identifier, 36).to_bytes(_ID_BYTES, "big")


def _from_bytes(raw: bytes) -> str:
    return _encode(int.from_bytes(raw, "big"))


def _check(raw: bytes) -> bytes:
    return hashlib.sha256(b"letterhead-id:" + raw).digest()[:6]
