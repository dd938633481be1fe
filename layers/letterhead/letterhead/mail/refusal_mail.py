"""The mail that tells an account's owner that somebody doesn't want to be a sender of theirs."""

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
class RefusalFacts:
    """What the mail tells; all are plain text."""

    account: str
    name: str
    address: str
    domain: str
    refused_at: datetime
    days: int


def refusal_mail(facts: RefusalFacts) -> MailContent:
    """The mail's subject, text and HTML."""
    values = {
        "account": as_words(facts.account),
        "name": as_words(facts.name),
        "address": facts.address,
        "domain": facts.domain,
        "at": in_words(facts.refused_at),
        "days": str(facts.days),
    }
    subject = f"{facts.address} refused to be a sender of {values['account']}"
    return MailContent(
        subject=subject, text=_TEXT.substitute(values), html=framed(subject, fill(_HTML, **values))
    )


_TEXT = Template("""\
Hello,

the owner of this address was asked whether $account may send mail in their name, and said no:

    $name
    $address

The sender identity under the domain $domain is refused since $at. Nothing is sent in its name.

$account can't ask this address again for $days days. If this surprises you, please talk to the person first.
""")
_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px">the owner of this address was asked whether <strong>$account</strong> may send mail in their name,
and said no:</p>
<p style="margin:0 0 14px;overflow-wrap:anywhere"><strong>$name</strong><br>$address</p>
<p style="margin:0 0 14px">The sender identity under the domain <strong>$domain</strong> is refused since $at.
Nothing is sent in its name.</p>
<p class="small" style="margin:0;font-size:14px;color:#5a6475">$account can&#8217;t ask this address again for $days days.
If this surprises you, please talk to the person first.</p>
""")
