"""One of each small thing that an account has, in the tables; each answers its id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from letterhead import identifiers
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.bulks import BulkTable
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.domains.domain import SendingDomain
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import SenderIdentity
from letterhead.messages.bulk import Bulk
from letterhead.messages.message import MessageStatus
from letterhead.sandbox.recipient import Sandbox, SandboxRecipient
from letterhead.templates.template import Template
from tests.fakes.agency import Agency
from tests.fakes.message_world import draft, message
from tests.fakes.sending_domains import NOW


def bulk_of(agency: Agency) -> str:
    """The id of a bulk that an account has sent."""
    bulk = Bulk(agency.account.account_id, identifiers.new_id(NOW), NOW)
    BulkTable("BulksTable", timedelta(days=30)).add(bulk)
    return bulk.bulk_id


def scheduled_by(domain: SendingDomain, identity: SenderIdentity, subject: str) -> str:
    """The id of a test message of an identity that waits for its moment."""
    later = datetime.now(UTC) + timedelta(hours=1)
    waiting = message(
        draft=draft(subject=subject, send_at=later),
        message_id=identifiers.new_id(NOW),
        account_id=domain.account_id,
        domain_id=domain.domain_id,
        identity_id=identity.identity_id,
        status=MessageStatus.SCHEDULED,
        test=True,
    )
    MessageTable("MessagesTable", MessageContents("ContentsBucket"), timedelta(days=30)).add(waiting)
    return waiting.message_id


def recipient_of(agency: Agency) -> str:
    """The id of an account's one test recipient."""
    address = EmailAddress(
        "rory", f"{agency.account.name.lower()}.example", f"{agency.account.name.lower()}.example"
    )
    recipient = SandboxRecipient(agency.account.account_id, identifiers.new_id(NOW), address, NOW)
    empty = Sandbox(agency.account.account_id)
    SandboxTable("SandboxTable").change(empty, empty.with_new(recipient))
    return recipient.recipient_id


def template_of(agency: Agency, domain: SendingDomain) -> str:
    """The id of a new template of a domain."""
    template = Template(
        agency.account.account_id,
        identifiers.new_id(NOW),
        "spring",
        "Hello",
        NOW,
        NOW,
        text="Hi",
        domain_id=domain.domain_id,
    )
    TemplateTable("TemplatesTable").add(template)
    return template.template_id
