"""Amazon SQS: requests to go on with a job."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_KIND = "job"
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class UnreadableJobRequestError(ValueError):
    """A message on the queue isn't one of ours."""


class SqsJobQueue:
    """The queue of jobs that somebody has to go on with. Its messages hold ids only."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, account_id: str, job_id: str) -> None:
        """Have somebody go on with a job; raises `UnavailableError`."""
        body = json.dumps({"kind": _KIND, "account_id": account_id, "job_id": job_id})
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=body)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError from error

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


def read_job_request(body: str) -> tuple[str, str]:
    """The account's and the job's id in a message's body; raises `UnreadableJobRequestError`."""
    try:
        message = json.loads(body)
        if message["kind"] != _KIND:
            raise UnreadableJobRequestError
        return str(message["account_id"]), str(message["job_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableJobRequestError from error
