"""Suppressions in words that all dialects share: recipients in requests, the union of all lists, and the look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.identities.addresses import AddressError, AddressRules
from letterhead.suppressions.address import LONGEST_ADDRESS, folded
from letterhead.suppressions.suppression import Reason, SuppressionList
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from letterhead.suppressions.blocking import Block, Entry
    from letterhead.suppressions.suppression import Provenance, Suppression

LONGEST_NOTE = 191
LARGEST_LIST = 1000
_LONGEST_CURSOR = 1000
NO_SUCH_DOMAIN = "The selected domain id is invalid."
# What an entry of each reason belongs into, where a dialect names reasons instead of lists.
LIST_OF_REASON = {
    Reason.COMPLAINT: SuppressionList.SPAM_COMPLAINTS,
    Reason.HARD_BOUNCE: SuppressionList.HARD_BOUNCES,
    Reason.UNSUBSCRIBE: SuppressionList.UNSUBSCRIBES,
    Reason.BLOCKLIST: SuppressionList.BLOCKLIST,
    Reason.MANUAL: SuppressionList.BLOCKLIST,
    Reason.ON_HOLD: SuppressionList.ON_HOLD,
}


@value_type
class NewRecipient:
    """An address to be suppressed, with its reason and, where the caller gave another one, its words."""

    address: str
    reason: Reason
    note: str | None = None


def new_reason(given: str | None) -> tuple[Reason, str | None]:
    """The reason that a caller's word is; any other word is a manual entry's note."""
    if given is None:
        return Reason.MANUAL, None
    try:
        return Reason(given), None
    except ValueError:
        return Reason.MANUAL, given


def new_address(text: str, addresses: AddressRules) -> str:
    """The folded address that a request adds; raises `AddressError`."""
    if len(text) > LONGEST_ADDRESS:
        raise AddressError("too long")
    return folded(addresses.parse(text).key)


def known_address(text: str, addresses: AddressRules) -> str | None:
    """The folded address that a request asks about, or None for what can't be one.

    More is let through than may be added, for mail servers report addresses that nobody would type.
    """
    try:
        return new_address(text, addresses)
    except AddressError:
        local, _, domain = text.strip().rpartition("@")
        usable = text.isascii() and text.isprintable() and len(text) <= LONGEST_ADDRESS
        return folded(text) if usable and local and domain else None


@value_type
class Question:
    """Whether a recipient is blocked, for one domain or for any."""

    address: str
    domain_id: str | None


def read_question(query: Mapping[str, str], addresses: AddressRules) -> Question:
    """What a look-up asks; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    address = named_recipient(query, addresses, wrong)
    domain_id = read_domain_id(query.get("domain_id"), wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return Question(address or "", domain_id)


def named_recipient(
    query: Mapping[str, str],
    addresses: AddressRules,
    wrong: dict[str, tuple[str, ...]],
    name: str = "recipient",
) -> str | None:
    """The folded address that a query names; adds to `wrong` why there is none."""
    text = query.get(name, "")
    address = known_address(text, addresses)
    if not text.strip():
        wrong[name] = (f"The {name} field is required.",)
    elif address is None:
        wrong[name] = (f"The {name} must be a valid email address.",)
    return address


def read_domain_id(text: str | None, wrong: dict[str, tuple[str, ...]]) -> str | None:
    """The domain that a query names in whichever service's form, or None when it names none."""
    if not text:
        return None
    domain_id = identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if domain_id is None:
        wrong["domain_id"] = (NO_SUCH_DOMAIN,)
    return domain_id


def read_cursor(query: Mapping[str, str]) -> str | None:
    """Behind what a list goes on, an address or an entry's id; raises `InvalidFieldsError`."""
    cursor = query.get("cursor") or None
    if cursor is not None and not (identifiers.is_id(cursor) or is_address_cursor(cursor)):
        raise no_such_cursor()
    return cursor


def is_address_cursor(cursor: str) -> bool:
    """Whether it can be the last address of a page: whatever is on a list has an @, and something on each side of it."""
    local, _, domain = cursor.rpartition("@")
    return bool(local and domain) and len(cursor.encode()) <= _LONGEST_CURSOR


def no_such_cursor() -> InvalidFieldsError:
    """What is said of a cursor that no list has given."""
    return InvalidFieldsError({"cursor": ("The selected cursor is invalid.",)})


def answer_object(
    question: Question,
    blocks: Sequence[tuple[Block, Suppression | None]],
    moment: Callable[[datetime], str],
    domain_form: Callable[[str], str],
) -> dict[str, object]:
    """What a look-up tells: whether the recipient is blocked, by which entries, and what made them."""
    return {
        "recipient": question.address,
        "domain_id": question.domain_id and domain_form(question.domain_id),
        "blocked": bool(blocks),
        "blocks": [_block_object(block, entry, moment, domain_form) for block, entry in blocks],
    }


def _block_object(
    block: Block,
    entry: Suppression | None,
    moment: Callable[[datetime], str],
    domain_form: Callable[[str], str],
) -> dict[str, object]:
    return {
        "list": block.list.value,
        "reason": block.reason.value,
        "scope": "account" if block.domain_id is None else "domain",
        "domain_id": block.domain_id and domain_form(block.domain_id),
        "id": entry and entry.reference,
        "pattern": block.pattern,
        "until": block.until and moment(block.until),
        "created_at": entry and moment(entry.created_at),
        "provenance": entry and provenance_object(entry.provenance, moment),
    }


def provenance_object(origin: Provenance, moment: Callable[[datetime], str]) -> dict[str, object]:
    """Where an entry comes from. Of a token or an import only that it was one is told."""
    return {
        "added_by": origin.added_by.partition(":")[0] or None,
        "diagnostic": origin.diagnostic,
        "status_code": origin.status_code,
        "message_id": origin.message_id,
        "note": origin.note,
        "occurred_at": origin.occurred_at and moment(origin.occurred_at),
        "soft_bounces": origin.soft_bounces,
    }


def gravest_reason(entries: Iterable[Entry]) -> Reason:
    """The one reason that a dialect with one list tells of an address."""
    order = list(SuppressionList)
    return min(entries, key=lambda entry: order.index(entry.key.list)).reason


def newest(entries: Iterable[Entry]) -> datetime:
    """When the youngest of these entries was made."""
    return identifiers.made_at(max(entry.suppression_id for entry in entries))
