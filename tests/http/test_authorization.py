"""Who gets through the door: tokens, dialects, scopes, in this order of refusals (DESIGN section 11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.http import dialect_choice
from letterhead.http.refusals import problem_of
from letterhead.tokens import secret
from letterhead.tokens.authentication import UnauthenticatedError
from letterhead.tokens.dialect import Dialect
from tests.fakes.sending_domains import NOW

MAILERSEND, SENDARA, SENDMAILOS = Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS
UNAUTHENTICATED = {
    dialect: dialect_choice.render(problem_of(UnauthenticatedError()), dialect).body for dialect in Dialect
}
FORGED = secret.new_secret(SENDARA, test_mode=False)


def test_a_good_token_reaches_its_operation_with_its_account(door):
    token = door.token(SENDARA, account_id="1account1account")

    assert door.call("GET", "/v1/domains", token).status == 200
    ((name, request),) = door.reached
    assert name == "domains.list"
    assert (request.account_id, request.dialect, request.now) == ("1account1account", SENDARA, NOW)


def test_one_path_serves_each_dialect_by_its_token(door):
    door.call("GET", "/v1/domains", door.token(SENDARA))
    door.call("GET", "/api/v1/domains", door.token(SENDMAILOS))

    assert [request.dialect for _, request in door.reached] == [SENDARA, SENDMAILOS]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_case_of_the_scheme_does_not_matter(door, scheme):
    token = door.token(SENDARA)

    assert door.call("GET", "/v1/domains", authorization=f"{scheme} {token}").status == 200


BAD_HEADERS = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "{token}",
    "Basic {token}",
    "Basic dXNlcjpwYXNz",
    "Token {token}",
    "Bearer {token} ",
    "Bearer {token}\n",
    "Bearer {token}\r\nX-Y: z",
    "Bearer {token}\x00",
    "Bearer {token}, Bearer {token}",
    "Bearer {token},Basic dXNlcjpwYXNz",
    "Basic dXNlcjpwYXNz, Bearer {token}",
    "Bearer {token} {token}",
    'Bearer "{token}"',
    "Bearer sk_live_xxx",
    f"Bearer {FORGED}",
    "Bearer " + "x" * 8192,
    "Bearer sk_live_" + "ü" * 49,
]


@pytest.mark.parametrize("header", BAD_HEADERS)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/domains"), ("GET", "/api/v1/domains"), ("POST", "/v1/domains/x.com/verify")],
)
def test_a_request_without_a_usable_token_is_refused_and_told_how_to_ask(door, method, path, header):
    dialect, shapes = (
        (SENDMAILOS, [SENDMAILOS]) if path.startswith("/api") else (SENDARA, [SENDARA, MAILERSEND])
    )
    authorization = header and header.replace("{token}", door.token(dialect))
    answer = door.call(method, path, authorization=authorization)

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"  # RFC 9110 section 11.6.1
    assert answer.json in [UNAUTHENTICATED[shape] for shape in shapes]
    assert door.reached == []


def test_a_mistyped_token_is_refused_like_a_forged_one(door):
    token = door.token(SENDARA)
    mistyped = [token[:-1], f"{token}0", token[:-1] + ("A" if token[-1] != "A" else "B"), FORGED]
    answers = [door.call("GET", "/v1/domains", text) for text in mistyped]

    assert {(answer.status, answer.text) for answer in answers} == {(401, answers[0].text)}


def test_an_expired_token_is_refused(door):
    token = door.token(SENDARA, expires_at=NOW - timedelta(seconds=1))

    assert door.call("GET", "/v1/domains", token).json == UNAUTHENTICATED[SENDARA]


# DESIGN section 4: 401 in the path's dialect; on shared prefixes the token's own decides.
CROSS = [
    ("POST", "/api/v1/domains", MAILERSEND, SENDMAILOS),
    ("POST", "/api/v1/domains", SENDARA, SENDMAILOS),
    ("GET", "/api/v1/domains", SENDARA, SENDMAILOS),
    ("GET", "/v1/domains", SENDMAILOS, SENDARA),  # its prefix is Sendara's too
    ("POST", "/v1/domains/acme.com/verify", SENDMAILOS, SENDARA),
]


@pytest.mark.parametrize(("method", "path", "spoken", "answered"), CROSS)
def test_a_token_on_another_dialects_path_is_refused_in_the_paths_words(door, method, path, spoken, answered):
    answer = door.call(method, path, door.token(spoken), json={"domain": "acme.com"})

    assert answer.status == 401
    assert answer.json == UNAUTHENTICATED[answered]
    assert door.reached == []


def test_on_a_shared_path_a_token_of_a_dialect_without_that_call_finds_nothing(door):
    answer = door.call("PUT", "/v1/domains/acme.com/settings", door.token(SENDARA), json={})

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
    assert door.reached == []


SUSPENDED = [
    (SENDARA, "/v1/domains", lambda body: body["error"]["code"] == "forbidden"),
    (SENDMAILOS, "/api/v1/domains", lambda body: body["code"] == "FORBIDDEN"),
]


@pytest.mark.parametrize(("dialect", "path", "says_forbidden"), SUSPENDED)
def test_a_suspended_account_is_forbidden_everything(door, dialect, path, says_forbidden):
    token = door.token(dialect, account_suspended=True)
    for method, body in (("GET", None), ("POST", "{")):
        answer = door.call(method, path, token, body=body)
        assert answer.status == 403
        assert says_forbidden(answer.json)
    assert door.reached == []


SCOPES = [
    # dialect, scopes, method, path, let through
    (SENDARA, {"read"}, "GET", "/v1/domains", False),
    (SENDARA, {"send"}, "POST", "/v1/domains", False),
    (SENDARA, {"read", "send"}, "POST", "/v1/domains/acme.com/verify", False),
    (SENDARA, {"admin"}, "POST", "/v1/domains", True),
    (SENDMAILOS, {"domains:read"}, "GET", "/api/v1/domains", True),
    (SENDMAILOS, {"domains:read"}, "POST", "/api/v1/domains", False),
    (SENDMAILOS, {"domains:write"}, "GET", "/api/v1/domains", True),
    (SENDMAILOS, {"emails:write"}, "GET", "/api/v1/domains", False),
]


@pytest.mark.parametrize(("dialect", "scopes", "method", "path", "let_through"), SCOPES)
def test_a_call_takes_its_scope(door, dialect, scopes, method, path, let_through):
    answer = door.call(method, path, door.token(dialect, scopes=frozenset(scopes)))

    assert answer.status == (200 if let_through else 403)
    assert len(door.reached) == let_through


def test_a_refusal_for_scope_comes_before_any_look_at_the_body(door):
    token = door.token(SENDARA, scopes=frozenset({"read"}))

    for body in ("{", "[]", '{"domain": 5}'):
        assert door.call("POST", "/v1/domains", token, body=body).status == 403


def test_a_refusal_for_the_token_comes_before_all_others(door):
    answer = door.call("POST", "/v1/domains", FORGED, body="{", headers={"content-type": "text/plain"})

    assert answer.status == 401
