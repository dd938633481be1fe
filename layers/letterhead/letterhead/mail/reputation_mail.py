"""The mails that tell an account's owner what a domain's bounces or complaints have come to."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from letterhead.mail.frame import framed
from letterhead.mail.lookalikes import as_words
from letterhead.mail.message import MailContent
from letterhead.mail.moments import in_words
from letterhead.markup import fill
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime


@value_type
class ReputationFacts:
    """What the mail tells. `rate` and `threshold` are shares of 1, `what` is `bounces` or `complaints`."""

    account: str
    domain: str
    what: str
    rate: float
    threshold: float
    volume: int
    window_hours: int
    at: datetime
    paused: bool


def reputation_mail(facts: ReputationFacts) -> MailContent:
    """The mail's subject, text and HTML: a warning, or the news that sending is paused."""
    values = {
        "account": as_words(facts.account),
        "domain": facts.domain,
        "what": facts.what,
        "rate": _percent(facts.rate),
        "threshold": _percent(facts.threshold),
        "volume": str(facts.volume),
        "window": "24 hours" if facts.window_hours == 24 else f"{facts.window_hours // 24} days",
        "at": in_words(facts.at),
    }
    if facts.paused:
        subject = f"Sending from {facts.domain} is paused"
        text, html = _PAUSED_TEXT, _PAUSED_HTML
    else:
        subject = f"Too many {facts.what} of mail from {facts.domain}"
        text, html = _WARNING_TEXT, _WARNING_HTML
    return MailContent(
        subject=subject, text=text.substitute(values), html=framed(subject, fill(html, **values))
    )


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


_WHAT_TO_DO = """\
Please see who these addresses are and where they came from, and write only to people who want it."""
_PAUSED_TEXT = Template(f"""\
Hello,

sending from $domain, of $account, is paused since $at.

In the last $window there were $rate of $what among $volume mails; from $threshold on nothing more leaves from a domain, for
mailbox providers would soon refuse the mail of everybody who sends from here.

{_WHAT_TO_DO} Then ask the operator of this service to let the domain send again.
""")
_WARNING_TEXT = Template(f"""\
Hello,

mail from $domain, of $account, comes back too often, or is complained of: in the last $window there were $rate of $what among
$volume mails, as of $at. From $threshold on there is this warning; if it goes on, sending from the domain will be paused.

{_WHAT_TO_DO}
""")
_PAUSED_HTML = Template(f"""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px">sending from <strong>$domain</strong>, of <strong>$account</strong>, is paused since $at.</p>
<p style="margin:0 0 14px">In the last $window there were <strong>$rate</strong> of $what among $volume mails; from $threshold on
nothing more leaves from a domain, for mailbox providers would soon refuse the mail of everybody who sends from here.</p>
<p style="margin:0">{_WHAT_TO_DO} Then ask the operator of this service to let the domain send again.</p>
""")
_WARNING_HTML = Template(f"""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px">mail from <strong>$domain</strong>, of <strong>$account</strong>, comes back too often, or is
complained of: in the last $window there were <strong>$rate</strong> of $what among $volume mails, as of $at. From $threshold on
there is this warning; if it goes on, sending from the domain will be paused.</p>
<p style="margin:0">{_WHAT_TO_DO}</p>
""")
