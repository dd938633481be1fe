"""API Gateway's event, payload format 2.0."""

from __future__ import annotations

import base64

import pytest

from letterhead.http.event import HttpEvent
from tests.fakes.api_gateway import EXAMPLE, api_event


def test_the_documented_payload_is_read():
    http = HttpEvent(EXAMPLE)

    assert (http.method, http.path) == ("POST", "/v1/domains")
    assert http.request_id == "JKJaXmPLvHcESHA="
    assert http.authorization == EXAMPLE["headers"]["authorization"]
    assert http.body == b'{"domain":"mail.acme.com"}'
    assert http.base_url == "https://abcdef1234.execute-api.eu-west-1.amazonaws.com"
    assert http.has_body_of("application/json")


def test_a_request_without_headers_body_or_query_is_one_too():
    event = api_event("GET", "/v1/domains")
    del event["headers"], event["rawQueryString"]
    http = HttpEvent(event)

    assert (http.headers, http.query, http.body) == ({}, (), b"")
    assert http.authorization is None
    assert http.has_body_of("application/json")


def test_header_names_are_found_in_any_case():
    event = api_event("GET", "/v1/domains", headers={"AUTHORIZATION": "Bearer x"})

    assert HttpEvent(event).authorization == "Bearer x"


def test_a_binary_body_is_decoded():
    assert HttpEvent(api_event("POST", "/", body=b"\x00\xff")).body == b"\x00\xff"


@pytest.mark.parametrize("broken", ["!", "a", "====", "ä"])
def test_a_body_that_is_not_the_base64_that_it_claims_is_no_body(broken):
    event = api_event("POST", "/", body=b"x")
    event["body"] = broken

    assert HttpEvent(event).body == b""


def test_a_text_body_keeps_its_bytes():
    assert HttpEvent(api_event("POST", "/", body="bücher 😀")).body == "bücher 😀".encode()


def test_query_keys_may_be_repeated_and_empty():
    # MailerSend's clients send `event[]=…&event[]=…` (contracts D.2).
    event = api_event("GET", "/", query="event[]=sent&event%5B%5D=opened&q=a%20b+c&empty=&alone")

    assert HttpEvent(event).query == (
        ("event[]", "sent"),
        ("event[]", "opened"),
        ("q", "a b c"),
        ("empty", ""),
        ("alone", ""),
    )


@pytest.mark.parametrize("query", ["%", "%zz", "%ff", "&&&", "=", "a=%00"])
def test_a_mangled_query_string_does_not_raise(query):
    assert isinstance(HttpEvent(api_event("GET", "/", query=query)).query, tuple)


@pytest.mark.parametrize(
    ("content_type", "is_json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        (" application/json ;charset=utf-8", True),
        ("application/vnd.api+json", True),  # RFC 6839 section 3.1
        ("", True),
        ("application/x-www-form-urlencoded", False),  # what curl -d sends without being told
        ("multipart/form-data; boundary=x", False),
        ("text/plain", False),
        ("text/json", False),
        ("application/xml", False),
        ("application/jsonp", False),
        ("application/json, text/plain", False),
    ],
)
def test_a_body_says_whether_it_is_json(content_type, is_json):
    assert (
        HttpEvent(api_event("POST", "/", headers={"content-type": content_type})).has_body_of(
            "application/json"
        )
        is is_json
    )


def test_base64_is_only_undone_where_it_was_done():
    text = base64.b64encode(b"plain").decode()

    assert HttpEvent(api_event("POST", "/", body=text)).body == text.encode()


@pytest.mark.parametrize(
    ("content_type", "is_csv"),
    [("text/csv", True), ("Text/CSV; charset=utf-8", True), ("", False), ("application/json", False)],
)
def test_a_body_of_another_type_has_to_say_so(content_type, is_csv):
    http = HttpEvent(api_event("POST", "/", headers={"content-type": content_type}))
    assert http.has_body_of("text/csv") is is_csv
