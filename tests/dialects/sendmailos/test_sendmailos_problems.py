"""SendMailOS's refusals (contracts C.1)."""

from __future__ import annotations

import pytest

from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.sendmailos.problems import render

CODES = [
    (Kind.INVALID, 400, "VALIDATION_ERROR"),
    (Kind.UNAUTHENTICATED, 401, "UNAUTHORIZED"),
    (Kind.FORBIDDEN, 403, "FORBIDDEN"),
    (Kind.NOT_FOUND, 404, "NOT_FOUND"),
    (Kind.TAKEN, 409, "CONFLICT"),
    (Kind.METHOD_NOT_ALLOWED, 405, "METHOD_NOT_ALLOWED"),
    (Kind.TOO_LARGE, 413, "PAYLOAD_TOO_LARGE"),
    (Kind.UNSUPPORTED_MEDIA, 415, "UNSUPPORTED_MEDIA_TYPE"),
    (Kind.INTERNAL, 500, "INTERNAL_ERROR"),
    (Kind.UNAVAILABLE, 503, "UNAVAILABLE"),
]


@pytest.mark.parametrize(("kind", "status", "code"), CODES)
def test_a_refusal_is_no_success_with_error_and_code(kind, status, code):
    reply = render(Problem(kind))

    assert reply.status == status
    assert set(reply.body) == {"success", "error", "code"}
    assert (reply.body["success"], reply.body["code"]) == (False, code)
    assert reply.body["error"]


def test_the_unauthenticated_answer_is_the_documented_one():
    assert render(Problem(Kind.UNAUTHENTICATED)).body == {
        "success": False,
        "error": "Invalid API key",
        "code": "UNAUTHORIZED",
    }


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_refusal_has_a_code(kind):
    assert render(Problem(kind)).status >= 400


def test_a_text_about_fields_names_each_of_them_in_sendmailoss_words():
    problem = Problem(Kind.INVALID, fields={"domain_name": ("Bad.",), "metadata": ("Too large.",)})

    assert render(problem).body["error"] == "domain: Bad.; metadata: Too large."
