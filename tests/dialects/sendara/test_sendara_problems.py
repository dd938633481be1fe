"""Sendara's refusals (contracts B.1)."""

from __future__ import annotations

import pytest

from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.sendara.problems import render

CODES = [
    (Kind.INVALID, 400, "invalid_request"),
    (Kind.UNAUTHENTICATED, 401, "unauthorized"),
    (Kind.FORBIDDEN, 403, "forbidden"),
    (Kind.NOT_FOUND, 404, "not_found"),
    (Kind.TAKEN, 409, "domain_exists"),  # DESIGN section 11
    (Kind.METHOD_NOT_ALLOWED, 405, "method_not_allowed"),
    (Kind.TOO_LARGE, 413, "payload_too_large"),
    (Kind.UNSUPPORTED_MEDIA, 415, "unsupported_media_type"),
    (Kind.INTERNAL, 500, "internal"),
    (Kind.UNAVAILABLE, 503, "unavailable"),
]


@pytest.mark.parametrize(("kind", "status", "code"), CODES)
def test_a_refusal_is_an_error_with_code_message_and_status(kind, status, code):
    reply = render(Problem(kind))

    assert reply.status == status
    assert list(reply.body) == ["error"]
    assert set(reply.body["error"]) == {"code", "message", "status"}
    assert (reply.body["error"]["code"], reply.body["error"]["status"]) == (code, status)
    assert reply.body["error"]["message"]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_refusal_has_a_code(kind):
    assert render(Problem(kind)).body["error"]["status"] >= 400


def test_a_message_about_fields_names_each_of_them_in_sendaras_words():
    problem = Problem(Kind.INVALID, fields={"domain_name": ("Bad.", "Worse."), "reason": ("Unknown.",)})

    assert render(problem).body["error"]["message"] == "domain: Bad. Worse.; reason: Unknown."


def test_a_refusal_may_say_more_than_its_kind_does():
    assert render(Problem(Kind.FORBIDDEN, "this account is suspended")).body["error"]["message"] == (
        "this account is suspended"
    )


SENTENCES = [
    ("subject", "The subject field is required.", "payload.subject: The payload.subject field is required."),
    (
        "text",
        "The text field is required when neither html nor template_id is present.",
        "payload.body_text: The payload.body_text field is required when neither payload.body_html nor template_id is present.",
    ),
    (
        "send_at",
        "The send at must be in the future.",
        "scheduled_at: The scheduled_at must be in the future.",
    ),
    (
        "to.0.email",
        "The to.0.email is named twice.",
        "destination.email: The destination.email is named twice.",
    ),
    (
        "reason",
        "The reason may say to whom the text went.",
        "reason: The reason may say to whom the text went.",
    ),
    ("domain_name", "The domain name is a public suffix.", "domain: The domain name is a public suffix."),
]


@pytest.mark.parametrize(("field", "sentence", "shown"), SENTENCES)
def test_a_sentence_names_a_field_as_the_request_does(field, sentence, shown):
    assert render(Problem(Kind.INVALID, fields={field: (sentence,)})).body["error"]["message"] == shown


def test_an_unverified_sender_is_named_as_the_request_does():
    said = "The from.email domain must be verified in your account to send emails. Verify it."
    refused = Problem(Kind.FROM_NOT_VERIFIED, said, {"from.email": (said,)})

    assert render(refused).body["error"]["message"] == said.replace("from.email", "metadata.from_email")
