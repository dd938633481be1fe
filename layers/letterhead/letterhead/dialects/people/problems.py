"""What a person is told when a page can't be shown."""

from __future__ import annotations

from string import Template

from letterhead.dialects.people.page import page
from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.reply import Reply
from letterhead.markup import fill

_LATER = (503, "Not possible right now", "Please open the link from the mail again in a few minutes. Nothing was changed.")
_BROKEN = (500, "Something went wrong", "This is our mistake, not yours. Please try again later. Nothing was changed.")
_PARAGRAPH = Template("<p>$text</p>")


def render(problem: Problem) -> Reply:
    """The refusal as a page: come back later, or our mistake; pages have no other refusals of this kind."""
    status, title, text = _LATER if problem.kind is Kind.UNAVAILABLE else _BROKEN
    return page(status, title, fill(_PARAGRAPH, text=text))
