"""The pages behind a confirmation link. Only the open one has a form; none says more than its link entitles to."""

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
    from letterhead.identities.identity import SenderIdentity


def opened_page(opened: Opened[SenderIdentity], *, asker: str, token: str, now: datetime) -> Reply:
    """The page that a link opens."""
    if opened.state is LinkState.OPEN and opened.asked is not None and opened.expires_at is not None:
        return _form(200, opened, asker=asker, token=token, now=now)
    return closed_page(_CLOSED, opened.state)


def pressed_page(
    pressed: Pressed[SenderIdentity],
    *,
    asker: str,
    token: str,
    now: datetime,
    success_message: str | None = None,
) -> Reply:
    """The page after a button was pressed. A success message is the asker's own words to whoever confirmed."""
    identity = pressed.opened.asked
    if pressed.outcome is Outcome.STALE_VISIT:
        return _form(400, pressed.opened, asker=asker, token=token, now=now, notice=STALE)
    if pressed.outcome is Outcome.CLOSED or identity is None:
        return opened_page(pressed.opened, asker=asker, token=token, now=now)
    template, title = (_REFUSED, "You said no")
    if identity.is_verified:
        template, title = (_CONFIRMED, "Thank you")
    elif identity.is_confirmed:
        template, title = (_ONE_MAIL_MORE, "Thank you \u2013 one step more")
    told = (
        fill(_TOLD, asker=asker, message=success_message or "")
        if success_message and identity.is_confirmed
        else Markup()
    )
    return page(200, title, Markup(fill(template, asker=asker, address=_address(identity)) + told))


def _form(
    status: int, opened: Opened[SenderIdentity], *, asker: str, token: str, now: datetime, notice: str = ""
) -> Reply:
    identity = opened.asked
    if identity is None or opened.expires_at is None:
        raise ValueError("only a link with an identity has a form")
    note = identity.personal_note if identity.add_note else None
    content = fill(
        _FORM,
        notice=fill(PARAGRAPH, text=notice) if notice else Markup(),
        asker=asker,
        name=identity.name,
        address=_address(identity),
        domain=in_plain_sight(identity.domain.shown_name, identity.domain.name),
        note=fill(_NOTE, asker=asker, note=note) if note else Markup(),
        until=in_words(opened.expires_at),
        buttons=buttons(token, now),
    )
    return page(status, "May they send mail in your name?", content)


def _address(identity: SenderIdentity) -> Markup:
    return escape(in_plain_sight(identity.email.shown, identity.email.deliverable))


_NOTE = Template("<p>A note from $asker:</p>\n<blockquote>$note</blockquote>\n")
_FORM = Template("""\
$notice<p><strong>$asker</strong> asks for your consent to send mail with this sender:</p>
<dl>
<dt>Name</dt><dd>$name</dd>
<dt>Address</dt><dd>$address</dd>
<dt>Sent through the domain</dt><dd>$domain</dd>
</dl>
$note$buttons<p class="small">This page works until $until. If you do nothing, nothing is sent in your name.</p>
""")
_CONFIRMED = Template("""\
<p>$asker may now send mail as <strong>$address</strong>.</p>
<p class="small">There is nothing more to do; you can close this page. If you change your mind, tell $asker.</p>
""")
_ONE_MAIL_MORE = Template("""\
<p>You have told us that $asker may send mail as <strong>$address</strong>.</p>
<p>Amazon, through whom this mail is sent, asks you too: within a few minutes you get a <strong>second mail, from
no-reply-aws@amazon.com</strong>. Please open the link in it within 24 hours.</p>
<p class="small">Until then nothing is sent as this address. If that mail doesn&#8217;t come, look among the junk mail, or tell
$asker.</p>
""")
_TOLD = Template("<p>A message from $asker:</p>\n<blockquote>$message</blockquote>\n")
_REFUSED = Template("""\
<p>$asker may not send mail as <strong>$address</strong>.</p>
<p class="small">There is nothing more to do; you can close this page.</p>
""")

_CLOSED = {
    LinkState.EXPIRED: Closed(
        410,
        "This link has expired",
        "Nothing is sent in your name."
        " If you do want to give your consent, ask whoever wrote to you for a new mail.",
    ),
    LinkState.REFUSED: Closed(
        410,
        "This request was refused",
        "Nothing is sent in your name, and nobody can use this link any more.",
    ),
}
