"""Suppressions over HTTP: MailerSend's five lists, the union of all of them elsewhere, the look-up, imports, exports."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.job_queue import SqsJobQueue
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.jobs import JobTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api, utc_now
from letterhead.http.gate import Gate
from letterhead.http.job_calls import JobCalls
from letterhead.http.once import Once
from letterhead.http.suppression_calls import SuppressionCalls
from letterhead.http.suppression_list_calls import SuppressionListCalls
from letterhead.settings import Settings
from letterhead.suppressions.job_work import JobWork

settings = Settings.from_env()
store = SuppressionTable(settings.suppressions_table, OutboxTable(settings.outbox_table))
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
addresses, jobs = MailAddresses(), JobTable(settings.jobs_table)
work = JobWork(jobs, store, addresses, utc_now)

handler = Api(
    "suppressions",
    {
        **SuppressionListCalls(store, domains, addresses).operations,
        **SuppressionCalls(store, domains, addresses).operations,
        **JobCalls(jobs, work, SqsJobQueue(settings.jobs_queue_url), domains).operations,
    },
    logger=Logger(service="suppressions"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
