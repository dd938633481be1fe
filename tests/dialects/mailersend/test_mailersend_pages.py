"""MailerSend's pages on the wire: the envelope, and the cursor that makes `next` cheap."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page

ADDRESS = PageAddress("https://api.example/v1/identities", {})
LAST_ID = "0nxe3yjmeq28vp0k"


def body(number=1, size=10, total=0, shown=0, address=ADDRESS):
    return page_body(
        [{"id": position} for position in range(shown)],
        number=number,
        size=size,
        total=total,
        last_id=LAST_ID if shown else None,
        address=address,
    )


def query_of(url):
    return dict(parse_qsl(urlsplit(url).query))


def test_an_empty_list_has_one_page():
    url = "https://api.example/v1/identities?limit=10&page=1"
    assert body() == {
        "data": [],
        "links": {"first": url, "last": url, "prev": None, "next": None},
        "meta": {
            "current_page": 1,
            "from": None,
            "last_page": 1,
            "links": [
                {"url": None, "label": "&laquo; Previous", "active": False},
                {"url": url, "label": "1", "active": True},
                {"url": None, "label": "Next &raquo;", "active": False},
            ],
            "path": "https://api.example/v1/identities",
            "per_page": 10,
            "to": None,
            "total": 0,
        },
    }


def test_a_page_in_the_middle_knows_its_neighbours_and_its_positions():
    page = body(2, total=25, shown=10)
    assert (page["meta"]["from"], page["meta"]["to"], page["meta"]["last_page"]) == (11, 20, 3)
    assert query_of(page["links"]["prev"]) == {"limit": "10", "page": "1"}
    assert query_of(page["links"]["last"]) == {"limit": "10", "page": "3"}
    assert query_of(page["links"]["next"])["page"] == "3"
    assert page["meta"]["links"][0]["url"] == page["links"]["prev"]
    assert page["meta"]["links"][-1]["url"] == page["links"]["next"]


def test_next_carries_the_place_where_this_page_ended():
    following = query_of(body(2, total=25, shown=10)["links"]["next"])
    wrong = {}
    page = read_page(following, wrong)
    assert (page.number, page.size, page.after, wrong) == (3, 10, LAST_ID, {})


@pytest.mark.parametrize("changed", [{"page": "2"}, {"limit": "20"}])
def test_a_cursor_of_another_page_or_size_is_left_aside(changed):
    following = query_of(body(2, total=25, shown=10)["links"]["next"]) | changed
    wrong = {}
    assert read_page(following, wrong).after is None
    assert wrong == {}


@pytest.mark.parametrize("cursor", ["", "x", "!!!!", "Mi4xMC4", "Mi4xMC56enp6enp6enp6enp6enp6", "é"])
def test_a_cursor_that_is_none_is_named(cursor):
    wrong = {}
    read_page({"cursor": cursor}, wrong)
    assert wrong == {"cursor": ("The selected cursor is invalid.",)}


@pytest.mark.parametrize(
    ("last_id", "of_recipients"), [(LAST_ID, True), (LAST_ID + "0123456789abcdef", False)]
)
def test_a_cursor_of_recipients_is_none_of_another_list_and_the_other_way_round(last_id, of_recipients):
    page = page_body([{}] * 10, number=1, size=10, total=25, last_id=last_id, address=ADDRESS)
    following, wrong = query_of(page["links"]["next"]), {}
    assert read_page(following, wrong, of_recipients=not of_recipients).after == last_id
    assert wrong == {}
    read_page(following, wrong, of_recipients=of_recipients)
    assert wrong == {"cursor": ("The selected cursor is invalid.",)}


def test_the_last_page_has_no_next():
    page = body(3, total=25, shown=5)
    assert page["links"]["next"] is None
    assert (page["meta"]["from"], page["meta"]["to"]) == (21, 25)


def test_a_page_behind_the_last_is_empty_and_leads_back():
    page = body(9, total=25)
    assert page["data"] == []
    assert page["links"]["next"] is None
    assert query_of(page["links"]["prev"])["page"] == "3"
    assert (page["meta"]["from"], page["meta"]["to"]) == (None, None)


def test_what_the_list_was_narrowed_to_stays_in_every_link():
    page = body(
        2, total=25, shown=10, address=PageAddress("https://api.example/v1/identities", {"domain_id": "abc"})
    )
    urls = [*page["links"].values(), *(link["url"] for link in page["meta"]["links"])]
    assert all(query_of(url)["domain_id"] == "abc" for url in urls if url)


# Windows as the paginator of MailerSend's framework draws them: three on each side, two at the ends.
@pytest.mark.parametrize(
    ("number", "last", "labels"),
    [
        (1, 13, "1 2 3 4 5 6 7 8 9 10 11 12 13"),
        (1, 20, "1 2 3 4 5 6 7 8 9 10 ... 19 20"),
        (7, 20, "1 2 3 4 5 6 7 8 9 10 ... 19 20"),
        (10, 20, "1 2 ... 7 8 9 10 11 12 13 ... 19 20"),
        (14, 20, "1 2 ... 11 12 13 14 15 16 17 18 19 20"),
        (20, 20, "1 2 ... 11 12 13 14 15 16 17 18 19 20"),
    ],
)
def test_many_pages_are_shown_as_a_window(number, last, labels):
    links = body(number, total=last * 10, shown=10)["meta"]["links"][1:-1]
    assert [link["label"] for link in links] == labels.split()
    assert [link["label"] for link in links if link["active"]] == [str(number)]
    assert all((link["url"] is None) is (link["label"] == "...") for link in links)
