"""MailerSend's length-aware pages: `data`, `links` and `meta` (contracts A.2), and the query that asks for one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from letterhead import identifiers
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_SIZE = 25
SMALLEST_SIZE = 10
LARGEST_SIZE = 100
NO_SUCH_CURSOR = "The selected cursor is invalid."
_EACH_SIDE = 3
_LARGEST_NUMBER = 999_999_999
_INTEGER = re.compile(r"-?[0-9]+")
_CURSOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,3})\.([0-9a-z]{16})([0-9a-f]{16})?")


@value_type
class PageQuery:
    """What `page`, `limit` and our additive `cursor` ask for. `after` is the id that the cursor holds."""

    number: int
    size: int
    after: str | None


@value_type
class PageAddress:
    """Where a list lives: its URL without a query, and the parts of the query that every page of it keeps."""

    url: str
    kept: Mapping[str, str]

    def of(self, number: int, size: int, cursor: str | None = None) -> str:
        """The URL of one page."""
        query = {**self.kept, "limit": str(size), "page": str(number)}
        if cursor is not None:
            query["cursor"] = cursor
        return f"{self.url}?{urlencode(query, quote_via=quote)}"


def read_page(
    query: Mapping[str, str], wrong: dict[str, tuple[str, ...]], *, of_recipients: bool = False
) -> PageQuery:
    """The page that a query asks for; adds to `wrong` what can't be taken.

    A cursor of another page or size is left aside: it saves work, it decides nothing. Those of recipients, whose ids are twice
    as long as others, and those of other lists are none for each other.
    """
    number = _integer(query, "page", 1, wrong)
    size = _integer(query, "limit", DEFAULT_SIZE, wrong)
    if number > _LARGEST_NUMBER:
        wrong.setdefault("page", (f"The page may not be greater than {_LARGEST_NUMBER}.",))
    elif number < 1:
        wrong.setdefault("page", ("The page must be at least 1.",))
    if size < SMALLEST_SIZE:
        wrong.setdefault("limit", (f"The limit must be at least {SMALLEST_SIZE}.",))
    elif size > LARGEST_SIZE:
        wrong.setdefault("limit", (f"The limit may not be greater than {LARGEST_SIZE}.",))
    after = None
    if "cursor" in query:
        try:
            cursor_number, cursor_size, after = _read_cursor(query["cursor"], of_recipients=of_recipients)
        except ValueError:
            wrong["cursor"] = (NO_SUCH_CURSOR,)
        else:
            after = after if (cursor_number, cursor_size) == (number, size) else None
    return PageQuery(number, size, after)


def page_body(
    objects: Sequence[Mapping[str, object]],
    *,
    number: int,
    size: int,
    total: int,
    last_id: str | None,
    address: PageAddress,
) -> dict[str, object]:
    """The envelope of a page. `last_id` is the id of its last object, which makes following `next` cheap."""
    last = max(1, -(-total // size))
    has_next = number < last and bool(objects)
    cursor = _write_cursor(number + 1, size, last_id) if has_next and last_id is not None else None
    following = address.of(number + 1, size, cursor) if has_next else None
    previous = address.of(min(number - 1, last), size) if number > 1 else None
    first_position = (number - 1) * size + 1
    return {
        "data": list(objects),
        "links": {
            "first": address.of(1, size),
            "last": address.of(last, size),
            "prev": previous,
            "next": following,
        },
        "meta": {
            "current_page": number,
            "from": first_position if objects else None,
            "last_page": last,
            "links": [
                _link(previous, "&laquo; Previous"),
                *(
                    _link(None, "...")
                    if page is None
                    else _link(address.of(page, size), str(page), page == number)
                    for page in _shown_pages(number, last)
                ),
                _link(following, "Next &raquo;"),
            ],
            "path": address.url,
            "per_page": size,
            "to": first_position + len(objects) - 1 if objects else None,
            "total": total,
        },
    }


def simple_page_body(
    objects: Sequence[Mapping[str, object]],
    *,
    number: int,
    size: int,
    has_more: bool,
    last_id: str | None,
    address: PageAddress,
) -> dict[str, object]:
    """The envelope of a page of a list that isn't counted (contracts A.2)."""
    cursor = _write_cursor(number + 1, size, last_id) if has_more and last_id is not None else None
    first_position = (number - 1) * size + 1
    return {
        "data": list(objects),
        "links": {
            "first": address.of(1, size),
            "last": None,
            "prev": address.of(number - 1, size) if number > 1 else None,
            "next": address.of(number + 1, size, cursor) if has_more else None,
        },
        "meta": {
            "current_page": number,
            "from": first_position if objects else None,
            "path": address.url,
            "per_page": size,
            "to": first_position + len(objects) - 1 if objects else None,
        },
    }


def _link(url: str | None, label: str, active: bool = False) -> dict[str, object]:
    return {"url": url, "label": label, "active": active}


def _shown_pages(number: int, last: int) -> list[int | None]:
    """The page numbers that `meta.links` names; None where some are left out, as a paginator of many pages does."""
    edge = _EACH_SIDE + 4
    if last < 2 * _EACH_SIDE + 8:
        return list(range(1, last + 1))
    head, tail = [1, 2], [last - 1, last]
    if number <= edge:
        return [*range(1, edge + _EACH_SIDE + 1), None, *tail]
    if number > last - edge:
        return [*head, None, *range(last - edge - _EACH_SIDE + 1, last + 1)]
    return [*head, None, *range(number - _EACH_SIDE, number + _EACH_SIDE + 1), None, *tail]


def _integer(query: Mapping[str, str], name: str, default: int, wrong: dict[str, tuple[str, ...]]) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if _INTEGER.fullmatch(text) is None:
        wrong[name] = (f"The {name} must be an integer.",)
        return default
    # Python refuses to read numbers of thousands of digits.
    return int(text[: len(str(_LARGEST_NUMBER)) + 2])


def _write_cursor(number: int, size: int, after: str) -> str:
    return base64.urlsafe_b64encode(f"{number}.{size}.{after}".encode()).decode().rstrip("=")


def _read_cursor(text: str, *, of_recipients: bool) -> tuple[int, int, str]:
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise ValueError("not a cursor") from error
    match = _CURSOR.fullmatch(decoded)
    if match is None or not identifiers.is_id(match[3]) or (match[4] is not None) is not of_recipients:
        raise ValueError("not a cursor of such a list")
    return int(match[1]), int(match[2]), match[3] + (match[4] or "")
