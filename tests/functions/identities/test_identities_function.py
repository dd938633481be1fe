"""Sender identities from API Gateway's event to its answer, and what a call costs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identity_item import IdentityItem
from letterhead.identities.pages import MOST_SEARCHED
from tests.capacity_meter import metered
from tests.fakes.tenant import tenant

# What a call reads and writes beside authentication.
STORES = ("DomainsTable", "IdentitiesTable", "ConfirmationsTable")


@pytest.fixture
def function(tables, load, outside):
    host, port = outside.dns
    return load(
        "identities",
        CONFIRMATIONS_PER_ADDRESS="10",
        ACCOUNT_ID="000000000000",
        DNS_RESOLVERS=f"{host}:{port}",
    )


@pytest.fixture
def amy(tables):
    return tenant()


def body(who, **changes):
    return {"domain_id": who.domain.domain_id, "email": "amy@bookshelf.com", "name": "Amy"} | changes


def create(function, who, **changes):
    return function.call("POST", "/v1/identities", authorization=who.authorization, json=body(who, **changes))


def get(function, who, path="/v1/identities", query=""):
    return function.call("GET", path, authorization=who.authorization, query=query)


def test_an_identity_is_created_shown_and_listed(function, amy):
    created = create(function, amy, reply_to_email="help@bookshelf.com", reply_to_name="Help")
    assert created.status == 201
    identity = created.json["data"]
    assert (identity["email"], identity["is_verified"], identity["status"]) == (
        "amy@bookshelf.com",
        False,
        "pending",
    )
    assert identity["domain"]["id"] == amy.domain.domain_id
    assert get(function, amy, f"/v1/identities/{identity['id']}").json == created.json
    listed = get(function, amy).json
    assert listed["data"] == [identity]
    assert listed["meta"]["total"] == 1


def test_an_address_can_be_taken_once(function, amy):
    create(function, amy)
    answer = create(function, amy, email="AMY@Bookshelf.com")
    assert answer.status == 422
    assert answer.json == {
        "message": "The email has already been taken.",
        "errors": {"email": ["The email has already been taken."]},
    }


def test_every_wrong_field_is_named_and_counted(function, amy):
    answer = function.call("POST", "/v1/identities", authorization=amy.authorization, json={})
    assert answer.status == 422
    assert answer.json["message"] == "The domain id field is required. (and 2 more errors)"
    assert set(answer.json["errors"]) == {"domain_id", "name", "email"}


def test_a_domain_that_is_unknown_foreign_or_unverified_is_named(function, amy):
    other = tenant("Other Agency", "other-agency.com")
    unverified = tenant("New Agency", "new-agency.com", verified=False)
    for domain_id in (other.domain.domain_id, "0domain00domain9", "7nxe3yjmeq28vp0k"):
        answer = create(function, amy, domain_id=domain_id)
        assert (answer.status, answer.json["errors"]) == (
            422,
            {"domain_id": ["The selected domain id is invalid."]},
        )
    answer = create(function, unverified)
    assert answer.status == 422
    assert "verified" in answer.json["errors"]["domain_id"][0]


def test_another_accounts_identity_is_as_unknown_as_none(function, amy):
    other = tenant("Other Agency", "other-agency.com")
    identity_id = create(function, amy).json["data"]["id"]
    answers = [
        get(function, other, f"/v1/identities/{identity_id}"),
        get(function, other, "/v1/identities/0identity0ident0"),
        get(function, other, "/v1/identities/nope"),
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert answers[0].json == {"message": "Resource not found."}
    assert get(function, other).json["data"] == []
    assert get(function, other, query=f"domain_id={amy.domain.domain_id}").status == 422


def test_following_next_reads_the_whole_list_one_query_a_page(function, amy):
    for number in range(23):
        create(function, amy, email=f"amy{number}@bookshelf.com")
    seen, query = [], f"limit=10&domain_id={amy.domain.domain_id}"
    while query is not None:
        with metered(connection().client) as meter:
            page = get(function, amy, query=query).json
        assert meter.operations("Query") == 1
        seen += [identity["email"] for identity in page["data"]]
        following = page["links"]["next"]
        query = urlsplit(following).query if following else None
    assert seen == [f"amy{number}@bookshelf.com" for number in reversed(range(23))]


def test_a_list_without_a_cursor_skips_to_its_page(function, amy):
    for number in range(12):
        create(function, amy, email=f"amy{number}@bookshelf.com")
    page = get(function, amy, query="page=2&limit=10").json
    assert [identity["email"] for identity in page["data"]] == ["amy1@bookshelf.com", "amy0@bookshelf.com"]
    assert get(function, amy, query="limit=5").json["errors"] == {"limit": ["The limit must be at least 10."]}


def test_a_list_is_searched_and_ordered(function, amy):
    for name in ("zoe", "amy", "rory"):
        create(function, amy, email=f"{name}@bookshelf.com")

    def listed(query):
        answer = get(function, amy, query=query)
        return [identity["email"].partition("@")[0] for identity in answer.json["data"]]

    assert listed("order_by=email") == ["amy", "rory", "zoe"]
    assert listed("order_by=created_at&order=asc") == ["zoe", "amy", "rory"]
    assert listed("query=o") == ["rory", "amy", "zoe"]
    assert listed(f"query=zoe&domain_id={amy.domain.domain_id}") == ["zoe"]


def test_a_list_too_long_to_be_searched_asks_for_a_domain(function, amy):
    create(function, amy)
    IdentityItem(account_id=amy.account_id, email="#count").update(
        [IdentityItem.number.set(MOST_SEARCHED + 1)]
    )
    answer = get(function, amy, query="query=amy7")
    assert (answer.status, list(answer.json["errors"])) == (422, ["domain_id"])
    assert get(function, amy, query="order=asc").status == 200


def test_creating_costs_at_most_one_read_unit_and_eight_write_units_beside_authentication(function, amy):
    with metered(connection().client) as meter:
        assert create(function, amy).status == 201
    assert {charge.table for charge in meter.charges} - {"TokensTable", "LimitsTable"} <= set(STORES)
    assert meter.read_units(*STORES) <= 1
    assert meter.write_units(*STORES) <= 8


def test_getting_one_costs_half_a_read_unit_beside_authentication(function, amy):
    identity_id = create(function, amy).json["data"]["id"]
    with metered(connection().client) as meter:
        assert get(function, amy, f"/v1/identities/{identity_id}").status == 200
    assert meter.read_units(*STORES) == 0.5


def test_a_table_that_does_not_answer_is_503_and_leaves_nothing_half_made(function, amy, dynamodb_faults):
    create(function, amy, email="warm@bookshelf.com")
    for number in range(3):
        dynamodb_faults.break_call(number)
        answer = create(function, amy)
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        dynamodb_faults.mend()
    assert create(function, amy).status == 201
    assert get(function, amy).json["meta"]["total"] == 2


def test_no_address_is_logged(function, amy):
    create(function, amy)
    get(function, amy)
    create(function, amy)
    get(function, amy, "/v1/identities/email/amy@bookshelf.com")
    assert "bookshelf" not in function.log
    assert [line["status"] for line in function.lines] == [201, 200, 422, 200]
