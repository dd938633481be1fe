"""Sending, and what would become of a mail."""

from __future__ import annotations

from letterhead.http.routes.route import IDENTITY, MAILERSEND, SENDARA, SENDMAILOS, Route

ROUTES = (
    Route("POST", "/v1/email", "email.send", MAILERSEND, "email_full", IDENTITY, test_mode=True),
    Route("POST", "/v1/email/explain", "email.explain", MAILERSEND, "email_full", IDENTITY, test_mode=True),
    Route("POST", "/v1/bulk-email", "email.send_bulk", MAILERSEND, "email_full", IDENTITY, test_mode=True),
    Route("POST", "/v1/uploads", "email.open_upload", MAILERSEND, "email_full", IDENTITY, test_mode=True),
    Route("GET", "/v1/bulk-email/{bulk}", "email.show_bulk", MAILERSEND, "email_full"),
    Route(
        "GET",
        "/v1/identities/{identity}/explain",
        "email.explain_identity",
        MAILERSEND,
        "sender_identity_read",
        IDENTITY,
    ),
    Route("GET", "/v1/message-schedules", "schedules.list", MAILERSEND, "email_full", IDENTITY),
    Route("GET", "/v1/message-schedules/{schedule}", "schedules.show", MAILERSEND, "email_full", IDENTITY),
    Route(
        "DELETE",
        "/v1/message-schedules/{schedule}",
        "schedules.cancel",
        MAILERSEND,
        "email_full",
        IDENTITY,
        test_mode=True,
    ),
    Route("POST", "/v1/send", "email.send", SENDARA, "send", IDENTITY, test_mode=True, key_in_body=True),
    Route("POST", "/v1/send/explain", "email.explain", SENDARA, "send", IDENTITY, test_mode=True),
    Route("POST", "/v1/send/batch", "email.send_batch", SENDARA, "send", IDENTITY, test_mode=True),
    Route(
        "POST", "/api/v1/uploads", "email.open_upload", SENDMAILOS, "emails:write", IDENTITY, test_mode=True
    ),
    Route("POST", "/api/v1/send", "email.send", SENDMAILOS, "emails:write", IDENTITY, test_mode=True),
    Route(
        "POST", "/api/v1/send/explain", "email.explain", SENDMAILOS, "emails:write", IDENTITY, test_mode=True
    ),
)
