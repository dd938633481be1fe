"""The part of Amazon SES (API v2) that sends accounts' messages."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from letterhead.adapters.aws_session import boto3_session
from letterhead.mail.message import MailRefusedError
from letterhead.messages.composition import compose
from letterhead.messages.departure import NotTakenError, ProviderPausedError, SenderRefusedByProviderError
from letterhead.messages.tags import tags_of
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mypy_boto3_sesv2 import SESV2Client

    from letterhead.messages.draft import Mailbox
    from letterhead.messages.message import Message
    from letterhead.messages.pace import Pace

# One try: an answer that got lost may belong to a message that left.
_CONFIG = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1, "mode": "standard"})
# SES API v2 reference, SendEmail.
_SENDER = frozenset({"MailFromDomainNotVerifiedException", "NotFoundException"})
_REFUSED = frozenset({"BadRequestException", "MessageRejected"})
_PAUSED = frozenset({"AccountSuspendedException", "LimitExceededException", "SendingPausedException"})
_NOT_VERIFIED = "not verified"
# "Daily message quota exceeded" comes with the code of a throttle (SES developer guide, "Errors related to sending quotas").
_QUOTA = "quota"


class MessageOutcomeUnknownError(UnavailableError):
    """Nobody knows whether SES has taken the message."""


class SesMessages:
    """The provider. Every message names the configuration set and carries our tags, by which its events come back."""

    def __init__(self, configuration_set: str, pace: Pace) -> None:
        self._configuration_set = configuration_set
        self._pace = pace

    def send(self, message: Message, now: datetime) -> str:
        """Hand a message over and answer SES's id.

        Raises `MailRefusedError`, `SenderRefusedByProviderError`, `ProviderPausedError`, `NotTakenError` or
        `MessageOutcomeUnknownError`.
        """
        draft = message.draft
        raw = compose(message, now)
        if not self._pace.wait(len(draft.recipients)):
            raise NotTakenError
        try:
            answer = self._client.send_email(
                FromEmailAddress=message.from_address,
                Destination={
                    "ToAddresses": _addresses(draft.to),
                    "CcAddresses": _addresses(draft.cc),
                    "BccAddresses": _addresses(draft.bcc),
                },
                Content={"Raw": {"Data": raw}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": name, "Value": value} for name, value in tags_of(message).items()],
            )
        except ClientError as error:
            raise _meaning(error, message.from_address) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise NotTakenError from error
        except BotoCoreError as error:
            raise MessageOutcomeUnknownError from error
        return answer["MessageId"]

    @cached_property
    def _client(self) -> SESV2Client:
        client: SESV2Client = boto3_session().client("sesv2", config=_CONFIG)
        return client


def _addresses(boxes: Sequence[Mailbox]) -> list[str]:
    return [box.address.deliverable for box in boxes]


def _meaning(error: ClientError, sender: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code"))
    sentence = str(error.response.get("Error", {}).get("Message"))
    if code in _SENDER or (code == "MessageRejected" and _NOT_VERIFIED in sentence):
        # In SES's sandbox recipients have to be verified, too; the same sentence ends with whoever isn't.
        failed = sentence.rpartition(": ")[2].lower()
        of_others = "@" in failed and sender.lower() not in failed.split(", ")
        return MailRefusedError() if of_others else SenderRefusedByProviderError()
    if code in _REFUSED:
        return MailRefusedError()
    if code in _PAUSED or _QUOTA in sentence.lower():
        return ProviderPausedError()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # A server error may have come after the message was taken; everything else was refused at the door.
    return MessageOutcomeUnknownError() if status >= 500 else NotTakenError()
