"""Sendara's test recipients and account verification: requests into concepts, concepts into answers (contracts B.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds, or_null
from letterhead.identities.addresses import AddressError
from letterhead.sandbox.recipient import RecipientNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.identities.addresses import AddressRules, EmailAddress
    from letterhead.sandbox.recipient import Sandbox, SandboxRecipient

LONGEST_EMAIL = 320
NOT_DELIVERABLE = "The part before the @ must be ASCII: no mail of ours reaches it otherwise."


def read_invitation(body: Mapping[str, object], rules: AddressRules) -> EmailAddress:
    """The address that `POST /v1/test-recipients` names; raises `InvalidFieldsError`."""
    fields = Fields(body)
    text = fields.text("email", required=True, longest=LONGEST_EMAIL)
    fields.finish()
    try:
        address = rules.parse(text or "")
    except AddressError:
        raise InvalidFieldsError({"email": ("The email must be a valid email address.",)}) from None
    if address.needs_smtputf8:
        raise InvalidFieldsError({"email": (NOT_DELIVERABLE,)})
    return address


def read_id(text: str) -> str:
    """The id in a path, `rcpt_…`; raises `RecipientNotFoundError` for what can't be one."""
    recipient_id = identifiers.from_prefixed(identifiers.RECIPIENT_PREFIX, text)
    if recipient_id is None:
        raise RecipientNotFoundError
    return recipient_id


def added(recipient: SandboxRecipient, now: datetime) -> Reply:
    """201."""
    return Reply(201, recipient_object(recipient, now))


def listed(sandbox: Sandbox, now: datetime) -> Reply:
    """200 with all of them, oldest first."""
    return Reply(200, {"recipients": [recipient_object(one, now) for one in sandbox.recipients]})


def done() -> Reply:
    """204, without a body."""
    return Reply(204)


def verification(*, live: bool, shared_sender: str | None) -> Reply:
    """200. `sandbox_mode`: as long as no domain of the account may send, mail reaches its own people only."""
    return Reply(
        200,
        {
            "sandbox_mode": not live,
            "shared_email_sender": shared_sender,
            "channels": [{"channel": "email", "verified": live}],
        },
    )


def recipient_object(recipient: SandboxRecipient, now: datetime) -> dict[str, object]:
    """Sendara's object; `mail_failure`, why the last mail hasn't left, is ours."""
    verified_at = recipient.decided_at if recipient.is_verified else None
    return {
        "id": identifiers.to_prefixed(identifiers.RECIPIENT_PREFIX, recipient.recipient_id),
        "email": recipient.email.shown,
        "status": recipient.status_at(now).value,
        "verified_at": or_null(verified_at),
        "created_at": in_seconds(recipient.created_at),
        "mail_failure": recipient.mail_failure and recipient.mail_failure.value,
    }
