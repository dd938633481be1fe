"""From the outgoing mail queue to SES. A mail that can't leave now comes back by itself; the others of its batch don't."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from letterhead.adapters.link_key import LinkKey
from letterhead.adapters.queues import from_message
from letterhead.adapters.ses_mail import SesMail
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.http.api import utc_now
from letterhead.identities.confirmation_mailing import ConfirmationMailing
from letterhead.settings import Settings
from letterhead.unavailable import UnavailableError

settings = Settings.from_env()
logger = Logger(service="send_mail")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
mailing = ConfirmationMailing(
    identities=IdentityTable(settings.identities_table),
    links=ConfirmationTable(settings.confirmations_table),
    domains=DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    accounts=AccountTable(settings.accounts_table),
    mailer=SesMail(settings.configuration_set),
    key=LinkKey(settings.link_key_secret),
    public_url=settings.public_url,
)


def send(record: SQSRecord) -> None:
    request = from_message(record.body)
    line = {"account": request.account_id, "identity": request.identity_id, "generation": request.generation}
    try:
        became = mailing.send(request, utc_now())
    except UnavailableError as error:
        logger.warning("mail waits", extra={**line, "error": type(error).__name__})
        raise
    logger.info("mail request", extra={**line, "became": became})


def handler(event: dict[str, Any], context: Any) -> Any:
    """Send the mails of one batch; the answer names those that have to come again."""
    return process_partial_response(event=event, record_handler=send, processor=processor, context=context)
