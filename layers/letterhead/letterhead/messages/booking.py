"""What is kept of a draft: the message that it becomes, or the record of a mail to nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.messages.gates import Code
from letterhead.messages.message import Message, MessageStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.messages.draft import Draft
    from letterhead.messages.sender import Sender
    from letterhead.suppressions.blocking import Block
    from letterhead.tokens.token import ApiToken


def booked(
    draft: Draft,
    token: ApiToken,
    sender: Sender,
    dropped: Mapping[str, str],
    *,
    message_id: str,
    created_at: datetime,
    status: MessageStatus,
    due_at: datetime | None = None,
    failure: str | None = None,
    bulk_id: str | None = None,
    unsubscribable: bool = False,
    unspent: bool = False,
) -> Message:
    """The message that a draft becomes as this sender's, with what its domain's settings say of mail that doesn't say it itself.
    `dropped` are those whom it doesn't go to, each with the list that blocks them."""
    domain = sender.domain
    if draft.bulk is None and domain is not None and domain.settings.get("precedence_bulk") is True:
        draft = replace(draft, bulk=True)
    return Message(
        message_id=message_id,
        account_id=token.account_id,
        token_id=token.token_id,
        dialect=token.dialect,
        draft=draft,
        from_name=sender.name,
        from_address=sender.address,
        reply_to=draft.reply_to or sender.reply_to,
        created_at=created_at,
        domain_id=None if domain is None else domain.domain_id,
        identity_id=None if sender.identity is None else sender.identity.identity_id,
        test=token.test_mode,
        status=status,
        due_at=due_at,
        failure=failure,
        dropped=dropped,
        bulk_id=bulk_id,
        unsubscribable=unsubscribable,
        unspent=unspent,
    )


def booked_to_nobody(
    draft: Draft,
    token: ApiToken,
    sender: Sender,
    suppressed: Mapping[str, Sequence[Block]],
    *,
    message_id: str,
    created_at: datetime,
    bulk_id: str | None = None,
) -> Message:
    """The record of a draft that was refused because everybody in To is suppressed: it never leaves, and its history tells why.

    What nobody gets isn't kept: its content, and whom else it named.
    """
    nothing = replace(
        draft,
        to=(),
        cc=(),
        bcc=(),
        text=None,
        html=None,
        attachments=(),
        variables={},
        personalization={},
        send_at=None,
    )
    return booked(
        nothing,
        token,
        sender,
        {key: blocks[0].list.value for key, blocks in suppressed.items()},
        message_id=message_id,
        created_at=created_at,
        status=MessageStatus.FAILED,
        failure=Code.RECIPIENT_SUPPRESSED.value,
        bulk_id=bulk_id,
    )
