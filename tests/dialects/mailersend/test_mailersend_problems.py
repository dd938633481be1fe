"""MailerSend's refusals (contracts A.1)."""

from __future__ import annotations

import pytest

from letterhead.dialects.mailersend.problems import render
from letterhead.dialects.problem import Kind, Problem

STATUSES = [
    # kind, status, body; contracts A.1: the recordings of the Python client and the list of status codes
    (Kind.UNAUTHENTICATED, 401, "Unauthenticated."),
    (Kind.FORBIDDEN, 403, "Forbidden."),
    (Kind.NOT_FOUND, 404, "Resource not found."),
    (Kind.METHOD_NOT_ALLOWED, 405, None),
    (Kind.TOO_LARGE, 413, None),
    (Kind.UNSUPPORTED_MEDIA, 415, None),
    (Kind.INTERNAL, 500, None),
    (Kind.UNAVAILABLE, 503, None),
]


@pytest.mark.parametrize(("kind", "status", "message"), STATUSES)
def test_a_refusal_is_a_message_and_nothing_else(kind, status, message):
    reply = render(Problem(kind))

    assert reply.status == status
    assert list(reply.body) == ["message"]
    assert reply.body["message"] == (message or reply.body["message"])
    assert reply.body["message"]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_refusal_has_a_status_and_a_text(kind):
    reply = render(Problem(kind, "Why."))

    assert 400 <= reply.status < 600
    assert reply.body["message"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": ("One.",)}, "One."),
        ({"email": ("One.", "Two.")}, "One. (and 1 more error)"),
        ({"email": ("One.",), "name": ("Two.",), "note": ("Three.",)}, "One. (and 2 more errors)"),
    ],
)
def test_an_invalid_request_says_the_first_text_and_how_many_more(fields, message):
    reply = render(Problem(Kind.INVALID, fields=fields))

    assert reply.status == 422
    assert reply.body == {
        "message": message,
        "errors": {name: list(texts) for name, texts in fields.items()},
    }


def test_a_name_that_is_taken_is_an_error_of_the_field_name():
    # DESIGN section 11.
    reply = render(Problem(Kind.TAKEN, fields={"domain_name": ("The name has already been taken.",)}))

    assert reply.status == 422
    assert reply.body == {
        "message": "The name has already been taken.",
        "errors": {"name": ["The name has already been taken."]},
    }
