"""MailerSend's length-aware pages, and the query that asks for one."""

from __future__ import annotations

from letterhead.dialects.mailersend.pages import DEFAULT_SIZE, LARGEST_SIZE, SMALLEST_SIZE
from tools.openapi.operation import Parameter, Place
from tools.openapi.schema import Schema, always, array, closed, flag, nullable, number, ref, text

_LARGEST_PAGE = 999_999_999
_URL = text(form="uri", example="https://letterhead.example.com/v1/identities?limit=25&page=1")

PARAMETERS = (
    Parameter(
        "page",
        Place.QUERY,
        {**number(least=1, most=_LARGEST_PAGE), "default": 1},
        "Which page, counted from 1.",
    ),
    Parameter(
        "limit",
        Place.QUERY,
        {**number(least=SMALLEST_SIZE, most=LARGEST_SIZE), "default": DEFAULT_SIZE},
        "How many to a page.",
    ),
    Parameter(
        "cursor",
        Place.QUERY,
        text(),
        "From `links.next`: makes the next page cost no more than the first. One of another page or limit is left aside.",
        empty=False,
    ),
)
SCHEMAS: dict[str, Schema] = {
    "PageLinks": closed({"first": _URL, "last": _URL, "prev": nullable(_URL), "next": nullable(_URL)}),
    "PageMeta": closed(
        {
            "current_page": number(least=1),
            "from": nullable(
                number("The position of the page's first object, null for an empty page.", least=1)
            ),
            "last_page": number(least=1),
            "links": array(
                closed(
                    {
                        "url": nullable(_URL),
                        "label": text(example="&laquo; Previous"),
                        "active": flag(),
                    }
                )
            ),
            "path": text(form="uri", example="https://letterhead.example.com/v1/identities"),
            "per_page": number(least=1),
            "to": nullable(
                number("The position of the page's last object, null for an empty page.", least=1)
            ),
            "total": number(least=0),
        }
    ),
    "SimplePageLinks": closed(
        {"first": _URL, "last": always(None), "prev": nullable(_URL), "next": nullable(_URL)}
    ),
    "SimplePageMeta": closed(
        {
            "current_page": number(least=1),
            "from": nullable(number(least=1)),
            "path": _URL,
            "per_page": number(least=1),
            "to": nullable(number(least=1)),
        }
    ),
}


def page_of(name: str) -> Schema:
    """A page of objects of one of the document's schemas."""
    return closed({"data": array(ref(name)), "links": ref("PageLinks"), "meta": ref("PageMeta")})


def simple_page_of(item: Schema) -> Schema:
    """A page that doesn't know how many there are."""
    return closed({"data": array(item), "links": ref("SimplePageLinks"), "meta": ref("SimplePageMeta")})


def one(name: str) -> Schema:
    """One object of one of the document's schemas."""
    return closed({"data": ref(name)})
