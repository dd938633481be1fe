"""Changing, deleting and asking again, by id and by address, from API Gateway's event to its answer."""

from __future__ import annotations

import pytest

from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.identities.identity import IdentityStatus
from letterhead.identities.limits import REFUSAL_HOLDS
from tests.fakes.deciding import decide
from tests.fakes.sender_identities import NOW
from tests.fakes.tenant import tenant

BY_EMAIL = "/v1/identities/email/amy+books@bookshelf.com"
UNKNOWN = "/v1/identities/0identity0ident0"


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


@pytest.fixture
def call(function, amy):
    def calling(method, path, who=amy, **request):
        return function.call(method, path, authorization=who.authorization, **request)

    return calling


@pytest.fixture
def identity(call, amy):
    body = {
        "domain_id": amy.domain.domain_id,
        "email": "Amy+books@bookshelf.com",
        "name": "Amy",
        "reply_to_email": "help@bookshelf.com",
        "reply_to_name": "Help",
        "add_note": True,
        "personal_note": "Hi!",
    }
    return call("POST", "/v1/identities", json=body).json["data"]


def path_of(identity):
    return f"/v1/identities/{identity['id']}"


def test_an_identity_is_named_by_its_address_as_well_with_its_plus_kept(call, identity):
    assert call("GET", BY_EMAIL).json["data"] == identity
    assert call("GET", BY_EMAIL.replace("+", "%2B").replace("@", "%40")).json["data"] == identity
    assert call("GET", BY_EMAIL.upper().replace("/V1/IDENTITIES/EMAIL", "/v1/identities/email")).status == 200
    assert call("GET", BY_EMAIL.replace("+", " ")).status == 404


@pytest.mark.parametrize("by_email", [False, True])
def test_a_change_is_partial(call, identity, by_email):
    path = BY_EMAIL if by_email else path_of(identity)
    answer = call("PUT", path, json={"name": "Amy Pond", "add_note": False, "personal_note": None})
    assert answer.status == 200
    expected = identity | {"name": "Amy Pond", "add_note": False, "personal_note": None}
    expected["from_preview"] = identity["from_preview"] | {
        "from": answer.json["data"]["from_preview"]["from"]
    }
    assert answer.json["data"] == expected
    assert answer.json["data"]["from_preview"]["from"].startswith('"Amy Pond" <')


@pytest.mark.parametrize("body", [None, "", "null", "{}", '{"name": null, "email": null, "domain_id": null}'])
def test_a_change_of_nothing_is_answered_with_the_identity(call, identity, body):
    answer = call("PUT", path_of(identity), body=body)
    assert (answer.status, answer.json["data"]) == (200, identity)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": ""}, {"name": ["The name field is required."]}),
        ({"email": " "}, {"email": ["The email field is required."]}),
        ({"name": 1, "add_note": "x"}, {
            "name": ["The name must be a string."],
            "add_note": ["The add note field must be true or false."],
        }),
        ({"email": "amy@gmail.com"}, {
            "email": ["The email must be at a domain of its owner's, not at a free email provider's."]
        }),
        ({"domain_id": "0domain00domain9"}, {"domain_id": ["The selected domain id is invalid."]}),
        ({"personal_note": None}, {"personal_note": ["The personal note field is required when add note is true."]}),
        ({"reply_to_email": None, "reply_to_name": "B"}, {
            "reply_to_email": ["The reply to email field is required when reply to name is present."]
        }),
    ],
)  # fmt: skip
def test_a_wrong_change_is_named_and_changes_nothing(call, identity, body, errors):
    answer = call("PUT", path_of(identity), json=body)
    assert (answer.status, answer.json["errors"]) == (422, errors)
    assert call("GET", path_of(identity)).json["data"] == identity


def test_a_new_address_asks_again_and_must_be_free(call, amy, identity):
    taken = {"domain_id": amy.domain.domain_id, "email": "rory@bookshelf.com", "name": "Rory"}
    call("POST", "/v1/identities", json=taken)
    answer = call("PUT", path_of(identity), json={"email": "Rory@bookshelf.com"})
    assert answer.json["errors"] == {"email": ["The email has already been taken."]}
    moved = call("PUT", path_of(identity), json={"email": "river@bookshelf.com"}).json["data"]
    assert (moved["id"], moved["email"], moved["is_verified"]) == (
        identity["id"],
        "river@bookshelf.com",
        False,
    )
    assert call("GET", BY_EMAIL).status == 404


@pytest.mark.parametrize("by_email", [False, True])
def test_a_deleted_identity_is_gone_with_an_empty_200(call, identity, by_email):
    path = BY_EMAIL if by_email else path_of(identity)
    answer = call("DELETE", path, body="null")
    assert (answer.status, answer.text) == (200, "")
    for again in (path_of(identity), BY_EMAIL):
        assert call("DELETE", again).status == call("GET", again).status == 404
    assert call("GET", "/v1/identities").json["meta"]["total"] == 0


def test_a_resend_answers_the_identity_with_one_more_resend(call, identity):
    answer = call("POST", f"{path_of(identity)}/resend", body="null")
    assert answer.status == 200
    assert answer.json["data"] == identity | {"resends": 1}


def test_the_sixth_resend_of_a_day_has_to_wait(call, identity):
    answers = [call("POST", f"{path_of(identity)}/resend") for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 86400
    assert set(answers[-1].json) == {"message"}


def test_who_refused_is_not_asked_again_not_even_as_a_new_identity(call, amy, identity):
    ConfirmationTable("ConfirmationsTable").note_refusal(
        "amy+books@bookshelf.com", amy.account_id, NOW.replace(year=9999), NOW
    )
    answers = [
        call("POST", f"{path_of(identity)}/resend"),
        call("PUT", path_of(identity), json={"email": "river@bookshelf.com"}),
        call("PUT", "/v1/identities/email/river@bookshelf.com", json={"email": "amy+books@bookshelf.com"}),
        call("DELETE", path_of(identity)),
        call(
            "POST",
            "/v1/identities",
            json={"domain_id": amy.domain.domain_id, "email": "amy+books@bookshelf.com", "name": "A"},
        ),
    ]
    assert [answer.status for answer in answers] == [429, 200, 429, 200, 429]
    assert int(answers[0].headers["retry-after"]) > REFUSAL_HOLDS.total_seconds()


def test_a_verified_identity_needs_no_resend(call, amy, identity):
    table = IdentityTable("IdentitiesTable")
    decide(table, table.by_id(amy.account_id, identity["id"]), IdentityStatus.VERIFIED, NOW)
    answer = call("POST", f"{path_of(identity)}/resend")
    assert (answer.status, answer.json["errors"]) == (
        422,
        {"email": ["The email has already been verified."]},
    )


def test_another_accounts_identity_is_as_unknown_as_none_to_every_call(call, identity):
    other = tenant("Other Agency", "other-agency.com")
    calls = [
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/resend"),
    ]  # fmt: skip
    for method, more in calls:
        theirs = call(method, path_of(identity) + more, other, body="{}")
        none = call(method, UNKNOWN + more, other, body="{}")
        assert (theirs.status, theirs.text) == (none.status, none.text)
        assert theirs.status == 404
    for method in ("GET", "PUT", "DELETE"):
        assert call(method, BY_EMAIL, other, body="{}").status == 404
        assert call(method, "/v1/identities/email/nonsense", other, body="{}").status == 404
    assert call("GET", path_of(identity)).json["data"] == identity
