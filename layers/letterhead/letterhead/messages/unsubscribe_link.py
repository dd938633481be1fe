"""The link by which a recipient gets no more such mail.

It names its message and proves that we made it for that message's one recipient: an HMAC under the key of confirmation links, so
nobody can make one, or change one into another's. It is derived when the mail is written and kept nowhere.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.messages.draft import MessageType

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain
    from letterhead.messages.draft import Draft
    from letterhead.messages.message import Message

PATH = "/unsubscribe/"
# As the services write it where the link is to stand (contracts A.4: `track_unsubscribe_html` and its older recordings).
PLACE = "{{unsubscribe}}"
_PLACE = re.compile(r"\{\{\s*unsubscribe\s*\}\}|\{\$unsubscribe\}")
_LINK = re.compile(r"([0-9a-z]{16})([0-9a-z]{16})([A-Za-z0-9_-]{43})")


def has_place(*bodies: str | None) -> bool:
    """Whether one of these says where the link is to stand."""
    return any(
        body is not None and "unsubscribe" in body and _PLACE.search(body) is not None for body in bodies
    )


def with_link(draft: Draft, url: str) -> Draft:
    """The draft with the link in every place for it. A link has nothing in it that HTML would have escaped."""
    if not has_place(draft.text, draft.html):
        return draft
    text, html = (body and _PLACE.sub(lambda _: url, body) for body in (draft.text, draft.html))
    return replace(draft, text=text, html=html)


def wants_link(draft: Draft, domain: SendingDomain | None) -> bool:
    """Whether a mail gets a link of ours: marketing does, what has a place for it, and what its domain's settings ask it for
    (`track_unsubscribe`).

    Not one without a place for it whose caller sets the header, for which the caller answers; not the shared sender's, which has
    no domain to unsubscribe from; and where its domain asks alone, none to several, for nobody could say which of them followed
    it: of the others each recipient gets a mail of their own.
    """
    if domain is None:
        return False
    if has_place(draft.text, draft.html):
        return True
    if draft.list_unsubscribe:
        return False
    if draft.message_type is MessageType.MARKETING:
        return True
    return domain.settings.get("track_unsubscribe") is True and len(draft.recipients) == 1


def link_token(key: bytes, message: Message) -> str:
    """The part of the link that names and proves; its recipient is the first one in To."""
    return f"{message.account_id}{message.message_id}{proof(key, message)}"


def proof(key: bytes, message: Message) -> str:
    """What proves that a link is ours: HMAC-SHA256 (RFC 2104) of the message and its recipient, in base64url."""
    recipient = message.draft.to[0].address.key
    said = f"unsubscribe:{message.account_id}:{message.message_id}:{recipient}"
    return urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")).decode().rstrip("=")


def parts_of(token: str) -> tuple[str, str, str] | None:
    """The account, the message and the proof that a link's text says it has; None for what can't be one."""
    parts = _LINK.fullmatch(token)
    return None if parts is None else (parts[1], parts[2], parts[3])
