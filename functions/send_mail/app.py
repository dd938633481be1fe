"""From the outgoing mail queue to SES. A mail that can't leave now comes back by itself; the others of its batch don't."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from letterhead import identifiers
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.link_key import LinkKey
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.adapters.queues import OutgoingMailQueue, from_message
from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.adapters.ses_mail import SesMail
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.http.mail_sender import MailSender
from letterhead.identities.confirmation_mailing import ConfirmationMailing, MailingStores, MailRequest
from letterhead.identities.exact_sending import ExactSending, VerificationRequest
from letterhead.identities.lapses import LapseRequest, Lapses
from letterhead.identities.link_host import LinkAddresses, LinkHostCheck
from letterhead.outbox.owner_notice import NoticeRequest, NoticeRules, OwnerNotices
from letterhead.sandbox.mailing import RecipientMailing, RecipientMailRequest
from letterhead.settings import Settings

settings = Settings.from_env()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
links = ConfirmationTable(settings.confirmations_table)
most = settings.confirmations_per_address
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
accounts, mailer = AccountTable(settings.accounts_table), SesMail(settings.configuration_set)
outbox, chosen = OutboxTable(settings.outbox_table), IdentitySettingsTable(settings.identity_settings_table)
identities = IdentityTable(settings.identities_table, outbox)
lookup, suppressed = DnsLookup(**settings.dns), SuppressionTable(settings.suppressions_table)
stores = MailingStores(identities, links, domains, accounts, chosen, suppressed)
http = GuardedHttp.within(lookup, *settings.outbound)
check = LinkHostCheck(lookup, http, deployment=settings.deployment, port=settings.link_port)
addresses = LinkAddresses(check, public_url=settings.public_url, target=settings.own_host)
key, sandboxes = LinkKey(settings.link_key_secret), SandboxTable(settings.sandbox_table)
mailing = ConfirmationMailing(stores, most, mailer, key, addresses)
asking = RecipientMailing(sandboxes, stores, most, mailer, key, settings.public_url, settings.operators_own)
later = OutgoingMailQueue(settings.mail_queue_url), NoticeRules(**settings.owner_notices)
notices = OwnerNotices(outbox, accounts, domains, MailAddresses(), mailer, *later)
exact = ExactSending(identities, SesAddresses(settings.configuration_set), identifiers.new_id)
acts = {MailRequest: mailing.send, NoticeRequest: notices.send, VerificationRequest: exact.begin}
acts |= {LapseRequest: Lapses(identities, domains).mark, RecipientMailRequest: asking.send}
sender = MailSender(acts, Logger(service="send_mail"))


def handler(event: dict[str, object], context: object) -> object:
    """Send the mails of one batch; the answer names those that have to come again."""
    return process_partial_response(
        event, lambda record: sender.send(from_message(record.body)), processor, context
    )
