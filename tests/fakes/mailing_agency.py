"""An agency with everything that there is for mail, and some that has been sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from letterhead import identifiers
from letterhead.activity.activity import ActivityType
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.identities.addresses import EmailAddress
from letterhead.sandbox.recipient import SandboxRecipient
from letterhead.suppressions.suppression import EntryKey, Provenance, Reason, Suppression, SuppressionList
from letterhead.templates.template import Template
from tests.fakes.activities import message_sent
from tests.fakes.agency import Agency


def mailing(agency: Agency) -> Agency:
    """The same agency with everything that there is for mail, and some that has been sent."""
    account_id, now = agency.account.account_id, datetime.now(UTC)
    domain = agency.domain(f"client.{agency.account.name}.com")
    for number in range(3):
        template = Template(account_id, identifiers.new_id(now), f"t{number}", "Hello", now, now, text="Hi")
        TemplateTable("TemplatesTable").add(template)
        message_sent(domain, to=f"person{number}@{agency.account.name}.example", types=(ActivityType.SENT,))
    recipients = SandboxTable("SandboxTable")
    before = recipients.of_account_now(account_id)
    ben = SandboxRecipient(
        account_id, identifiers.new_id(now), EmailAddress("ben", "test.com", "test.com"), now
    )
    recipients.change(before, replace(before, recipients=(ben,)))
    keys = [
        EntryKey(SuppressionList.HARD_BOUNCES, domain.domain_id, "bo0@customer.example"),
        EntryKey(SuppressionList.HARD_BOUNCES, None, "bo1@customer.example"),
        EntryKey(SuppressionList.UNSUBSCRIBES, None, "bo0@customer.example"),
        EntryKey(SuppressionList.BLOCKLIST, None, "*@customer.example", is_pattern=True),
    ]
    entries = [
        Suppression(identifiers.new_id(now), account_id, key, now, Provenance("token:x", Reason.MANUAL))
        for key in keys
    ]
    SuppressionTable("SuppressionsTable", OutboxTable("OutboxTable")).add(entries, now)
    # Mail of the shared sender is booked under the account itself.
    message_sent(replace(domain, domain_id=account_id), to="owner@own.example")
    return agency
