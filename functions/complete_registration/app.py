"""From the completion queue: goes on with registrations and deletions that stopped half-way, waiting longer after each try."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.completion_queue import LOOK_BACK_SECONDS, CompletionQueue, read_request
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.restricted_endpoints import RestrictedEndpointTable
from letterhead.adapters.tables.sweeps import SesTurns
from letterhead.domains.ports import Belongings, ProviderRefusedError
from letterhead.domains.resumption import Outcome, pause_after, resume
from letterhead.http.api import utc_now
from letterhead.settings import Settings
from letterhead.unavailable import UnavailableError

settings = Settings.from_env()
logger = Logger(service="complete_registration")
queue = CompletionQueue(settings.completion_queue_url)
turns = SesTurns(settings.sweeps_table, settings.ses_calls_per_second)
parts = {
    "store": DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    "provider": SesIdentities(settings.configuration_set, settings.ses_identities_arn, turns.first),
    "belongings": Belongings(
        AccountTokenTable(settings.account_tokens_table, settings.tokens_table),
        IdentityTable(settings.identities_table),
        RestrictedEndpointTable(settings.endpoints_table),
    ),
}


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Take one batch; the answer names the requests that have to come again."""
    failed = []
    for record in event["Records"]:
        account_id, domain_id, name = read_request(record["body"])
        line = {"account": account_id, "domain": domain_id}
        try:
            became = resume(account_id, domain_id, name, now=utc_now(), **parts)
        except (UnavailableError, ProviderRefusedError) as error:
            logger.warning("waits", extra={**line, "error": type(error).__name__})
            pause = pause_after(int(record["attributes"]["ApproximateReceiveCount"]))
        else:
            logger.info("resumed", extra={**line, "became": became})
            if became is not Outcome.DELETED:
                continue
            pause = LOOK_BACK_SECONDS
        queue.wait(record["receiptHandle"], pause)
        failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
