"""What all pages that ask for consent have in common: two buttons, and words for when there are none."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from letterhead.dialects.people.page import page
from letterhead.identities.confirmation import Decision, LinkState
from letterhead.identities.links import visit_field
from letterhead.markup import Markup, fill
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.dialects.reply import Reply

_LONGEST_FORM = 2000
STALE = "This page had been open for too long, or wasn\u2019t opened from the mail. Please press the button again."


def read_press(body: bytes) -> tuple[Decision | None, str]:
    """What a form says: the one decision that it stands for, and the page's one-time field.

    A form that says anything but one of our two words, once, decides nothing.
    """
    fields = parse_qs(body[:_LONGEST_FORM].decode("ascii", "replace"))
    said = fields.get("decision", [])
    decision = Decision(said[0]) if len(said) == 1 and said[0] in set(Decision) else None
    return decision, fields.get("visit", [""])[0]


def buttons(token: str, now: datetime) -> Markup:
    """The two forms of an open page, a button each."""
    return fill(_BUTTONS, visit=visit_field(token, now))


@value_type
class Closed:
    """What a page without a form says."""

    status: int
    title: str
    text: str


def closed_page(words: Mapping[LinkState, Closed], state: LinkState) -> Reply:
    """The page of a link that isn't open; `words` has the states that mean something else for each kind of consent."""
    closed = words.get(state) or _CLOSED[state]
    return page(closed.status, closed.title, fill(PARAGRAPH, text=closed.text))


PARAGRAPH = Template("<p>$text</p>")
_BUTTONS = Template("""\
<form method="post">
<input type="hidden" name="visit" value="$visit">
<input type="hidden" name="decision" value="confirm">
<button class="main">Yes, I confirm</button>
</form>
<form method="post">
<input type="hidden" name="visit" value="$visit">
<input type="hidden" name="decision" value="refuse">
<button>No, this wasn&#8217;t me</button>
</form>
""")
_CLOSED = {
    LinkState.UNKNOWN: Closed(
        404,
        "This link isn\u2019t known",
        "Perhaps a part of it was lost on the way: please copy the whole link from the mail."
        " If that doesn\u2019t help, ask whoever wrote to you for a new mail.",
    ),
    LinkState.REPLACED: Closed(
        410,
        "This link was replaced by a newer link",
        "A newer mail is on its way or in your mailbox: please use the link in that one.",
    ),
    LinkState.USED: Closed(
        410,
        "This link was already used",
        "The consent has been given; there is nothing more to do."
        " If it wasn\u2019t you who gave it, tell whoever wrote to you.",
    ),
}
