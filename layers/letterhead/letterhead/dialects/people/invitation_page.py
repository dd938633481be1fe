"""The pages behind the link that asks somebody to be a test recipient. Only the open one has a form."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from letterhead.dialects.people.consent_form import PARAGRAPH, STALE, Closed, buttons, closed_page
from letterhead.dialects.people.page import page
from letterhead.identities.confirmation import LinkState, Opened, Outcome, Pressed
from letterhead.mail.lookalikes import in_plain_sight
from letterhead.mail.moments import in_words
from letterhead.markup import Markup, escape, fill

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.dialects.reply import Reply
    from letterhead.sandbox.recipient import SandboxRecipient


def opened_page(
    opened: Opened[SandboxRecipient],
    *,
    asker: str,
    token: str,
    now: datetime,
    status: int = 200,
    notice: str = "",
) -> Reply:
    """The page that a link opens."""
    recipient = opened.asked
    if opened.state is not LinkState.OPEN or recipient is None or opened.expires_at is None:
        return closed_page(_CLOSED, opened.state)
    content = fill(
        _FORM,
        notice=fill(PARAGRAPH, text=notice) if notice else Markup(),
        asker=asker,
        address=_address(recipient),
        buttons=buttons(token, now),
        until=in_words(opened.expires_at),
    )
    return page(status, "May they send test mail to you?", content)


def pressed_page(pressed: Pressed[SandboxRecipient], *, asker: str, token: str, now: datetime) -> Reply:
    """The page after a button was pressed."""
    recipient = pressed.opened.asked
    if pressed.outcome is Outcome.STALE_VISIT:
        return opened_page(pressed.opened, asker=asker, token=token, now=now, status=400, notice=STALE)
    if pressed.outcome is Outcome.CLOSED or recipient is None:
        return opened_page(pressed.opened, asker=asker, token=token, now=now)
    template, title = (_CONFIRMED, "Thank you") if recipient.is_verified else (_REFUSED, "You said no")
    return page(200, title, fill(template, asker=asker, address=_address(recipient)))


def _address(recipient: SandboxRecipient) -> Markup:
    return escape(in_plain_sight(recipient.email.shown, recipient.email.deliverable))


_FORM = Template("""\
$notice<p><strong>$asker</strong> is trying out how its mail arrives and asks for your consent to send such tests to this
address:</p>
<dl>
<dt>Address</dt><dd>$address</dd>
</dl>
$buttons<p class="small">This page works until $until. If you do nothing, no test is sent to you.</p>
""")
_CONFIRMED = Template("""\
<p>$asker may now send test mail to <strong>$address</strong>.</p>
<p class="small">There is nothing more to do; you can close this page. If you change your mind, tell $asker.</p>
""")
_REFUSED = Template("""\
<p>$asker may not send test mail to <strong>$address</strong>.</p>
<p class="small">There is nothing more to do; you can close this page.</p>
""")

_CLOSED = {
    LinkState.EXPIRED: Closed(
        410,
        "This link has expired",
        "No test is sent to you. If you do want to get some, ask whoever wrote to you for a new mail.",
    ),
    LinkState.REFUSED: Closed(
        410,
        "This request was refused",
        "No test is sent to you, and nobody can use this link any more.",
    ),
}
