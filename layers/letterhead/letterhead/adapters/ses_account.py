"""What Amazon SES lets the operator's account send (API v2, GetAccount)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class SesAccount:
    """The account that sends."""

    def most_a_second(self) -> float:
        """How many mails SES takes a second from the whole account in this region. Raises `UnavailableError`."""
        try:
            return float(self._client.get_account()["SendQuota"]["MaxSendRate"])
        except (BotoCoreError, ClientError, KeyError) as error:
            raise UnavailableError from error

    @cached_property
    def _client(self) -> SESV2Client:
        client: SESV2Client = boto3_session().client("sesv2", config=_CONFIG)
        return client
