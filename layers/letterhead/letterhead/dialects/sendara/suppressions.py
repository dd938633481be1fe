"""Sendara's suppressions, the union of all lists (contracts B.4): requests into concepts, concepts into answers."""

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

CHANNEL = "email"
_NO_ADDRESS = "The recipient must be a valid email address."
_OTHER_CHANNEL = "The channel must be email."


def read_addition(body: Mapping[str, object], addresses: AddressRules) -> NewRecipient:
    """The recipient that `POST /v1/suppressions` names; raises `InvalidFieldsError`."""
    fields = Fields(body)
    if (fields.text("channel") or CHANNEL) != CHANNEL:
        fields.wrong("channel", _OTHER_CHANNEL)
    text = fields.text("recipient", required=True)
    reason, note = new_reason(fields.text("reason", longest=LONGEST_NOTE))
    address = ""
    if text is not None:
        try:
            address = new_address(text, addresses)
        except AddressError:
            fields.wrong("recipient", _NO_ADDRESS)
    fields.finish()
    return NewRecipient(address, reason, note)


def read_list(query: Mapping[str, str]) -> str | None:
    """Behind which address the list goes on; raises `InvalidFieldsError`."""
    if query.get("channel", CHANNEL) not in ("", CHANNEL):
        raise InvalidFieldsError({"channel": (_OTHER_CHANNEL,)})
    return read_cursor(query)


def read_removal(query: Mapping[str, str], addresses: AddressRules) -> str:
    """The folded address that `DELETE /v1/suppressions` names in its query; raises `InvalidFieldsError`."""
    wrong: dict[str, tuple[str, ...]] = {}
    if query.get("channel", CHANNEL) not in ("", CHANNEL):
        wrong["channel"] = (_OTHER_CHANNEL,)
    address = named_recipient(query, addresses, wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return address or ""


def added(kept: Kept) -> Reply:
    """The answer to an addition, be it new or there already."""
    one = kept.suppression
    return Reply(201, _object(one.key.subject, one.provenance.reason.value, in_seconds(one.created_at)))


def listed(found: Sequence[SuppressedAddress], cursor: str | None, base_url: str) -> Reply:
    """The answer to a list. Where there may be more, a Link header (RFC 8288) leads on, for the envelope has no place for it."""
    headers = {}
    if cursor is not None:
        query = urlencode({"channel": CHANNEL, "cursor": cursor}, quote_via=quote)
        headers["link"] = f'<{base_url}/v1/suppressions?{query}>; rel="next"'
    return Reply(
        200,
        {
            "suppressions": [
                _object(one.address, gravest_reason(one.entries).value, in_seconds(newest(one.entries)))
                for one in found
            ]
        },
        headers,
    )


def removed() -> Reply:
    """The answer to a removal, be there anything to remove or not: the official client asks again after a lost answer."""
    return Reply(204)


def answered(question: Question, blocks: Sequence[tuple[Block, Suppression | None]]) -> Reply:
    """The answer to the additive `GET /v1/suppressions/lookup`."""
    return Reply(200, answer_object(question, blocks, in_seconds, _domain))


def _domain(domain_id: str) -> str:
    return identifiers.to_prefixed(identifiers.DOMAIN_PREFIX, domain_id)


def _object(recipient: str, reason: str, updated_at: str) -> dict[str, object]:
    return {
        "channel": CHANNEL,
        "recipient": recipient,
        "state": "suppressed",
        "reason": reason,
        "updated_at": updated_at,
    }
