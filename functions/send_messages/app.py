"""From the message queue to SES. A message that can't leave now comes back by itself; the others of its batch don't."""

from aws_lambda_powertools import Logger

from letterhead.adapters.completion_queue import CompletionQueue
from letterhead.adapters.link_key import LinkKey
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.message_queue import read_departure
from letterhead.adapters.ses_account import SesAccount
from letterhead.adapters.ses_messages import SesMessages
from letterhead.adapters.simulated_events import SimulatedEvents
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.activity import ActivityTable
from letterhead.adapters.tables.activity_lists import ActivityLists
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.adapters.uploaded_files import UploadedFiles
from letterhead.http.message_sender import MessageSender, ahead, lately, paced
from letterhead.http.sending_limits import WarmUpSends
from letterhead.messages.departure import Departures
from letterhead.messages.history import MessageHistory
from letterhead.messages.unsubscribing import WithUnsubscribeLinks
from letterhead.messages.upload_reading import WithUploads
from letterhead.sandbox.own_people import OwnPeople
from letterhead.settings import Settings

settings = Settings.from_env()
kept, counts = settings.activity_kept, CountTable(settings.counts_table)
log = ActivityTable(settings.activity_table, counts, kept)
history = MessageHistory(log, ActivityLists(settings.activity_table, counts))
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
accounts, recent_domains = lately(AccountTable(settings.accounts_table), domains)
ses = SesMessages(settings.configuration_set, paced(SesAccount(), settings.sending_environments))
with_files = WithUploads(ses, UploadedFiles(settings.contents_bucket))
store = MessageTable(settings.messages_table, MessageContents(settings.contents_bucket), kept)
together = ahead(store, SuppressionTable(settings.suppressions_table))
departures = Departures(
    store=together,
    accounts=accounts,
    domains=recent_domains,
    identities=IdentityTable(settings.identities_table),
    lists=together,
    people=OwnPeople(accounts, SandboxTable(settings.sandbox_table), MailAddresses()),
    warm_ups=WarmUpSends(open_leases(settings.limits_table), settings.warm_up, counts, domains),
    provider=WithUnsubscribeLinks(with_files, LinkKey(settings.link_key_secret), settings.public_url),
    simulation=SimulatedEvents(settings.mail_events_queue_url),
    evidence=history,
    notes=history,
    rechecks=CompletionQueue(settings.completion_queue_url),
)
handler = MessageSender(read_departure, together, departures, Logger(service="send_messages"))
