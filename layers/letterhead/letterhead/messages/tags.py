"""What the provider's events about a message are attributed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from letterhead.messages.message import Message


def tags_of(message: Message) -> dict[str, str]:
    """Ids only, as SES takes them (SES API v2 reference, MessageTag).

    Mail without a domain of its account's is booked under the account, whose id no domain has.
    """
    found = {
        "account": message.account_id,
        "domain": message.domain_id or message.account_id,
        "identity": message.identity_id,
        "message": message.message_id,
        "kind": "message",
        "test": "1" if message.test else None,
    }
    return {name: value for name, value in found.items() if value is not None}
