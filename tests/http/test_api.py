"""The router: from API Gateway's event to an operation and back."""

from __future__ import annotations

import pytest
from aws_lambda_powertools import Logger

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.domains.domain import DomainExistsError, DomainNotFoundError
from letterhead.domains.names import DomainNameError
from letterhead.domains.ports import NameRefusedError, ProviderBusyError, ProviderRefusedError
from letterhead.http.api import Api
from letterhead.http.routes import routes_of
from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from tests.fakes.api_gateway import REQUEST_ID

SENDARA, SENDMAILOS = Dialect.SENDARA, Dialect.SENDMAILOS


def raising(error: BaseException):
    def act(request):
        raise error

    return act


# --- what reaches an operation ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "parameter"),
    [
        ("acme.com", "acme.com"),
        ("ACME.com.", "ACME.com."),
        ("b%C3%BCcher.de", "bücher.de"),
        ("bücher.de", "bücher.de"),
        ("a+b@acme.com", "a+b@acme.com"),
        ("a%2Bb%40acme.com", "a+b@acme.com"),
        ("..", ".."),
        ("%2e%2e", ".."),
        ("..%2F..%2Fetc", "../../etc"),
        ("a%2Fb", "a/b"),
        ("%00", "\x00"),
        ("acme.com%00", "acme.com\x00"),
        ("%ff", "\ufffd"),
        ("%", "%"),
        ("x" * 8192, "x" * 8192),
    ],
)
def test_a_path_parameter_is_decoded(door, raw, parameter):
    door.call("GET", f"/v1/domains/{raw}", door.token(SENDARA))

    ((name, request),) = door.reached
    assert (name, request.parameters) == ("domains.show", {"domain": parameter})


@pytest.mark.parametrize("path", ["/v1/domains/a/b", "/v1/domains/"])
def test_a_path_that_no_route_has_is_not_found(door, path):
    answer = door.call("GET", path, door.token(SENDARA))

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
    assert door.reached == []


def test_an_operation_sees_body_query_and_headers(door):
    door.call(
        "POST",
        "/v1/domains",
        door.token(SENDARA),
        json={"domain": "acme.com"},
        query="page=1&page=2",
        headers={"X-Workspace-Id": "ws_1"},
    )

    ((_, request),) = door.reached
    assert request.json == {"domain": "acme.com"}
    assert request.query == (("page", "1"), ("page", "2"))
    assert request.query_value("page") == "2"
    assert request.query_value("limit") is None
    assert request.headers["x-workspace-id"] == "ws_1"
    assert request.base_url == "https://abcdef1234.execute-api.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("body", [None, "", "null"])
def test_no_body_and_null_are_the_same(door, body):
    door.call("POST", "/v1/domains/acme.com/verify", door.token(SENDARA), body=body)

    ((_, request),) = door.reached
    assert request.json == {}


# --- bodies that are refused ------------------------------------------------------------------------------------------


def read_the_body(request):
    return Reply(200, {"keys": sorted(request.json)})


BAD_BODIES = [
    "{",
    "[]",
    '"text"',
    "5",
    "domain=acme.com",
    '{"domain": "a.com", "domain": "b.com"}',
    '{"domain": NaN}',
    '{"n": 1e999}',
    '{"a":' * 40 + "1" + "}" * 40,
    b'{"domain": "\xff"}',
    "[" * 100_000,
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: str(body)[:30])
@pytest.mark.parametrize(
    ("dialect", "path", "code"),
    [
        (SENDARA, "/v1/domains", lambda body: body["error"]["code"] == "invalid_request"),
        (SENDMAILOS, "/api/v1/domains", lambda body: body["code"] == "VALIDATION_ERROR"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_400_that_names_the_body(door, dialect, path, code, body):
    door.acts = read_the_body
    answer = door.call("POST", path, door.token(dialect), body=body)

    assert answer.status == 400
    assert code(answer.json)
    assert "body" in answer.text


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml"],
)
def test_a_body_in_another_form_than_json_is_a_415(door, content_type):
    headers = {"content-type": content_type}
    sendara = door.call("POST", "/v1/domains", door.token(SENDARA), body="domain=acme.com", headers=headers)
    sendmailos = door.call(
        "POST", "/api/v1/domains", door.token(SENDMAILOS), body="domain=acme.com", headers=headers
    )

    assert (sendara.status, sendara.json["error"]["code"]) == (415, "unsupported_media_type")
    assert (sendmailos.status, sendmailos.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert door.reached == []


def test_a_content_type_without_a_body_does_not_matter(door):
    # Legacy clients name a type on requests that have no body (contracts E).
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert door.call("GET", "/v1/domains", door.token(SENDARA), headers=headers).status == 200


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_reply_becomes_json_with_the_requests_id(door):
    door.acts = lambda _: Reply(201, {"domain": "bücher.de", "none": None}, {"Location": "/x"})
    answer = door.call("POST", "/v1/domains", door.token(SENDARA), json={})

    assert answer.status == 201
    assert answer.text == '{"domain":"bücher.de","none":null}'
    assert answer.headers == {
        "content-type": "application/json",
        "x-request-id": REQUEST_ID,
        "cache-control": "no-store",
        "location": "/x",
    }


def test_a_reply_without_a_body_is_empty(door):
    door.acts = lambda _: Reply(202, None, content_type="text/html")
    answer = door.call("GET", "/v1/domains", door.token(SENDARA))

    assert (answer.status, answer.text, answer.headers["content-type"]) == (202, "", "text/html")


def test_a_text_is_sent_as_it_is(door):
    door.acts = lambda _: Reply(200, "<p>ü</p>", content_type="text/html; charset=utf-8")

    assert door.call("GET", "/v1/domains", door.token(SENDARA)).text == "<p>ü</p>"


def test_every_answer_has_the_requests_id_and_is_not_to_be_kept(door):
    token = door.token(SENDARA)
    answers = [
        door.call("GET", "/v1/domains", token),
        door.call("GET", "/v1/domains"),
        door.call("GET", "/v1/nothing", token),
        door.call("GET", "/v1/domains", door.token(SENDARA, scopes=frozenset({"read"}))),
        door.call("POST", "/v1/domains", token, body="x", headers={"content-type": "text/plain"}),
    ]
    door.acts = raising(RuntimeError("secret"))
    answers.append(door.call("GET", "/v1/domains", token))

    assert [answer.status for answer in answers] == [200, 401, 404, 403, 415, 500]
    assert {answer.headers["x-request-id"] for answer in answers} == {REQUEST_ID}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


# --- refusals ---------------------------------------------------------------------------------------------------------

REFUSALS = [
    # what a concept raises, Sendara's status and code, SendMailOS's (contracts B.1, C.1; DESIGN section 11)
    (InvalidFieldsError({"domain": ("Bad.",)}), (400, "invalid_request"), (400, "VALIDATION_ERROR")),
    (DomainNameError("is bad"), (400, "invalid_request"), (400, "VALIDATION_ERROR")),
    (DomainNotFoundError(), (404, "not_found"), (404, "NOT_FOUND")),
    (DomainExistsError(), (409, "domain_exists"), (409, "CONFLICT")),
    (UnavailableError(7), (503, "unavailable"), (503, "UNAVAILABLE")),
    (ProviderBusyError(), (503, "unavailable"), (503, "UNAVAILABLE")),
    (NameRefusedError("BadRequestException"), (400, "invalid_request"), (400, "VALIDATION_ERROR")),
    (
        ProviderRefusedError("LimitExceededException"),
        (409, "provider_refused"),
        (409, "PROVIDER_REFUSED"),
    ),
    (RuntimeError("boom"), (500, "internal"), (500, "INTERNAL_ERROR")),
    (KeyError("Tokens"), (500, "internal"), (500, "INTERNAL_ERROR")),
]


@pytest.mark.parametrize(("error", "sendara", "sendmailos"), REFUSALS, ids=lambda value: repr(value)[:40])
def test_what_an_operation_raises_is_told_in_the_tokens_dialect(door, error, sendara, sendmailos):
    door.acts = raising(error)
    first = door.call("GET", "/v1/domains", door.token(SENDARA))
    second = door.call("GET", "/api/v1/domains", door.token(SENDMAILOS))

    assert (first.status, first.json["error"]["code"]) == sendara
    assert first.json["error"]["status"] == first.status
    assert (second.status, second.json["code"]) == sendmailos
    assert second.json["success"] is False


@pytest.mark.parametrize(
    "error",
    [
        DomainNameError("must not be empty"),
        InvalidFieldsError({"domain": ("Bad.",)}),
        NameRefusedError("BadRequestException"),
    ],
)
def test_a_bad_request_names_the_field(door, error):
    door.acts = raising(error)

    assert "domain: " in door.call("GET", "/v1/domains", door.token(SENDARA)).json["error"]["message"]
    assert "domain: " in door.call("GET", "/api/v1/domains", door.token(SENDMAILOS)).json["error"]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(UnavailableError(7), "7"), (ProviderBusyError(), "2")],
)
def test_what_may_work_later_says_when_to_try_again(door, error, seconds):
    door.acts = raising(error)

    assert door.call("GET", "/v1/domains", door.token(SENDARA)).headers["retry-after"] == seconds


def test_what_only_the_operator_can_mend_says_so_and_nothing_of_the_operators(door):
    door.acts = raising(ProviderRefusedError("LimitExceededException"))
    for dialect, path in ((SENDARA, "/v1/domains"), (SENDMAILOS, "/api/v1/domains")):
        answer = door.call("GET", path, door.token(dialect))

        assert "the operator of this service" in answer.text
        assert "retry-after" not in answer.headers
        for word in ("LimitExceeded", "SES", "Amazon", "quota"):
            assert word not in answer.text


def test_a_fault_of_ours_tells_the_caller_nothing_but_the_requests_id(door):
    door.acts = raising(RuntimeError("table letterhead-Domains in 123456789012 of amy@bookshelf.com"))
    answer = door.call("GET", "/v1/domains", door.token(SENDARA))

    assert answer.status == 500
    for word in ("letterhead", "1234", "amy", "RuntimeError", "Traceback", ".py"):
        assert word not in answer.text
    assert answer.headers["x-request-id"] == REQUEST_ID


def test_token_stores_that_do_not_answer_let_nobody_in(door):
    def unavailable(token_hash):
        raise UnavailableError(3)

    token = door.token(SENDARA)
    door.tokens.by_hash = unavailable
    answer = door.call("GET", "/v1/domains", token)

    assert (answer.status, answer.json["error"]["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "3"
    assert door.reached == []


# --- cold start -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["missing", "superfluous"])
def test_operations_that_differ_from_the_table_of_routes_are_refused_at_the_cold_start(change):
    operations = {route.operation: lambda _: Reply(200) for route in routes_of("domains")}
    if change == "missing":
        operations.popitem()
    else:
        operations["domains.burn"] = lambda _: Reply(200)

    with pytest.raises(ValueError, match="table of routes"):
        Api("domains", operations, logger=Logger(service="cold"), tokens=None)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_page_takes_no_token_and_keeps_its_link(page):
    page.acts = lambda request: Reply(200, request.parameters["link"], content_type="text/html")
    answer = page.call("GET", "/confirmations/a-secret-link")

    assert (answer.status, answer.text) == (200, "a-secret-link")
    assert page.tokens.asked == []


def test_a_page_takes_a_form(page):
    answer = page.call(
        "POST",
        "/confirmations/x",
        body="decision=confirm",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status == 200
    ((_, request),) = page.reached
    assert request.body == b"decision=confirm"
