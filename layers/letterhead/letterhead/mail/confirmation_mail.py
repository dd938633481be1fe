"""The mail that asks the owner of an address for consent.

It loads nothing from elsewhere but an account's own logo, reads well on a phone and in the dark, and says in text what it
says in HTML.
"""

from __future__ import annotations

from dataclasses import replace
from string import Template
from typing import TYPE_CHECKING

from letterhead.mail.frame import PLAIN, Appearance, button, framed
from letterhead.mail.lookalikes import as_words
from letterhead.mail.message import MailContent
from letterhead.mail.moments import in_words
from letterhead.mail.placeholders import Places
from letterhead.markup import Markup, escape, fill
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime


@value_type
class ConfirmationFacts:
    """What the mail tells. All are plain text; `note` may have several lines."""

    asker: str
    name: str
    address: str
    domain: str
    url: str
    expires_at: datetime
    note: str | None = None


@value_type
class MailTemplate:
    """How an account writes the mail; None is ours. Texts have places (`letterhead.mail.placeholders`) and were checked."""

    subject: str | None = None
    text: str | None = None
    html: str | None = None
    appearance: Appearance = PLAIN


OURS = MailTemplate()


def confirmation_mail(facts: ConfirmationFacts, template: MailTemplate = OURS) -> MailContent:
    """The mail's subject, text and HTML. Whatever an account writes, who asks, for what and until when stands below it.

    Nothing in it but our own link, and what an account's template links to, can be clicked on.
    """
    facts = replace(
        facts,
        asker=as_words(facts.asker),
        name=as_words(facts.name),
        note=None if facts.note is None else as_words(facts.note),
    )
    values = {
        "asker": facts.asker,
        "name": facts.name,
        "address": facts.address,
        "domain": facts.domain,
        "link": facts.url,
        "until": in_words(facts.expires_at),
    }
    return MailContent(
        subject=Places(template.subject or _SUBJECT).filled(values),
        text=_own_text(template.text, values, facts) if template.text else _our_text(values, facts),
        html=framed("Please confirm", _html_content(template, values, facts), template.appearance),
    )


def _our_text(values: dict[str, str], facts: ConfirmationFacts) -> str:
    quoted = "\n".join(f"> {line}" for line in (facts.note or "").split("\n"))
    note = _TEXT_NOTE.substitute(asker=facts.asker, note=quoted) if facts.note else ""
    return _TEXT.substitute(values, note=note)


def _own_text(text: str, values: dict[str, str], facts: ConfirmationFacts) -> str:
    filled = Places(text).filled({**values, "note": facts.note or ""})
    return f"{filled}\n\n-- \n{_TEXT_CLOSING.substitute(values)}"


def _html_content(template: MailTemplate, values: dict[str, str], facts: ConfirmationFacts) -> Markup:
    pressed = button(facts.url, "Look at the request", template.appearance)
    if template.html is None:
        note = fill(_HTML_NOTE, asker=facts.asker, note=facts.note) if facts.note else Markup()
        return fill(_HTML, **values, note=note, button=pressed)
    places = {**values, "note": facts.note or "", "button": pressed}
    own = Places(template.html).filled({name: escape(value) for name, value in places.items()})
    return Markup(own + fill(_HTML_CLOSING, **values))


_SUBJECT = "Please confirm: may {{ asker }} send mail as {{ address }}?"

_TEXT_NOTE = Template("A note from $asker:\n\n$note\n\n")

_TEXT_CLOSING = Template("""\
$asker asks to send mail as $address through the domain $domain. The link works once, until $until.
If you don't agree or don't know $asker, you needn't do anything: without your consent nothing is sent in your name.
The page behind the link has a button to say no.
""")

_TEXT = Template("""\
Hello,

$asker asks to send mail in your name:

    $name
    $address

The mail will leave through the domain $domain.

${note}If you agree, open this page and press the button on it:

$link

The link works once, until $until.

If you don't agree or don't know $asker, you needn't do anything: without your consent nothing is sent in your name.
The same page has a button to say no.
""")

_HTML_NOTE = Template("""\
<p style="margin:0 0 6px">A note from $asker:</p>
<p class="note" style="margin:0 0 20px;padding:10px 14px;border-left:3px solid #8a94a6;overflow-wrap:anywhere">$note</p>
""")

_HTML_CLOSING = Template("""\
<p class="small" style="margin:24px 0 10px;font-size:14px;color:#5a6475">$asker asks to send mail as $address through the
domain $domain. The link works once, until $until.</p>
<p class="small" style="margin:0;font-size:14px;color:#5a6475">If you don&#8217;t agree or don&#8217;t know $asker,
you needn&#8217;t do anything: without your consent nothing is sent in your name.
The page behind the link has a button to say no.</p>
""")

_HTML = Template("""\
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px"><strong>$asker</strong> asks to send mail in your name:</p>
<p style="margin:0 0 14px;overflow-wrap:anywhere"><strong>$name</strong><br>$address</p>
<p style="margin:0 0 20px">The mail will leave through the domain <strong>$domain</strong>.</p>
$note<p style="margin:0 0 20px">If you agree, open this page and press the button on it:</p>
<p style="margin:0 0 20px">$button</p>
<p class="small" style="margin:0 0 10px;font-size:14px;color:#5a6475">The link works once, until $until.</p>
<p class="small" style="margin:0 0 10px;font-size:14px;color:#5a6475">If you don&#8217;t agree or don&#8217;t know $asker,
you needn&#8217;t do anything: without your consent nothing is sent in your name.
The same page has a button to say no.</p>
<p class="small" style="margin:0;font-size:13px;color:#5a6475;overflow-wrap:anywhere">If the button doesn&#8217;t work:
<a href="$link" style="color:#5a6475">$link</a></p>
""")
