"""SendMailOS's shape of a refusal: `{"success": false, "error", "code"}` (contracts C.1)."""

from __future__ import annotations

from letterhead.dialects.own_words import OwnWords
from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.reply import Reply

_CODES = {
    Kind.UNAUTHENTICATED: (401, "UNAUTHORIZED", "Invalid API key"),
    Kind.FORBIDDEN: (403, "FORBIDDEN", "This API key may not do that"),
    Kind.NOT_FOUND: (404, "NOT_FOUND", "Not found"),
    Kind.METHOD_NOT_ALLOWED: (405, "METHOD_NOT_ALLOWED", "This path doesn't know that method"),
    Kind.INVALID: (400, "VALIDATION_ERROR", "The request is invalid"),
    Kind.TAKEN: (409, "CONFLICT", "This domain is registered already"),
    Kind.LIMIT_REACHED: (409, "LIMIT_REACHED", "This account has as many as it may have"),
    Kind.FROM_NOT_VERIFIED: (422, "FROM_NOT_VERIFIED", "The sender isn't verified"),
    Kind.SUPPRESSED: (409, "RECIPIENT_SUPPRESSED", "The recipient is suppressed"),
    Kind.TOO_LARGE: (413, "PAYLOAD_TOO_LARGE", "The request body is too large"),
    Kind.TOO_MANY: (429, "RATE_LIMITED", "Too many requests, try again later"),
    Kind.KEY_CONFLICT: (409, "CONFLICT", "This idempotency key is taken"),
    Kind.PROVIDER_REFUSED: (409, "PROVIDER_REFUSED", "The mail provider refuses this"),
    Kind.UNSUPPORTED_MEDIA: (415, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json"),
    Kind.UNAVAILABLE: (503, "UNAVAILABLE", "Try again later"),
    Kind.INTERNAL: (500, "INTERNAL_ERROR", "Something went wrong on our side"),
}
_WORDS = OwnWords(
    {
        "domain_name": "domain",
        "from.email": "from_email",
        "from.name": "from_name",
        "reply_to.email": "reply_to",
        "reply_to.name": "reply_to",
        "template_id": "templateId",
        "personalization": "variables",
    }
)


def render(problem: Problem) -> Reply:
    """The refusal in SendMailOS's shape; a text about fields names each of them."""
    status, code, usual = _CODES[problem.kind]
    text = _WORDS.of(problem, usual)
    return Reply(status, {"success": False, "error": text, "code": code})
