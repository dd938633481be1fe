"""The mail that asks the owner of an address for consent.

It loads nothing from elsewhere, reads well on a phone and in the dark, and says in text what it says in HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from string import Template

from letterhead.mail.message import MailContent
from letterhead.mail.moments import in_words
from letterhead.markup import Markup, fill


@dataclass(frozen=True)
class ConfirmationFacts:
    """What the mail tells. All are plain text; `note` may have several lines."""

    asker: str
    name: str
    address: str
    domain: str
    url: str
    expires_at: datetime
    note: str | None = None


def confirmation_mail(facts: ConfirmationFacts) -> MailContent:
    """The mail's subject, text and HTML."""
    values = {
        "asker": facts.asker,
        "name": facts.name,
        "address": facts.address,
        "domain": facts.domain,
        "url": facts.url,
        "until": in_words(facts.expires_at),
    }
    note = facts.note or ""
    quoted = "\n".join(f"> {line}" for line in note.split("\n"))
    text_note = (
        Template("A note from $asker:\n\n$note\n\n").substitute(asker=facts.asker, note=quoted)
        if note
        else ""
    )
    html_note = fill(_HTML_NOTE, asker=facts.asker, note=note) if note else Markup()
    return MailContent(
        subject=f"Please confirm: may {facts.asker} send mail as {facts.address}?",
        text=_TEXT.substitute(values, note=text_note),
        html=fill(_HTML, **values, note=html_note),
    )


_TEXT = Template("""\
Hello,

$asker asks to send mail in your name:

    $name
    $address

The mail will leave through the domain $domain.

${note}If you agree, open this page and press the button on it:

$url

The link works once, until $until.

If you don't agree or don't know $asker, you needn't do anything: without your consent nothing is sent in your name.
The same page has a button to say no.
""")

_HTML_NOTE = Template("""\
<p style="margin:0 0 6px">A note from $asker:</p>
<p class="note" style="margin:0 0 20px;padding:10px 14px;border-left:3px solid #8a94a6;overflow-wrap:anywhere">$note</p>
""")

_HTML = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Please confirm</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  body, .page { background: #16181d !important; color: #e6e8ec !important; }
  .card { background: #1f232b !important; }
  .button { background: #5b8def !important; color: #0b0d11 !important; }
  .small, .small a { color: #a9b1bf !important; }
}
</style>
</head>
<body style="margin:0;background:#f3f4f7;color:#1c2230">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f4f7">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0"
 style="max-width:560px;background:#ffffff;border-radius:10px">
<tr><td style="padding:28px 26px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<p style="margin:0 0 14px">Hello,</p>
<p style="margin:0 0 14px"><strong>$asker</strong> asks to send mail in your name:</p>
<p style="margin:0 0 14px;overflow-wrap:anywhere"><strong>$name</strong><br>$address</p>
<p style="margin:0 0 20px">The mail will leave through the domain <strong>$domain</strong>.</p>
$note<p style="margin:0 0 20px">If you agree, open this page and press the button on it:</p>
<p style="margin:0 0 20px"><a class="button" href="$url" style="display:inline-block;padding:12px 22px;
 border-radius:8px;background:#1f4fd8;color:#ffffff;font-weight:600;text-decoration:none">Look at the request</a></p>
<p class="small" style="margin:0 0 10px;font-size:14px;color:#5a6475">The link works once, until $until.</p>
<p class="small" style="margin:0 0 10px;font-size:14px;color:#5a6475">If you don&#8217;t agree or don&#8217;t know $asker,
you needn&#8217;t do anything: without your consent nothing is sent in your name.
The same page has a button to say no.</p>
<p class="small" style="margin:0;font-size:13px;color:#5a6475;overflow-wrap:anywhere">If the button doesn&#8217;t work:
<a href="$url" style="color:#5a6475">$url</a></p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
""")
