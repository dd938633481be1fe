"""HTML that others wrote, cut down to what a mail may have, by the `nh3` package (ammonia, on html5ever).

The package is loaded when first asked, for only saving a template needs it.
"""

from __future__ import annotations

import re

from letterhead.mail.placeholders import Places

_TAGS = frozenset(
    {
        "a",
        "b",
        "blockquote",
        "br",
        "center",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
    }
    | {
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    }
)
_CELL = frozenset({"align", "bgcolor", "colspan", "height", "rowspan", "valign", "width"})
_ATTRIBUTES = {
    "*": frozenset({"align", "class", "dir", "lang", "style", "title"}),
    "a": frozenset({"href"}),
    "table": frozenset({"bgcolor", "border", "cellpadding", "cellspacing", "role", "width"}),
    "td": _CELL,
    "th": _CELL,
}
# None of these lays one thing over another.
_SIDES = ("bottom", "left", "right", "top")
_STYLES = frozenset(
    {
        "background-color",
        "border",
        "border-collapse",
        "border-color",
        "border-radius",
        "border-spacing",
        "border-style",
    }
    | {
        "border-width",
        "color",
        "display",
        "font",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
    }
    | {
        "letter-spacing",
        "line-height",
        "margin",
        "max-width",
        "min-width",
        "overflow-wrap",
        "padding",
        "text-align",
    }
    | {"text-decoration", "text-transform", "vertical-align", "white-space", "width", "word-break"}
    | {f"{name}-{side}" for name in ("border", "margin", "padding") for side in _SIDES}
)
_SCHEMES = frozenset({"https", "mailto"})
_HIDING = re.compile(r"(?:^|[;/\s])display\b[^;]*none", re.IGNORECASE)


class MailHtml:
    """The cleaner of `letterhead.mail.template_check.HtmlCleaner`."""

    def clean(self, html: str) -> str:
        """The part of a fragment that neither runs, loads nor hides anything, written out canonically.

        Links go to https and mailto addresses, or are the place of the confirmation link.
        """
        import nh3

        return nh3.clean(
            html,
            tags=set(_TAGS),
            clean_content_tags={"script", "style"},
            attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
            filter_style_properties=set(_STYLES),
            attribute_filter=_without_tricks,
            url_schemes=set(_SCHEMES),
            url_relative=lambda url: url if Places(url).is_link_alone else None,
            link_rel=None,
            strip_comments=True,
        )


def _without_tricks(_tag: str, name: str, value: str) -> str | None:
    # What names another resource is a function, however it is spelled (CSS Values 4, "Resource Locators: the <url> type").
    return None if name == "style" and (not {"(", "\\"}.isdisjoint(value) or _HIDING.search(value)) else value
