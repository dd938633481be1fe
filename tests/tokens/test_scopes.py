"""Which scope covers which call."""

from __future__ import annotations

import pytest

from letterhead.http.routes import ROUTES
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import ANY, SCOPES, allows

# contracts A.7: developers.mailersend.com, tokens.
MAILERSEND = """email_full domains_read domains_full activity_read activity_full analytics_read analytics_full tokens_full
webhooks_full templates_full suppressions_read suppressions_full sms_read sms_full email_verification_read
email_verification_full inbounds_full recipients_read recipients_full sender_identity_read sender_identity_full users_read
users_full smtp_users_read smtp_users_full dmarc_monitoring_read dmarc_monitoring_full blocklist_monitoring_read
blocklist_monitoring_full whatsapp_read whatsapp_full ifttt"""

ALLOWED = [
    # granted, needed, source
    ("admin", "admin", "Sendara domains guide: a key with the admin scope"),
    ("admin", "send", "DESIGN section 11: admin implies read and send"),
    ("admin", "read", "DESIGN section 11: admin implies read and send"),
    ("domains_full", "domains_read", "MailerSend: full is more than read"),
    ("sender_identity_full", "sender_identity_read", "MailerSend: full is more than read"),
    ("domains:write", "domains:read", "DESIGN section 11"),
]
REFUSED = [
    ("send", "admin"),
    ("read", "admin"),
    ("send", "read"),
    ("read", "send"),
    ("domains_read", "domains_full"),
    ("sender_identity_full", "domains_read"),
    ("email_full", "sender_identity_read"),
    ("domains:read", "domains:write"),
    ("webhooks:write", "domains:read"),
    ("domains_full", "domains:read"),
]


def test_mailersends_scopes_are_those_of_its_reference():
    assert SCOPES[Dialect.MAILERSEND] == set(MAILERSEND.split())


def test_sendara_has_three_scopes():
    assert SCOPES[Dialect.SENDARA] == {"send", "read", "admin"}


def test_sendmailos_reads_and_writes_resources():
    assert {"domains:read", "domains:write", "emails:write"} <= SCOPES[Dialect.SENDMAILOS]


def test_only_sendara_has_a_scope_that_implies_all_others():
    assert [dialect for dialect in Dialect if "admin" in SCOPES[dialect]] == [Dialect.SENDARA]


@pytest.mark.parametrize(("granted", "needed", "source"), ALLOWED)
def test_a_scope_covers_what_it_implies(granted, needed, source):
    assert allows(frozenset({granted}), needed), source


@pytest.mark.parametrize(("granted", "needed"), REFUSED)
def test_a_scope_covers_nothing_else(granted, needed):
    assert not allows(frozenset({granted}), needed)


def test_nothing_is_covered_by_no_scope():
    assert not any(allows(frozenset(), route.scope) for route in ROUTES if route.dialect)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.dialect], ids=lambda route: route.path)
def test_every_call_needs_a_scope_that_its_dialect_has(route):
    assert route.scope in SCOPES[route.dialect] | {ANY}
