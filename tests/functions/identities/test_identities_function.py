"""Sender identities from API Gateway's event to its answer, and what a call costs."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from letterhead.adapters.tables.connection import connection
from tests.capacity_meter import metered
from tests.fakes.api_gateway import call
from tests.fakes.loaded_function import load
from tests.fakes.tenant import tenant


@pytest.fixture
def handler(stack):
    return load("identities").handler


@pytest.fixture
def amy(stack):
    return tenant()


def body(who, **changes):
    return {"domain_id": who.domain.domain_id, "email": "amy@bookshelf.com", "name": "Amy"} | changes


def create(handler, who, **changes):
    return call(handler, "POST", "/v1/identities", authorization=who.authorization, json=body(who, **changes))


def get(handler, who, path="/v1/identities", query=""):
    return call(handler, "GET", path, authorization=who.authorization, query=query)


def test_an_identity_is_created_shown_and_listed(handler, amy):
    created = create(handler, amy, reply_to_email="help@bookshelf.com", reply_to_name="Help")
    assert created.status == 201
    identity = created.json["data"]
    assert (identity["email"], identity["is_verified"], identity["status"]) == (
        "amy@bookshelf.com",
        False,
        "pending",
    )
    assert identity["domain"]["id"] == amy.domain.domain_id
    assert get(handler, amy, f"/v1/identities/{identity['id']}").json == created.json
    listed = get(handler, amy).json
    assert listed["data"] == [identity]
    assert listed["meta"]["total"] == 1


def test_an_address_can_be_taken_once(handler, amy):
    create(handler, amy)
    answer = create(handler, amy, email="AMY@Bookshelf.com")
    assert answer.status == 422
    assert answer.json == {
        "message": "The email has already been taken.",
        "errors": {"email": ["The email has already been taken."]},
    }


def test_every_wrong_field_is_named_and_counted(handler, amy):
    answer = call(handler, "POST", "/v1/identities", authorization=amy.authorization, json={})
    assert answer.status == 422
    assert answer.json["message"] == "The domain id field is required. (and 2 more errors)"
    assert set(answer.json["errors"]) == {"domain_id", "name", "email"}


def test_a_domain_that_is_unknown_foreign_or_unverified_is_named(handler, amy):
    other = tenant("Other Agency", "other-agency.com")
    unverified = tenant("New Agency", "new-agency.com", verified=False)
    for domain_id in (other.domain.domain_id, "0domain00domain9", "7nxe3yjmeq28vp0k"):
        answer = create(handler, amy, domain_id=domain_id)
        assert (answer.status, answer.json["errors"]) == (
            422,
            {"domain_id": ["The selected domain id is invalid."]},
        )
    answer = create(handler, unverified)
    assert answer.status == 422
    assert "verified" in answer.json["errors"]["domain_id"][0]


def test_another_accounts_identity_is_as_unknown_as_none(handler, amy):
    other = tenant("Other Agency", "other-agency.com")
    identity_id = create(handler, amy).json["data"]["id"]
    answers = [
        get(handler, other, f"/v1/identities/{identity_id}"),
        get(handler, other, "/v1/identities/0identity0ident0"),
        get(handler, other, "/v1/identities/nope"),
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert answers[0].json == {"message": "Resource not found."}
    assert get(handler, other).json["data"] == []
    assert get(handler, other, query=f"domain_id={amy.domain.domain_id}").status == 422


def test_following_next_reads_the_whole_list_one_query_a_page(handler, amy):
    for number in range(23):
        create(handler, amy, email=f"amy{number}@bookshelf.com")
    seen, query = [], f"limit=10&domain_id={amy.domain.domain_id}"
    while query is not None:
        with metered(connection().client) as meter:
            page = get(handler, amy, query=query).json
        assert meter.operations("Query") == 1
        seen += [identity["email"] for identity in page["data"]]
        following = page["links"]["next"]
        query = urlsplit(following).query if following else None
    assert seen == [f"amy{number}@bookshelf.com" for number in reversed(range(23))]


def test_a_list_without_a_cursor_skips_to_its_page(handler, amy):
    for number in range(12):
        create(handler, amy, email=f"amy{number}@bookshelf.com")
    page = get(handler, amy, query="page=2&limit=10").json
    assert [identity["email"] for identity in page["data"]] == ["amy1@bookshelf.com", "amy0@bookshelf.com"]
    assert get(handler, amy, query="limit=5").json["errors"] == {"limit": ["The limit must be at least 10."]}


def test_creating_costs_at_most_one_read_unit_and_eight_write_units_beside_authentication(handler, amy):
    with metered(connection().client) as meter:
        assert create(handler, amy).status == 201
    assert meter.read_units("TokensTable") == 1
    assert meter.read_units() - 1 <= 1
    assert meter.write_units() <= 8


def test_getting_one_costs_half_a_read_unit_beside_authentication(handler, amy):
    identity_id = create(handler, amy).json["data"]["id"]
    with metered(connection().client) as meter:
        assert get(handler, amy, f"/v1/identities/{identity_id}").status == 200
    assert meter.read_units() - meter.read_units("TokensTable") == 0.5


def test_a_table_that_does_not_answer_is_503_and_leaves_nothing_half_made(handler, amy, dynamodb_faults):
    create(handler, amy, email="warm@bookshelf.com")
    for number in range(3):
        dynamodb_faults.break_call(number)
        answer = create(handler, amy)
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        dynamodb_faults.mend()
    assert create(handler, amy).status == 201
    assert get(handler, amy).json["meta"]["total"] == 2


def test_no_address_is_logged(handler, amy, log_of):
    log = log_of("identities")
    create(handler, amy)
    get(handler, amy)
    create(handler, amy)
    lines = log.getvalue()
    assert "bookshelf" not in lines
    assert [json.loads(line)["status"] for line in lines.splitlines()] == [201, 200, 422]
