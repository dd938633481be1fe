"""From the jobs queue: goes on with imports and exports of suppressions until they are done."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.job_queue import SqsJobQueue, read_job_request
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.tables.jobs import JobTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.http.api import utc_now
from letterhead.jobs.job import JobMovedError
from letterhead.settings import Settings
from letterhead.suppressions.job_work import JobWork
from letterhead.unavailable import UnavailableError

settings = Settings.from_env()
WORKS_FOR = settings.job_lasts
logger = Logger(service="suppression_jobs")
queue = SqsJobQueue(settings.jobs_queue_url)
jobs = JobTable(settings.jobs_table)
store = SuppressionTable(settings.suppressions_table, OutboxTable(settings.outbox_table))
work = JobWork(jobs, store, MailAddresses(), utc_now)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Take one batch; the answer names the requests that have to come again."""
    failed, until = [], utc_now() + WORKS_FOR
    for record in event["Records"]:
        account_id, job_id = read_job_request(record["body"])
        line = {"account": account_id, "job": job_id}
        try:
            job = jobs.by_id(account_id, job_id)
            if job is not None:
                job = work.go_on(job, lambda: utc_now() >= until)
                if not job.is_done:
                    queue.ask(account_id, job_id)
                logger.info("worked", extra={**line, "step": job.step, "status": job.status.value})
        except JobMovedError:
            logger.info("another one works on it", extra=line)
        except UnavailableError as error:
            logger.warning("waits", extra={**line, "error": type(error).__name__})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
