"""The mails that tell an account's owner that a webhook of theirs keeps failing, or isn't told of anything any more."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from letterhead.mail.frame import framed
from letterhead.mail.message import MailContent
from letterhead.mail.moments import in_words
from letterhead.markup import fill
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime


@value_type
class WebhookFacts:
    """What the mail tells; all are plain text. `reason` is None as long as the webhook still is told of events."""

    account: str
    url: str
    webhook_id: str
    at: datetime
    reason: str | None = None


_DISABLED = {
    "gone": "It answered 410 Gone, by which a receiver says that it wants no more.",
    "failing": "Every request to it has failed for three days.",
}
_FAILING = "At least twenty requests to it have failed within a day. They are tried again for three days."


def webhook_mail(facts: WebhookFacts) -> MailContent:
    """The mail's subject, text and HTML."""
    disabled = facts.reason is not None
    values = {
        "account": facts.account,
        "url": facts.url,
        "id": facts.webhook_id,
        "at": in_words(facts.at),
        "what": "is disabled" if disabled else "keeps failing",
        "why": _DISABLED.get(facts.reason or "", _FAILING),
        "next": (
            "Nothing is sent to it until you enable it again. What it missed can be replayed for 30 days."
            if disabled
            else "If nothing else gets through for three days, it is disabled. What it missed can be replayed for 30 days."
        ),
    }
    subject = f"A webhook of {facts.account} {values['what']}"
    return MailContent(
        subject=subject, text=_TEXT.substitute(values), html=framed(subject, fill(_HTML, **values))
    )


_TEXT = Template("""\
Hello,

this webhook of $account $what since $at:

    $url
    ($id)

$why

$next
""")
_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px">this webhook of <strong>$account</strong> $what since $at:</p>
<p style="margin:0 0 14px;overflow-wrap:anywhere"><strong>$url</strong><br>($id)</p>
<p style="margin:0 0 14px">$why</p>
<p style="margin:0">$next</p>
""")
