"""Suppressions in SendMailOS's style, which documents none: the union of all lists, as Sendara has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.suppression_words import (
    LONGEST_NOTE,
    NewRecipient,
    Question,
    answer_object,
    gravest_reason,
    named_recipient,
    new_address,
    new_reason,
    newest,
    read_cursor,
)
from letterhead.dialects.times import in_seconds
from letterhead.identities.addresses import AddressError, AddressRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.suppressions.blocking import Block
    from letterhead.suppressions.pages import SuppressedAddress
    from letterhead.suppressions.suppression import Kept, Suppression

_NO_ADDRESS = "The email must be a valid email address."


def read_addition(body: Mapping[str, object], addresses: AddressRules) -> NewRecipient:
    """The recipient that `POST /api/v1/suppressions` names; raises `InvalidFieldsError`."""
    fields = Fields(body)
    text = fields.text("email", required=True)
    reason, note = new_reason(fields.text("reason", longest=LONGEST_NOTE))
    address = ""
    if text is not None:
        try:
            address = new_address(text, addresses)
        except AddressError:
            fields.wrong("email", _NO_ADDRESS)
    fields.finish()
    return NewRecipient(address, reason, note)


def read_list(query: Mapping[str, str]) -> str | None:
    """Behind which address the list goes on; raises `InvalidFieldsError`."""
    return read_cursor(query)


def read_removal(query: Mapping[str, str], addresses: AddressRules) -> str:
    """The folded address that `DELETE /api/v1/suppressions` names in its query; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    address = named_recipient(query, addresses, wrong, "email")
    if address is None:
        raise InvalidFieldsError(wrong)
    return address


def added(kept: Kept) -> Reply:
    """The answer to an addition, be it new or there already."""
    one = kept.suppression
    found = _object(one.key.subject, one.provenance.reason.value, in_seconds(one.created_at))
    return Reply(201, {"success": True, "suppression": found})


def listed(found: Sequence[SuppressedAddress], cursor: str | None, base_url: str) -> Reply:
    """The answer to a list. Where there may be more, a Link header (RFC 8288) leads on, for the envelope has no place for it."""
    headers = {}
    if cursor is not None:
        query = urlencode({"cursor": cursor}, quote_via=quote)
        headers["link"] = f'<{base_url}/api/v1/suppressions?{query}>; rel="next"'
    objects = [
        _object(one.address, gravest_reason(one.entries).value, in_seconds(newest(one.entries)))
        for one in found
    ]
    return Reply(200, {"success": True, "suppressions": objects}, headers)


def removed() -> Reply:
    """The answer to a removal, be there anything to remove or not."""
    return Reply(200, {"success": True})


def answered(question: Question, blocks: Sequence[tuple[Block, Suppression | None]]) -> Reply:
    """The answer to `GET /api/v1/suppressions/lookup`."""
    found = answer_object(question, blocks, in_seconds, identifiers.to_uuid)
    return Reply(200, {"success": True, "lookup": found})


def _object(email: str, reason: str, updated_at: str) -> dict[str, object]:
    return {"email": email, "reason": reason, "updated_at": updated_at}
