"""Domains whose items aren't as they were written: what can be read of one is enough to delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.adapters.tables.domain_items import DomainItem, item_of, verification_prefix
from letterhead.domains.domain import Registration, SendingDomain
from letterhead.domains.unreadable import UnreadableDomainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    from letterhead.adapters.tables.claims import ClaimTable

_VERIFIED = verification_prefix(verified=True)


def unreadable_by_name(account_id: str, name: str) -> UnreadableDomainError:
    """The error for an item that can't be read."""
    stored = DomainItem.stored(account_id, name)
    return UnreadableDomainError(name, None if stored is None else _text(stored, "domain_id"))


def unreadable_by_id(account_id: str, domain_id: str) -> UnreadableDomainError:
    """The same for one that was looked for by its id."""
    (name,) = _names(account_id, DomainItem.domain_id == domain_id)
    return UnreadableDomainError(name, domain_id)


def names_of(account_id: str) -> Iterator[str]:
    """The names of an account's domains, whether the rest can be read or not."""
    return _names(account_id, None)


def leaving(
    account_id: str, name: str, stored: Mapping[str, Mapping[str, Any]], claims: ClaimTable, now: datetime
) -> SendingDomain:
    """The domain with its deletion begun. What can't be read, and a deletion doesn't need, is as if it had never been."""
    registrable = _text(stored, "registrable") or claims.registrable_of(account_id, name) or name
    domain_id = _text(stored, "domain_id")
    if domain_id is None:
        claim = claims.view(account_id, name, registrable).here.claims.get(account_id)
        domain_id = identifiers.new_id(now) if claim is None else claim.domain_id
    version = stored.get("version", {}).get("N", "0")
    return SendingDomain(
        account_id=account_id,
        domain_id=domain_id,
        name=name,
        shown_name=name,
        registrable=registrable,
        region="",
        mail_from_domain="",
        challenge="",
        created_at=now,
        updated_at=now,
        version=int(float(version)),
    ).left(now)


def replacement(domain: SendingDomain) -> list[Action]:
    """What makes a domain's item one that can be read."""
    item = item_of(domain)
    actions: list[Action] = []
    for attribute_name, attribute in DomainItem.get_attributes().items():
        if attribute_name not in ("account_id", "name"):
            value = getattr(item, attribute_name)
            actions.append(attribute.remove() if value is None else attribute.set(value))
    return actions


def as_it_was(stored: Mapping[str, Mapping[str, Any]]) -> Condition:
    """The condition that nobody has replaced the item meanwhile."""
    domain_id, registration = _text(stored, "domain_id"), DomainItem.registration
    same: Condition = (
        DomainItem.domain_id.does_not_exist() if domain_id is None else DomainItem.domain_id == domain_id
    )
    begun = Registration.LEAVING.value
    state: Condition = (
        registration == begun
        if _has_begun(stored)
        else registration.does_not_exist() | (registration != begun)
    )
    both: Condition = same & state
    return both


def weight(stored: Mapping[str, Mapping[str, Any]]) -> tuple[int, int]:
    """By how much the account's counts have the domain: of all, and of verified ones."""
    if _has_begun(stored):
        return 0, 0
    return 1, int((_text(stored, "verification_key") or "").startswith(_VERIFIED))


def _has_begun(stored: Mapping[str, Mapping[str, Any]]) -> bool:
    return _text(stored, "registration") == Registration.LEAVING.value


def _names(account_id: str, condition: Condition | None) -> Iterator[str]:
    found = DomainItem.by_id.query(account_id, condition, consistent_read=True, attributes_to_get=["name"])
    return (item.name for item in found)


def _text(stored: Mapping[str, Mapping[str, Any]], attribute: str) -> str | None:
    text: str | None = stored.get(attribute, {}).get("S")
    return text
