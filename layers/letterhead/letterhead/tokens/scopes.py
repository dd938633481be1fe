"""What each dialect's scopes are and which imply which.

MailerSend: 32 names (developers.mailersend.com, tokens). Sendara: one of send, read, admin; admin implies both others.
SendMailOS: `resource:read` and `resource:write`; write implies read.
"""

from __future__ import annotations

from letterhead.tokens.dialect import Dialect

_MAILERSEND_READ_AND_FULL = (
    "domains",
    "activity",
    "analytics",
    "suppressions",
    "sms",
    "email_verification",
    "recipients",
    "sender_identity",
    "users",
    "smtp_users",
    "dmarc_monitoring",
    "blocklist_monitoring",
    "whatsapp",
)
_MAILERSEND_OTHERS = (
    "email_full",
    "tokens_full",
    "webhooks_full",
    "templates_full",
    "inbounds_full",
    "ifttt",
)
_SENDMAILOS_RESOURCES = ("domains", "emails", "webhooks", "suppressions", "subscribers", "api-keys")

SCOPES: dict[Dialect, frozenset[str]] = {
    Dialect.MAILERSEND: frozenset(
        [f"{name}_{kind}" for name in _MAILERSEND_READ_AND_FULL for kind in ("read", "full")]
        + list(_MAILERSEND_OTHERS)
    ),
    Dialect.SENDARA: frozenset({"send", "read", "admin"}),
    Dialect.SENDMAILOS: frozenset(
        f"{name}:{kind}" for name in _SENDMAILOS_RESOURCES for kind in ("read", "write")
    ),
}


# What a call needs that every token may make.
ANY = "any"


def allows(granted: frozenset[str], needed: str) -> bool:
    """Whether the granted scopes cover the needed one; any of them covers `ANY`."""
    if needed == ANY:
        return bool(granted)
    if needed in granted or "admin" in granted:
        return True
    if needed.endswith("_read"):
        return f"{needed.removesuffix('_read')}_full" in granted
    if needed.endswith(":read"):
        return f"{needed.removesuffix(':read')}:write" in granted
    return False
