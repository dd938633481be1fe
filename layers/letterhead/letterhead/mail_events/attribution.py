"""Whose mail an event is about."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.mail_events.event import PublishedMail

MESSAGE = "message"


@value_type
class Attribution:
    """The account, domain, identity and message that a mail was sent for.

    `kind` is what sort of mail it was: `message` for the account's own, else one that Letterhead sent (a confirmation, a
    notice). Such a mail has no message of the account's; it gets an id of its own that is the same for all its events.
    """

    account_id: str
    domain_id: str
    identity_id: str | None
    message_id: str
    kind: str


def attribute(mail: PublishedMail) -> Attribution | None:
    """By the tags that Letterhead puts on every mail; None for a mail that doesn't bear them, or has no instant."""
    tags = mail.tags
    account_id, domain_id = tags.get("account", ""), tags.get("domain", "")
    if mail.sent_at is None or not (identifiers.is_id(account_id) and identifiers.is_id(domain_id)):
        return None
    identity_id, message_id = tags.get("identity", ""), tags.get("message", "")
    if not identifiers.is_id(message_id):
        digest = hashlib.sha256(mail.ses_message_id.encode("utf-8", "surrogatepass")).digest()
        message_id = identifiers.digest_id(mail.sent_at, digest)
    return Attribution(
        account_id=account_id,
        domain_id=domain_id,
        identity_id=identity_id if identifiers.is_id(identity_id) else None,
        message_id=message_id,
        kind=tags.get("kind", MESSAGE),
    )
