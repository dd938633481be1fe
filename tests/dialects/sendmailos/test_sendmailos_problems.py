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


SENTENCES = [
    ("from.email", "The from.email is not yours.", "from_email: The from_email is not yours."),
    (
        "text",
        "The text field is required when neither html nor template_id is present.",
        "text: The text field is required when neither html nor templateId is present.",
    ),
    (
        "template_id",
        "The selected template id is invalid.",
        "templateId: The selected templateId is invalid.",
    ),
    ("domain_name", "The domain name is a public suffix.", "domain: The domain name is a public suffix."),
]


@pytest.mark.parametrize(("field", "sentence", "shown"), SENTENCES)
def test_a_sentence_names_a_field_as_the_request_does(field, sentence, shown):
    assert render(Problem(Kind.INVALID, fields={field: (sentence,)})).body["error"] == shown


def test_an_unverified_sender_is_named_as_the_request_does():
    said = "The from.email domain must be verified in your account to send emails. Verify it."
    refused = Problem(Kind.FROM_NOT_VERIFIED, said, {"from.email": (said,)})

    assert render(refused).body["error"] == said.replace("from.email", "from_email")
