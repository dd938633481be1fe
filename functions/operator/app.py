"""What only the operator may do; IAM is its lock, no HTTP route leads here. An unknown action names all that there are."""

from typing import Any

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.accounts.desk import Desk
from letterhead.accounts.held_domains import HeldDomains
from letterhead.adapters.completion_queue import CompletionQueue
from letterhead.adapters.domain_names import DomainNames
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domain_reputation import DomainReputationTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.shelves import MailShelf
from letterhead.adapters.tables.stray_events import StrayEventTable
from letterhead.dialects import operator as wire
from letterhead.domains.name_desk import NameDesk
from letterhead.domains.ports import Surroundings
from letterhead.http.api import utc_now
from letterhead.mail_events.desk import MailDesk
from letterhead.settings import Settings

settings, logger = Settings.from_env(), Logger(service="operator")
chosen, outbox = IdentitySettingsTable(settings.identity_settings_table), OutboxTable(settings.outbox_table)
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table), outbox)
mail = MailShelf(settings.mail_tables, settings.activity_kept)
strays = StrayEventTable(settings.stray_events_table)
provider = SesIdentities(settings.configuration_set, settings.ses_identities_arn)
surroundings = Surroundings(domains, provider, CompletionQueue(settings.completion_queue_url))
desk = Desk(
    accounts=AccountTable(settings.accounts_table),
    tokens=AccountTokenTable(settings.account_tokens_table, settings.tokens_table),
    domains=HeldDomains(domains, surroundings, utc_now),
    identities=IdentityTable(settings.identities_table),
    identity_settings=chosen,
    endpoints=EndpointTable(settings.endpoints_table),
    events=outbox,
    mailings=mail,
    names=NameDesk(surroundings, DomainNames()),
    mail=MailDesk(strays, DomainReputationTable(settings.domains_table, outbox), identifiers.new_id),
    new_id=identifiers.new_id,
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what the event asks; the answer is the act's, or `{"error": …}` for what can't be done."""
    try:
        answer = wire.act(event, desk, utc_now())
    except wire.RefusedError as error:
        return {"error": str(error)}
    logger.info("done", extra={"action": event["action"], "account": answer.get("account_id")})
    return answer
