"""The part of Amazon SES (API v2) that sends mail."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.mail.message import MailRefusedError, OutgoingMail
from letterhead.mail.mime import to_mime
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sesv2 import SESV2Client

# SES API v2 reference, SendEmail: what is wrong with the mail itself. Everything else is about the caller, the account or
# the moment, and passes or is the operator's to see to.
_REFUSED = frozenset({"BadRequestException", "MessageRejected"})
# One try: an answer that got lost may belong to a mail that didn't; the queue tries again, later.
_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})


class MailUnavailableError(UnavailableError):
    """SES doesn't take mail now."""


class SesMail:
    """A mailer. Every mail names the configuration set, by which SES's events about it come back."""

    def __init__(self, configuration_set: str) -> None:
        self._configuration_set = configuration_set

    def send(self, mail: OutgoingMail, now: datetime) -> str:
        """Send one mail and answer SES's message id; raises `MailRefusedError` or `MailUnavailableError`."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=mail.from_address,
                Destination={"ToAddresses": [mail.to_address]},
                Content={"Raw": {"Data": to_mime(mail, now)}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": name, "Value": value} for name, value in mail.tags.items()],
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _REFUSED:
                raise MailRefusedError from error
            raise MailUnavailableError from error
        except BotoCoreError as error:
            raise MailUnavailableError from error
        return answer["MessageId"]

    @cached_property
    def _client(self) -> SESV2Client:
        client: SESV2Client = boto3_session().client("sesv2", config=_CONFIG)
        return client
