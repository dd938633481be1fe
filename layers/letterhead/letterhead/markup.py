"""HTML from templates and plain text, so that no text can become markup by mistake."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from string import Template


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(template: Template, **values: str) -> Markup:
    """The template with each value in place of its `$name`; whatever isn't `Markup` is escaped.

    A name without a value raises KeyError.
    """
    return Markup(template.substitute({name: escape(value) for name, value in values.items()}))


def escape(text: str) -> Markup:
    """Plain text as HTML, safe in attributes too; its line breaks stay line breaks."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(text, quote=True).replace("\n", "<br>\n"))
