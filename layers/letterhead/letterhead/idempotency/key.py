"""The key that a caller gives a write (draft-ietf-httpapi-idempotency-key-header), and the entry that it names."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = "Idempotency-Key"
LONGEST = 255

# RFC 9651 section 3.3.3: printable ASCII in quotes, with a backslash before quotes and backslashes.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_ESCAPED = re.compile(r"\\(.)")
_BARE = re.compile(r"[ -~]*")


class IdempotencyKeyError(ValueError):
    """A key can't be taken; `field` is the header or the body's field that has it, the message says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"The {field} {reason}.")
        self.field = field


def key_in_header(value: str | None) -> str | None:
    """The key in an Idempotency-Key header, or None without one: a quoted string as the draft has it, or as it is."""
    if value is None:
        return None
    value = value.strip(" \t")
    if not value.startswith('"'):
        if not _BARE.fullmatch(value):
            raise IdempotencyKeyError(HEADER, "must have printable characters only")
        return _of_right_length(value, HEADER)
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        raise IdempotencyKeyError(HEADER, "begins with a quote but isn't a quoted string")
    return _of_right_length(_ESCAPED.sub(r"\1", quoted.group(1)), HEADER)


def key_in_body(value: object, field: str) -> str | None:
    """The key in a field of a body (Sendara's sends have one), or None where the field is absent or null."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.isprintable():
        raise IdempotencyKeyError(field, "must be a string of printable characters")
    return _of_right_length(value, field)


def entry_name(token_id: str, method: str, path: str, parameters: Mapping[str, str], key: str) -> str:
    """The entry of a key: of this token, method, route (as the table of routes writes it) and its parameters alone.

    A digest, for keys and parameters are the caller's words and may hold addresses.
    """
    named = [token_id, method, path, sorted(parameters.items()), key]
    return hashlib.sha256(json.dumps(named, separators=(",", ":")).encode()).hexdigest()


def _of_right_length(key: str, field: str) -> str:
    if not 1 <= len(key) <= LONGEST:
        raise IdempotencyKeyError(field, f"must have 1 to {LONGEST} characters")
    return key
