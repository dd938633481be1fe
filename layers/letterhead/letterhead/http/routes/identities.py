"""Sender identities and how their owners are asked."""

from __future__ import annotations

from letterhead.http.routes.route import DOMAIN, IDENTITY, MAILERSEND, Route

ROUTES = (
    Route("POST", "/v1/identities", "identities.create", MAILERSEND, "sender_identity_full", DOMAIN),
    Route("GET", "/v1/identities", "identities.list", MAILERSEND, "sender_identity_read", IDENTITY),
    Route("GET", "/v1/identities/settings", "identity_settings.show", MAILERSEND, "sender_identity_read"),
    Route("PUT", "/v1/identities/settings", "identity_settings.change", MAILERSEND, "sender_identity_full"),
    Route(
        "POST",
        "/v1/identities/settings/preview",
        "identity_settings.preview",
        MAILERSEND,
        "sender_identity_read",
        test_mode=True,
    ),
    Route(
        "GET", "/v1/identities/{identity}", "identities.show", MAILERSEND, "sender_identity_read", IDENTITY
    ),
    Route(
        "PUT", "/v1/identities/{identity}", "identities.update", MAILERSEND, "sender_identity_full", IDENTITY
    ),
    Route(
        "DELETE",
        "/v1/identities/{identity}",
        "identities.delete",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
    Route(
        "GET", "/v1/identities/email/{email}", "identities.show", MAILERSEND, "sender_identity_read", IDENTITY
    ),
    Route(
        "PUT",
        "/v1/identities/email/{email}",
        "identities.update",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
    Route(
        "DELETE",
        "/v1/identities/email/{email}",
        "identities.delete",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
    Route(
        "POST",
        "/v1/identities/{identity}/resend",
        "identities.resend",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
)
