"""What all three dialects take alike when a token is made or rotated: our additive fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.tokens import networks
from letterhead.tokens.issuing import NO_SUCH_DOMAIN, NO_SUCH_IDENTITY
from letterhead.tokens.rotation import LONGEST_OVERLAP
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping


@value_type
class TokenExtras:
    """The restrictions that a body asks for; None is for what it doesn't say."""

    expires_at: datetime | None
    domain_id: str | None
    identity_id: str | None
    allowed_networks: tuple[str, ...] | None


def read_extras(fields: Fields) -> TokenExtras:
    """`expires_at`, `domain_id`, `identity_id` and `allowed_networks` of a body; notes what is wrong with them.

    Ids may be in any dialect's form. A time without an offset is UTC.
    """
    return TokenExtras(
        expires_at=_moment(fields, "expires_at"),
        domain_id=_id(fields, "domain_id", identifiers.DOMAIN_PREFIX, NO_SUCH_DOMAIN),
        identity_id=_id(fields, "identity_id", identifiers.IDENTITY_PREFIX, NO_SUCH_IDENTITY),
        allowed_networks=_networks(fields, "allowed_networks"),
    )


def read_overlap(body: Mapping[str, object]) -> timedelta:
    """How long a rotated token's old secret lives on: `overlap_seconds`, by default not at all.

    Raises `InvalidFieldsError`.
    """
    fields = Fields(body)
    longest = int(LONGEST_OVERLAP.total_seconds())
    seconds = fields.integer("overlap_seconds", least=0, most=longest)
    fields.finish()
    return timedelta(seconds=seconds or 0)


def _moment(fields: Fields, name: str) -> datetime | None:
    text = fields.text(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        fields.wrong(name, f"The {name.replace('_', ' ')} isn't a valid date.")
        return None


def _id(fields: Fields, name: str, prefix: str, unknown: str) -> str | None:
    text = fields.text(name)
    if text is None:
        return None
    found = identifiers.from_any(prefix, text)
    if found is None:
        fields.wrong(name, unknown)
    return found


def _networks(fields: Fields, name: str) -> tuple[str, ...] | None:
    texts = fields.texts(name, most=networks.MOST_NETWORKS)
    if texts is None:
        return None
    right: list[str] = []
    for position, text in enumerate(texts):
        try:
            right.extend(networks.canonical([text]))
        except networks.NetworkError:
            field = f"{name}.{position}"
            fields.wrong(field, f"The {field} must be an IPv4 or IPv6 network, such as 192.0.2.0/24.")
    return networks.canonical(right)
