"""Sendara's shape of a refusal: `{"error": {"code", "message", "status"}}` (contracts B.1)."""

from __future__ import annotations

from letterhead.dialects.own_words import OwnWords
from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.reply import Reply

_CODES = {
    Kind.UNAUTHENTICATED: (401, "unauthorized", "a valid API key is required"),
    Kind.FORBIDDEN: (403, "forbidden", "this API key may not do that"),
    Kind.NOT_FOUND: (404, "not_found", "no such resource"),
    Kind.METHOD_NOT_ALLOWED: (405, "method_not_allowed", "this path doesn't know that method"),
    Kind.INVALID: (400, "invalid_request", "the request is invalid"),
    Kind.TAKEN: (409, "domain_exists", "this domain is registered already"),
    Kind.LIMIT_REACHED: (409, "limit_reached", "this account has as many as it may have"),
    Kind.FROM_NOT_VERIFIED: (422, "from_not_verified", "the sender isn't verified"),
    Kind.SUPPRESSED: (409, "recipient_suppressed", "the recipient is suppressed"),
    Kind.TOO_LARGE: (413, "payload_too_large", "the request body is too large"),
    Kind.TOO_MANY: (429, "rate_limit_exceeded", "too many requests, try again later"),
    Kind.KEY_CONFLICT: (409, "idempotency_key_reused", "this idempotency key is taken"),
    Kind.PROVIDER_REFUSED: (409, "provider_refused", "the mail provider refuses this"),
    Kind.UNSUPPORTED_MEDIA: (415, "unsupported_media_type", "send the body as application/json"),
    Kind.UNAVAILABLE: (503, "unavailable", "try again later"),
    Kind.INTERNAL: (500, "internal", "something went wrong on our side"),
}
_WORDS = OwnWords(
    {
        "domain_name": "domain",
        "from.email": "metadata.from_email",
        "from.name": "metadata.from_email",
        "reply_to.email": "metadata.reply_to",
        "reply_to.name": "metadata.reply_to",
        "to": "destination",
        "to.0.email": "destination.email",
        "subject": "payload.subject",
        "text": "payload.body_text",
        "html": "payload.body_html",
        "personalization": "template_vars",
        "send_at": "scheduled_at",
    }
)


def render(problem: Problem) -> Reply:
    """The refusal in Sendara's shape; a message about fields names each of them."""
    status, code, usual = _CODES[problem.kind]
    message = _WORDS.of(problem, usual)
    return Reply(status, {"error": {"code": code, "message": message, "status": status}})
