"""The pages behind a link to unsubscribe: GET shows a button; its POST, and mailbox providers' own (RFC 8058), act."""

from __future__ import annotations

from email import message_from_bytes
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from letterhead.dialects.people.page import page
from letterhead.mail.lookalikes import in_plain_sight
from letterhead.markup import Markup, escape, fill

if TYPE_CHECKING:
    from letterhead.dialects.reply import Reply
    from letterhead.messages.unsubscribing import Unsubscription

_LONGEST_FORM = 2000
_FIELD, _VALUE = "List-Unsubscribe", "One-Click"


def is_one_click(body: bytes, content_type: str) -> bool:
    """Whether a form says `List-Unsubscribe=One-Click`, in either of the forms that RFC 8058 section 3.2 names."""
    body = body[:_LONGEST_FORM]
    if content_type.partition(";")[0].strip().lower() == "multipart/form-data":
        return _in_parts(body, content_type)
    return parse_qs(body.decode("ascii", "replace")).get(_FIELD) == [_VALUE]


def _in_parts(body: bytes, content_type: str) -> bool:
    line = content_type.replace("\r", "").replace("\n", "").encode("ascii", "replace")
    form = message_from_bytes(b"Content-Type: " + line + b"\r\n\r\n" + body)
    parts = form.get_payload() if form.is_multipart() else []
    said = [
        str(part.get_payload()).strip()
        for part in parts
        if not isinstance(part, str) and part.get_param("name", header="content-disposition") == _FIELD
    ]
    return said == [_VALUE]


def asking(found: Unsubscription, *, status: int = 200) -> Reply:
    """The page that a link opens."""
    return page(status, "No more of this mail?", fill(_ASKING, **_facts(found)))


def done(found: Unsubscription) -> Reply:
    """The page after it."""
    return page(200, "You get no more of this mail", fill(_DONE, **_facts(found)))


def unknown() -> Reply:
    """The page of a link that isn't ours, or whose mail is long forgotten."""
    return page(404, "This link isn\u2019t known", Markup(_UNKNOWN))


def _facts(found: Unsubscription) -> dict[str, Markup]:
    sender = found.message.from_address
    return {
        "domain": escape(in_plain_sight(sender.rpartition("@")[2], sender.rpartition("@")[2])),
        "address": escape(in_plain_sight(found.address.shown, found.address.deliverable)),
    }


_ASKING = Template("""\
<p>If you press the button, <strong>$address</strong> gets no more mail from the senders at <strong>$domain</strong>.</p>
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button class="main">Unsubscribe</button>
</form>
<p class="small">Opening this page has changed nothing.</p>
""")
_DONE = Template("""\
<p><strong>$address</strong> gets no more mail from the senders at <strong>$domain</strong>.</p>
<p class="small">Mail that has left already may still arrive. You can close this page.</p>
""")
_UNKNOWN = """\
<p>Perhaps a part of it was lost on the way: please copy the whole link from the mail. If the mail is older than two months,
please tell its sender that you want no more of it.</p>
"""
