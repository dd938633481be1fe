"""Requests that a well-behaved client doesn't make, and the form of refusals, seen without one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest


def send(ses, method, path, body=None):
    request = urllib.request.Request(ses.url + path, data=body, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_a_refusal_has_its_code_in_the_header_and_a_message(ses):
    status, headers, body = send(ses, "GET", "/v2/email/identities/nobody.com")

    assert status == 404
    assert headers["x-amzn-errortype"] == "NotFoundException"
    assert headers["x-amzn-RequestId"]
    assert "nobody.com" in json.loads(body)["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"EmailIdentity": null}',
        b'{"EmailIdentity": 5}',
        b'{"EmailIdentity": ""}',
        b'{"EmailIdentity": "a.com", "Tags": {}}',
        b'{"EmailIdentity": "a.com", "Tags": [{"Key": "a"}]}',
        b'{"EmailIdentity": "a.com", "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_1"}}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_the_api_does_not_take_is_a_bad_request(ses, body):
    status, headers, _ = send(ses, "POST", "/v2/email/identities", body)

    assert (status, headers["x-amzn-errortype"]) == (400, "BadRequestException")
    assert ses.v2.list_email_identities()["EmailIdentities"] == []


def test_a_member_of_no_meaning_is_ignored(ses):
    status, _, _ = send(ses, "POST", "/v2/email/identities", b'{"EmailIdentity": "a.com", "Surplus": 1}')

    assert status == 200


def test_names_in_paths_are_decoded(ses):
    ses.v2.create_email_identity(EmailIdentity="amy+x@a.com")

    assert send(ses, "GET", "/v2/email/identities/amy%2Bx%40a.com")[0] == 200
    assert send(ses, "GET", "/v2/email/identities/amy+x@a.com")[0] == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("POST", "/"), ("GET", "/v2/email/templates"), ("PUT", "/x")]
)
def test_without_an_emulator_other_calls_are_unknown(ses, method, path):
    status, headers, _ = send(ses, method, path)

    assert (status, headers["x-amzn-errortype"]) == (404, "UnknownOperationException")


def test_a_refusal_of_the_v1_api_is_xml(ses):
    status, headers, body = send(ses, "POST", "/", b"Action=VerifyDomainDkim&Domain=%3Cx%3E")

    assert (status, headers["Content-Type"].partition(";")[0]) == (400, "text/xml")
    assert b"<Code>InvalidParameterValue</Code>" in body
    assert b"&lt;x&gt;" in body
