"""Whether two requests ask the same: the digest of a body's meaning and of the query."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_EXPONENT = 400


def fingerprint(body: bytes, query: Sequence[tuple[str, str]] = ()) -> str:
    """Equal for requests that differ only in how they are written.

    A JSON body counts as what it says: neither the order of keys nor white space nor the form of a number (1, 1.0, 1e0) matters;
    in the manner of RFC 8785, but integers of any size are exact. A body that no reader here would take as JSON (duplicate keys,
    NaN, wrong UTF-8, too deep) counts byte by byte. No body is `null`, which a client of MailerSend sends in its place.
    """
    digest = hashlib.sha256()
    try:
        digest.update(b"json:" + _canonical(body))
    except (ValueError, RecursionError, InvalidOperation):
        digest.update(b"raw:" + hashlib.sha256(body).digest())
    digest.update(b"\x00" + json.dumps(sorted(query), separators=(",", ":")).encode())
    return digest.hexdigest()


def _canonical(body: bytes) -> bytes:
    text = body.decode("utf-8-sig").strip() or "null"
    value = json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_constant=_refuse)
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found


def _number(text: str) -> int | float:
    exact = Decimal(text)
    if not exact:
        return 0
    if exact.adjusted() < _LARGEST_EXPONENT and exact == exact.to_integral_value():
        return int(exact)
    return float(text)


def _refuse(name: str) -> object:
    raise ValueError(f"{name} isn't JSON")
