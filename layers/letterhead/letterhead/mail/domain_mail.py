"""The mails that tell an account's owner what has become of a domain, or of several at once."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from letterhead.mail.frame import framed
from letterhead.mail.message import MailContent
from letterhead.mail.moments import in_words
from letterhead.markup import Markup, fill
from letterhead.outbox.event import Event, EventType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_MOST_LISTED = 50
_LONGEST_VALUE = 300
_NONE = "nothing"


@value_type
class RecordNews:
    """One record: what stands there now, what must stand there, and what to do."""

    type: str
    name: str
    found: str
    expected: str
    advice: str


@value_type
class DomainNews:
    """What has become of one domain. `headline` is a sentence, `meaning` what follows from it."""

    domain: str
    headline: str
    meaning: str
    at: datetime
    records: tuple[RecordNews, ...] = ()


def news_of(event: Event) -> DomainNews:
    """What an event about a domain says, in words."""
    data = event.data
    name, reason = str(data["name"]), data.get("reason")
    headline, meaning = _WORDS_OF_REASON.get((event.type, reason)) or _WORDS[event.type]
    listed = data.get("records")
    records = listed if isinstance(listed, list) and event.type in _WITH_RECORDS else []
    return DomainNews(
        name,
        headline.format(name),
        meaning,
        event.occurred_at,
        tuple(_record(each) for each in records[:_MOST_LISTED]),
    )


def domain_mail(account: str, news: DomainNews) -> MailContent:
    """One domain's news."""
    values = {"account": account, "headline": news.headline, "meaning": news.meaning, "at": in_words(news.at)}
    records = "".join(_RECORD_TEXT.substitute(vars(record)) for record in news.records)
    text = _TEXT.substitute(values, records=records)
    shown = Markup("".join(fill(_RECORD_HTML, **vars(record)) for record in news.records))
    return MailContent(news.headline, text, framed(news.headline, fill(_HTML, **values, records=shown)))


def digest_mail(account: str, news: Sequence[DomainNews]) -> MailContent:
    """Several news, a line each, of several domains or of one."""
    number = len({each.domain for each in news})
    subject = f"{number} of your domains have changed" if number > 1 else news[-1].headline
    changed = (
        f"{number} domains have changed" if number > 1 else f"{news[0].domain} has changed {len(news)} times"
    )
    listed = news[:_MOST_LISTED]
    more = f"… and {len(news) - len(listed)} more." if len(news) > len(listed) else ""
    lines = "".join(f"- {each.headline} ({in_words(each.at)})\n" for each in listed)
    items = Markup("".join(fill(_ITEM_HTML, headline=each.headline, at=in_words(each.at)) for each in listed))
    text = _DIGEST_TEXT.substitute(account=account, changed=changed, lines=lines, more=more)
    html = fill(_DIGEST_HTML, account=account, changed=changed, items=items, more=more)
    return MailContent(subject, text, framed(subject, html))


def _record(record: Mapping[str, object]) -> RecordNews:
    findings = record.get("findings")
    finding = next((one for one in findings if one.get("fix")), None) if isinstance(findings, list) else None
    fix = finding["fix"] if finding else {}
    return RecordNews(
        type=str(record["type"]),
        name=str(record["name"]),
        found=_short(record.get("new")),
        expected=_short((finding or {}).get("expected") or record.get("old")),
        advice=_short(
            fix.get("sentence") or "Publish the record as it is shown among the domain's DNS records."
        ),
    )


def _short(value: object) -> str:
    text = _NONE if value is None else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


_KEEPS = "Mail still goes out from it for now: the right to send ends when DKIM has been missing for a day."
_WITH_RECORDS = frozenset(
    {
        EventType.DOMAIN_RECORD_MISSING,
        EventType.DOMAIN_RECORD_CHANGED,
        EventType.DOMAIN_SENDING_STOPPED,
        EventType.DOMAIN_FAILED,
    }
)
_WORDS = {
    EventType.DOMAIN_VERIFIED: ("{} is verified", "Mail can go out from it."),
    EventType.DOMAIN_FAILED: (
        "The DNS records of {} are not right",
        "The domain can't be verified like this. It is looked at again by itself.",
    ),
    EventType.DOMAIN_RECORD_MISSING: ("DNS records of {} are gone", _KEEPS),
    EventType.DOMAIN_RECORD_CHANGED: ("DNS records of {} say something else now", _KEEPS),
    EventType.DOMAIN_RECORD_RESTORED: ("The DNS records of {} are right again", "There is nothing to do."),
    EventType.DOMAIN_SENDING_STOPPED: ("No mail goes out from {} any more", "Its DKIM records are gone."),
    EventType.DOMAIN_OWNERSHIP_LOST: (
        "The name {} isn't yours any more",
        "Another account has proven that it owns the name. If it is yours, publish the new ownership challenge of the domain.",
    ),
}
_WORDS_OF_REASON: dict[tuple[EventType, object], tuple[str, str]] = {
    (EventType.DOMAIN_SENDING_STOPPED, "provider"): (
        "No mail goes out from {} any more",
        "Amazon SES doesn't find its records and refuses mail from it.",
    ),
    (EventType.DOMAIN_OWNERSHIP_LOST, "released"): (
        "The name {} isn't yours any more",
        "The operator of this service has released it. If it is yours, publish the new ownership challenge of the domain.",
    ),
}
_TEXT = Template("""\
Hello,

$headline ($at; account $account).

$meaning
$records""")
_RECORD_TEXT = Template("""
$type $name
    found:    $found
    expected: $expected
    $advice
""")
_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px"><strong>$headline</strong></p>
<p style="margin:0 0 14px">$meaning</p>
$records<p class="small" style="margin:0;font-size:14px;color:#5a6475">Seen $at, for the account $account.</p>
""")
_RECORD_HTML = Template("""\
<p style="margin:0 0 14px;overflow-wrap:anywhere"><strong>$type $name</strong><br>found: $found<br>expected: $expected<br>
$advice</p>
""")
_DIGEST_TEXT = Template("""\
Hello,

$changed (account $account):

$lines$more
""")
_DIGEST_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px"><strong>$changed</strong> (account $account):</p>
<ul style="margin:0 0 14px;padding:0 0 0 20px">$items</ul>
<p class="small" style="margin:0;font-size:14px;color:#5a6475">$more</p>
""")
_ITEM_HTML = Template("""<li style="margin:0 0 6px;overflow-wrap:anywhere">$headline<br><span class="small"
 style="font-size:14px;color:#5a6475">$at</span></li>""")
