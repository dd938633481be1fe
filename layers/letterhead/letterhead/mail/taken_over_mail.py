"""The mail that tells an account's owner that an address's owner has given it to somebody else."""

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
class TakenOverFacts:
    """What the mail tells; all are plain text. To whom the address went is nobody's business but its owner's."""

    account: str
    name: str
    address: str
    domain: str
    taken_over_at: datetime


def taken_over_mail(facts: TakenOverFacts) -> MailContent:
    """The mail's subject, text and HTML."""
    values = {
        "account": as_words(facts.account),
        "name": as_words(facts.name),
        "address": facts.address,
        "domain": facts.domain,
        "at": in_words(facts.taken_over_at),
    }
    subject = f"{facts.address} can't be a sender of {values['account']} any more"
    return MailContent(
        subject=subject, text=_TEXT.substitute(values), html=framed(subject, fill(_HTML, **values))
    )


_TEXT = Template("""\
Hello,

the owner of this address has let somebody else send mail from it, after having let $account do so:

    $name
    $address

Amazon keeps an address for one user at a time, and its owner's newest word decides. Since $at the sender identity under the
domain $domain can't be used.

If its owner wants you to send again, delete the identity and create it anew, so that they are asked once more; or change its From
mode to "aligned", which takes no verification by Amazon.
""")
_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px">the owner of this address has let somebody else send mail from it, after having let
<strong>$account</strong> do so:</p>
<p style="margin:0 0 14px;overflow-wrap:anywhere"><strong>$name</strong><br>$address</p>
<p style="margin:0 0 14px">Amazon keeps an address for one user at a time, and its owner&#8217;s newest word decides. Since $at
the sender identity under the domain <strong>$domain</strong> can&#8217;t be used.</p>
<p class="small" style="margin:0;font-size:14px;color:#5a6475">If its owner wants you to send again, delete the
identity and create it anew, so that they are asked once more; or change its From mode to &#8220;aligned&#8221;, which takes no
verification by Amazon.</p>
""")
