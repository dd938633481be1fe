"""What a person is told when a page can't be shown."""

from __future__ import annotations

from string import Template
from types import MappingProxyType
from typing import TYPE_CHECKING

from letterhead.dialects.people.page import page
from letterhead.dialects.problem import Kind, Problem
from letterhead.markup import fill

if TYPE_CHECKING:
    from letterhead.dialects.reply import Reply

_LATER = (
    503,
    "Not possible right now",
    "Please open the link from the mail again in a few minutes. Nothing was changed.",
)
_UNKNOWN = (
    404,
    "There is no such page",
    "Perhaps a part of the link was lost on the way: please copy the whole link from the mail.",
)
_BROKEN = (
    500,
    "Something went wrong",
    "This is our mistake, not yours. Please try again later. Nothing was changed.",
)
_PAGES = MappingProxyType(
    {Kind.UNAVAILABLE: _LATER, Kind.NOT_FOUND: _UNKNOWN, Kind.METHOD_NOT_ALLOWED: _UNKNOWN}
)
_PARAGRAPH = Template("<p>$text</p>")


def render(problem: Problem) -> Reply:
    """The refusal as a page: no such page, come back later, or our mistake."""
    status, title, text = _PAGES.get(problem.kind, _BROKEN)
    return page(status, title, fill(_PARAGRAPH, text=text))
