"""The text of an API token: 256 random bits with a checksum.

`<prefix><43 characters><6 characters>`: 32 random bytes and the CRC-32 of prefix and random part, both in base 62, so that
a typing error or a secret scanner's find is recognised without a look-up. The prefixes are those of the services:
`mlsn.` (MailerSend), `sk_live_` and `sk_test_` (Sendara and SendMailOS alike).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib

from letterhead.tokens.dialect import Dialect

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH = 43
_CHECK_LENGTH = 6
_PATTERN = re.compile(
    rf"(mlsn\.|sk_live_|sk_test_)([0-9A-Za-z]{{{_SECRET_LENGTH}}})([0-9A-Za-z]{{{_CHECK_LENGTH}}})"
)
_PREVIEW_LENGTH = 4
_PREVIEW = re.compile(
    rf"(mlsn\.|sk_live_|sk_test_)[0-9A-Za-z]{{{_PREVIEW_LENGTH}}}…[0-9A-Za-z]{{{_PREVIEW_LENGTH}}}"
)


def new_secret(dialect: Dialect, *, test_mode: bool) -> str:
    """The text of a fresh token."""
    prefix = _prefix(dialect, test_mode=test_mode)
    body = _base62(secrets.randbits(256), _SECRET_LENGTH)
    return prefix + body + _checksum(prefix + body)


def is_well_formed(text: str) -> bool:
    """Whether `text` can be a token at all: known prefix, right length, right checksum."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return False
    prefix, body, check = match.groups()
    return secrets.compare_digest(_checksum(prefix + body), check)


def hash_of(text: str) -> str:
    """The token hash: SHA-256 in hexadecimal. A slow hash adds nothing to 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def preview_of(text: str) -> str:
    """Prefix and first and last characters, enough to recognise a token and too little to use it."""
    prefix = next(p for p in ("mlsn.", "sk_live_", "sk_test_") if text.startswith(p))
    return f"{prefix}{text[len(prefix) : len(prefix) + _PREVIEW_LENGTH]}…{text[-_PREVIEW_LENGTH:]}"


def is_preview(text: str) -> bool:
    """Whether `text` has the form of a preview; no secret has."""
    return _PREVIEW.fullmatch(text) is not None


def without_secrets(text: str) -> str:
    """The text with the preview of each token in the place of the token itself."""
    return _PATTERN.sub(lambda found: preview_of(found.group()), text)


def _prefix(dialect: Dialect, *, test_mode: bool) -> str:
    if dialect is Dialect.MAILERSEND:
        return "mlsn."
    return "sk_test_" if test_mode else "sk_live_"


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
