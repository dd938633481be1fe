"""What API Gateway has no route for: 404, or 405 with the methods that the path knows, in the dialect's shape."""

from __future__ import annotations

import pytest

from letterhead.dialects.mailersend.problems import render as mailersend
from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.sendara.problems import render as sendara
from letterhead.dialects.sendmailos.problems import render as sendmailos
from letterhead.http.routes import ROUTES, methods_of
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from tests.fakes.api_gateway import REQUEST_ID

MAILERSEND_TOKEN = secret.new_secret(Dialect.MAILERSEND, test_mode=False)
SENDARA_TOKEN = secret.new_secret(Dialect.SENDARA, test_mode=False)


@pytest.fixture
def fallback(load):
    return load("fallback")


NOT_FOUND = [
    # method, path, token, shape
    ("GET", "/", None, mailersend),
    ("GET", "/v1/nothing", None, mailersend),
    ("GET", "/v1/nothing", MAILERSEND_TOKEN, mailersend),
    ("GET", "/v1/nothing", SENDARA_TOKEN, sendara),
    ("POST", "/v1/identities/x/y/z", SENDARA_TOKEN, mailersend),
    ("GET", "/v1/domains/acme.com/nothing", None, sendara),
    ("GET", "/v1/domains/", None, mailersend),
    ("GET", "/api/v1/nothing", None, sendmailos),
    ("GET", "/api/v1/nothing", SENDARA_TOKEN, sendmailos),
    ("GET", "/favicon.ico", None, mailersend),
    ("GET", "/v1/domains/../../etc/passwd", SENDARA_TOKEN, sendara),
    ("GET", "//", None, mailersend),
    ("GET", "/" + "x" * 8192, None, mailersend),
    ("GET", "/%00", None, mailersend),
    ("GET", '/v1/"><script>', None, mailersend),
    ("BREW", "/v1/nothing", None, mailersend),
]


@pytest.mark.parametrize(("method", "path", "token", "shape"), NOT_FOUND)
def test_a_path_that_does_not_exist_is_a_404_in_the_dialects_shape(fallback, method, path, token, shape):
    answer = fallback.call(method, path, token)

    assert (answer.status, answer.json) == (404, shape(Problem(Kind.NOT_FOUND)).body)
    assert "allow" not in answer.headers
    assert answer.headers["x-request-id"] == REQUEST_ID
    assert answer.headers["content-type"] == "application/json"


OTHER_METHODS = [
    ("DELETE", "/v1/domains", SENDARA_TOKEN, sendara),
    ("PATCH", "/v1/domains/acme.com", SENDARA_TOKEN, sendara),
    ("PATCH", "/v1/domains/acme.com", None, sendara),
    ("PUT", "/v1/domains/acme.com/verify", SENDARA_TOKEN, sendara),
    ("PUT", "/api/v1/domains", SENDARA_TOKEN, sendmailos),
    ("PATCH", "/api/v1/domains", None, sendmailos),
    ("PATCH", "/v1/identities", None, mailersend),
    ("OPTIONS", "/v1/domains", None, mailersend),
    ("TRACE", "/v1/domains/b%C3%BCcher.de", SENDARA_TOKEN, sendara),
]


@pytest.mark.parametrize(("method", "path", "token", "shape"), OTHER_METHODS)
def test_a_method_that_a_path_does_not_know_is_a_405_with_those_that_it_does(
    fallback, method, path, token, shape
):
    # The table of routes may come to know the method; then this row says nothing any more.
    assert method not in methods_of(path)
    answer = fallback.call(method, path, token)

    assert (answer.status, answer.json) == (405, shape(Problem(Kind.METHOD_NOT_ALLOWED)).body)
    assert answer.headers["allow"] == ", ".join(methods_of(path))  # RFC 9110 section 15.5.6


def test_head_gets_the_head_alone(fallback):
    answer = fallback.call("HEAD", "/v1/domains")

    assert (answer.status, answer.text, answer.headers["allow"]) == (405, "", "GET, POST")


@pytest.mark.parametrize("path", ["/confirmations/", "/confirmations/a/b", '/confirmations/"/'])
def test_a_mangled_link_gets_a_page_for_people(fallback, path):
    answer = fallback.call("GET", path)

    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is no such page" in answer.text


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES if route.dialect is not None}))
def test_every_path_of_the_table_knows_its_methods(fallback, path):
    concrete = path.replace("{", "").replace("}", "")
    answer = fallback.call("BREW", concrete)

    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) >= {
        route.method for route in ROUTES if route.path == path
    }


def test_a_body_may_tell_the_dialect(fallback):
    answer = fallback.call("PATCH", "/v1/domains", json={"domain": "acme.com"})

    assert answer.json == sendara(Problem(Kind.METHOD_NOT_ALLOWED)).body


def test_a_form_or_a_broken_body_changes_nothing(fallback):
    for body in ("{", "a=b", b"\xff\xfe", "[" * 10_000):
        assert fallback.call("POST", "/v1/nothing", body=body).status == 404


def test_neither_path_nor_token_nor_body_is_in_the_log(fallback):
    fallback.call("POST", "/confirmations/a-secret-link/x", SENDARA_TOKEN, body="amy@bookshelf.com")
    fallback.call("POST", "/v1/amy@bookshelf.com", MAILERSEND_TOKEN, body="{")

    assert [line["status"] for line in fallback.lines] == [404, 404]
    assert [line["route"] for line in fallback.lines] == ["none", "none"]
    for said in ("a-secret-link", "amy", SENDARA_TOKEN[:20], MAILERSEND_TOKEN[:20]):
        assert said not in fallback.log


def test_it_needs_no_environment_and_no_table(load, monkeypatch):
    for variable in ("TOKENS_TABLE", "AWS_REGION"):
        monkeypatch.delenv(variable, raising=False)

    assert load("fallback").call("GET", "/v1/nothing", SENDARA_TOKEN).status == 404
