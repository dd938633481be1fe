"""Sending domains: their records, checks and verification."""

from __future__ import annotations

from letterhead.http.routes.route import DOMAIN, IDENTITY, MAILERSEND, SENDARA, SENDMAILOS, Route

ROUTES = (
    Route("POST", "/v1/domains", "domains.register", SENDARA, "admin"),
    Route("GET", "/v1/domains", "domains.list", SENDARA, "admin", IDENTITY),
    Route("GET", "/v1/domains/{domain}", "domains.show", SENDARA, "admin", IDENTITY),
    Route("DELETE", "/v1/domains/{domain}", "domains.delete", SENDARA, "admin", DOMAIN),
    Route("POST", "/v1/domains/{domain}/verify", "domains.verify", SENDARA, "admin", IDENTITY),
    Route("GET", "/v1/domains/{domain}/records", "domain_records.list", SENDARA, "admin", IDENTITY),
    Route("GET", "/v1/domains/{domain}/checks", "domain_records.list_checks", SENDARA, "admin", IDENTITY),
    Route("POST", "/v1/domains", "domains.register", MAILERSEND, "domains_full"),
    Route("GET", "/v1/domains", "domains.list", MAILERSEND, "domains_read", IDENTITY),
    Route("GET", "/v1/domains/{domain}", "domains.show", MAILERSEND, "domains_read", IDENTITY),
    Route("DELETE", "/v1/domains/{domain}", "domains.delete", MAILERSEND, "domains_full", DOMAIN),
    Route(
        "PUT", "/v1/domains/{domain}/settings", "domains.change_settings", MAILERSEND, "domains_full", DOMAIN
    ),
    Route(
        "GET",
        "/v1/domains/{domain}/verify",
        "domains.verify",
        MAILERSEND,
        "domains_read",
        IDENTITY,
        test_mode=False,
    ),
    Route(
        "GET",
        "/v1/domains/{domain}/dns-records",
        "domain_records.show_by_place",
        MAILERSEND,
        "domains_read",
        IDENTITY,
    ),
    Route("GET", "/v1/domains/{domain}/records", "domain_records.list", MAILERSEND, "domains_read", IDENTITY),
    Route(
        "GET",
        "/v1/domains/{domain}/checks",
        "domain_records.list_checks",
        MAILERSEND,
        "domains_read",
        IDENTITY,
    ),
    Route("POST", "/api/v1/domains", "domains.register", SENDMAILOS, "domains:write"),
    Route("GET", "/api/v1/domains", "domains.list", SENDMAILOS, "domains:read", IDENTITY),
    Route("GET", "/api/v1/domains/{domain}", "domains.show", SENDMAILOS, "domains:read", IDENTITY),
    Route("DELETE", "/api/v1/domains/{domain}", "domains.delete", SENDMAILOS, "domains:write", DOMAIN),
    Route("POST", "/api/v1/domains/{domain}/verify", "domains.verify", SENDMAILOS, "domains:write", IDENTITY),
    Route(
        "GET", "/api/v1/domains/{domain}/records", "domain_records.list", SENDMAILOS, "domains:read", IDENTITY
    ),
    Route(
        "GET",
        "/api/v1/domains/{domain}/checks",
        "domain_records.list_checks",
        SENDMAILOS,
        "domains:read",
        IDENTITY,
    ),
)
