"""What became of messages: activity, messages, recipients, analytics."""

from __future__ import annotations

from letterhead.http.routes.route import DOMAIN, MAILERSEND, SENDARA, Route

ROUTES = (
    Route("GET", "/v1/activity/{domain}", "activity.list", MAILERSEND, "activity_read", DOMAIN),
    Route("GET", "/v1/activities/{activity}", "activity.show", MAILERSEND, "activity_read", DOMAIN),
    Route("GET", "/v1/messages", "activity.list_messages", MAILERSEND, "activity_read", DOMAIN),
    Route("GET", "/v1/messages/{message}", "activity.show_message", MAILERSEND, "activity_read", DOMAIN),
    Route("GET", "/v1/recipients", "activity.list_recipients", MAILERSEND, "recipients_read", DOMAIN),
    Route("GET", "/v1/recipients/{mailed}", "activity.show_recipient", MAILERSEND, "recipients_read", DOMAIN),
    Route(
        "DELETE",
        "/v1/recipients/{mailed}",
        "activity.delete_recipient",
        MAILERSEND,
        "recipients_full",
        DOMAIN,
    ),
    Route(
        "GET",
        "/v1/domains/{domain}/recipients",
        "activity.list_domain_recipients",
        MAILERSEND,
        "domains_read",
        DOMAIN,
    ),
    Route("GET", "/v1/analytics/date", "activity.show_analytics", MAILERSEND, "analytics_read", DOMAIN),
    Route(
        "GET", "/v1/analytics/reputation", "activity.show_reputation", MAILERSEND, "analytics_read", DOMAIN
    ),
    Route("GET", "/v1/messages", "activity.list_messages", SENDARA, "read", DOMAIN),
    Route("GET", "/v1/messages/{message}", "activity.show_message", SENDARA, "read", DOMAIN),
)
