"""The same mail in each dialect's words, and where it is sent."""

from __future__ import annotations

from typing import Any

from letterhead.tokens.dialect import Dialect

DIALECTS = (Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS)
PATHS = {Dialect.MAILERSEND: "/v1/email", Dialect.SENDARA: "/v1/send", Dialect.SENDMAILOS: "/api/v1/send"}
TAKEN = {Dialect.MAILERSEND: 202, Dialect.SENDARA: 201, Dialect.SENDMAILOS: 202}


def body(
    dialect: Dialect,
    *,
    sender: str = "news@web-agency.com",
    to: str = "rita@reader.example",
    subject: str = "Hello",
    text: str = "Hi",
) -> dict[str, Any]:
    """A mail."""
    match dialect:
        case Dialect.MAILERSEND:
            return {"from": {"email": sender}, "to": [{"email": to}], "subject": subject, "text": text}
        case Dialect.SENDARA:
            return {
                "destination": {"email": to},
                "payload": {"subject": subject, "body_text": text},
                "metadata": {"from_email": sender},
            }
        case Dialect.SENDMAILOS:
            return {"to": to, "from_email": sender, "subject": subject, "text": text}


def refusal(dialect: Dialect, answer: Any) -> tuple[int, str | None]:
    """Status and code of a refusal; for MailerSend, which has no codes, the field."""
    match dialect:
        case Dialect.MAILERSEND:
            return answer.status, next(iter(answer.json.get("errors", {})), None)
        case Dialect.SENDARA:
            return answer.status, answer.json["error"]["code"]
        case Dialect.SENDMAILOS:
            return answer.status, answer.json["code"]
