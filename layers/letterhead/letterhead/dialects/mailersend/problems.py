"""MailerSend's shape of a refusal: `message`, and for a 422 `errors` by field."""

from __future__ import annotations

from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.reply import Reply

_STATUSES = {
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.INVALID: 422,
    Kind.TAKEN: 422,
    Kind.LIMIT_REACHED: 422,
    Kind.FROM_NOT_VERIFIED: 422,
    Kind.SUPPRESSED: 422,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.KEY_CONFLICT: 409,
    Kind.PROVIDER_REFUSED: 409,
    Kind.UNSUPPORTED_MEDIA: 415,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
_MESSAGES = {
    Kind.UNAUTHENTICATED: "Unauthenticated.",
    Kind.FORBIDDEN: "Forbidden.",
    Kind.NOT_FOUND: "Resource not found.",
    Kind.METHOD_NOT_ALLOWED: "Method not allowed.",
    Kind.TOO_LARGE: "Payload too large.",
    Kind.UNSUPPORTED_MEDIA: "Unsupported media type.",
    Kind.UNAVAILABLE: "Service unavailable. Please try again later.",
    Kind.INTERNAL: "Server error.",
}
_FIELDS = {"domain_name": "name"}


def render(problem: Problem) -> Reply:
    """The refusal in MailerSend's shape (contracts A.1): the first text, and how many more there are."""
    status = _STATUSES[problem.kind]
    if status == 422 and problem.fields:
        errors = {_FIELDS.get(name, name): list(texts) for name, texts in problem.fields.items()}
        texts = [text for field in errors.values() for text in field]
        return Reply(status, {"message": _first_and_more(texts), "errors": errors})
    return Reply(status, {"message": _message(problem)})


def _message(problem: Problem) -> str:
    # What is too large is said where it is known; the other refusals have that service's own words.
    if problem.kind is Kind.TOO_LARGE and problem.message:
        return problem.message
    return _MESSAGES.get(problem.kind, problem.message) or problem.message


def _first_and_more(texts: list[str]) -> str:
    more = len(texts) - 1
    if not more:
        return texts[0]
    return f"{texts[0]} (and {more} more error{'s' if more > 1 else ''})"
