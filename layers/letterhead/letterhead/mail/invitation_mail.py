"""The mail that asks somebody whether they want to get an account's tests."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from letterhead.mail.frame import button, framed
from letterhead.mail.message import MailContent
from letterhead.mail.moments import in_words
from letterhead.markup import fill
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime


@value_type
class RecipientFacts:
    """What the mail tells; all are plain text."""

    asker: str
    address: str
    url: str
    expires_at: datetime


def invitation_mail(facts: RecipientFacts) -> MailContent:
    """The mail's subject, text and HTML."""
    values = {
        "asker": facts.asker,
        "address": facts.address,
        "link": facts.url,
        "until": in_words(facts.expires_at),
    }
    return MailContent(
        subject=f"Please confirm: may {facts.asker} send test mail to you?",
        text=_TEXT.substitute(values),
        html=framed("Please confirm", fill(_HTML, **values, button=button(facts.url, "Look at the request"))),
    )


_TEXT = Template("""\
Hello,

$asker is trying out how its mail arrives and asks to send such tests to this address:

    $address

If you agree, open this page and press the button on it:

$link

The link works once, until $until.

If you don't agree or don't know $asker, you needn't do anything: without your consent no test is sent to you.
The same page has a button to say no.
""")
_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px"><strong>$asker</strong> is trying out how its mail arrives and asks to send such tests to this
address:</p>
<p style="margin:0 0 20px;overflow-wrap:anywhere">$address</p>
<p style="margin:0 0 20px">If you agree, open this page and press the button on it:</p>
<p style="margin:0 0 20px">$button</p>
<p class="small" style="margin:0 0 10px;font-size:14px;color:#5a6475">The link works once, until $until.</p>
<p class="small" style="margin:0 0 10px;font-size:14px;color:#5a6475">If you don&#8217;t agree or don&#8217;t know $asker,
you needn&#8217;t do anything: without your consent no test is sent to you.
The same page has a button to say no.</p>
<p class="small" style="margin:0;font-size:13px;color:#5a6475;overflow-wrap:anywhere">If the button doesn&#8217;t work:
<a href="$link" style="color:#5a6475">$link</a></p>
""")
