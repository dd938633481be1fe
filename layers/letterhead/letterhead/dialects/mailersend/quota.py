"""MailerSend's answer to GET /v1/api-quota (contracts A.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.mailersend.limits import UNLIMITED, left_of, reset_of
from letterhead.dialects.reply import Reply

if TYPE_CHECKING:
    from letterhead.limits.standing import Standing


def render(quota: Standing) -> Reply:
    """The day's quota of sends, what is left of it and when it is renewed; no `data` around it."""
    amount = UNLIMITED if quota.limit.amount is None else quota.limit.amount
    return Reply(200, {"quota": amount, "remaining": left_of(quota), "reset": reset_of(quota)})
