"""Amazon SES (API v1): the statuses of up to a hundred identities in three calls, of addresses in one.

The v2 API has no such calls: it lists identities without their DKIM and MAIL FROM, or shows them one by one (SES API v1
reference, GetIdentityVerificationAttributes, GetIdentityDkimAttributes, GetIdentityMailFromDomainAttributes).
"""

from __future__ import annotations

import re
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.domains.ports import ProviderBusyError, ProviderIdentity, ProviderRefusedError
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.identities.exact_sending import AddressState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_ses import SESClient

_SERVER_ERROR = 500
_BUSY = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException"})
# What SES says of identities from which mail may be sent: a failure that it takes for temporary doesn't end that.
_SENDING = frozenset({ProviderCheck.SUCCESS, ProviderCheck.TEMPORARY_FAILURE})
_PAUSES_AFTER_THROTTLE = (1.0, 2.0, 4.0)
# The pauses between tries are ours: SES's limit is shared with registrations.
_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
_ADDRESS_STATES = {
    ProviderCheck.SUCCESS: AddressState.VERIFIED,
    ProviderCheck.FAILED: AddressState.EXPIRED,
    ProviderCheck.NOT_STARTED: AddressState.EXPIRED,
}
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Turns(Protocol):
    """Whose turn it is to ask."""

    def take(self) -> None:
        """Wait for a turn; raises `ProviderBusyError` when none comes in time."""


class SesStatuses:
    """SES's word on many domains at once, each call in its turn."""

    def __init__(self, turns: Turns, sleep: Callable[[float], None] = time.sleep) -> None:
        self._turns = turns
        self._sleep = sleep
        self.calls = 0

    def of(self, names: Sequence[str]) -> Mapping[str, ProviderIdentity]:
        """What SES has under each of up to a hundred names, without the tag that says for whom it was made."""
        asked = {"Identities": list(names)}
        verified = self._call("get_identity_verification_attributes", **asked)["VerificationAttributes"]
        dkim = self._call("get_identity_dkim_attributes", **asked)["DkimAttributes"]
        mail_from = self._call("get_identity_mail_from_domain_attributes", **asked)[
            "MailFromDomainAttributes"
        ]
        return {
            name: ProviderIdentity(
                domain_id=None,
                dkim_tokens=tuple(dkim[name].get("DkimTokens", ())),
                signing_hosted_zone="",
                mail_from_domain=mail_from[name].get("MailFromDomain") or None,
                status=ProviderStatus(
                    dkim=_check(dkim[name].get("DkimVerificationStatus")),
                    mail_from=_check(mail_from[name].get("MailFromDomainStatus")),
                    sending=_check(verified[name].get("VerificationStatus")) in _SENDING,
                ),
            )
            for name in names
            if name in verified and name in dkim and name in mail_from
        }

    def of_addresses(self, addresses: Sequence[str]) -> Mapping[str, AddressState]:
        """How each of up to a hundred addresses stands at SES, whoever had it verified; those that it hasn't are left out."""
        found = self._call("get_identity_verification_attributes", Identities=list(addresses))
        return {
            address: _ADDRESS_STATES.get(_check(said.get("VerificationStatus")), AddressState.PENDING)
            for address, said in found["VerificationAttributes"].items()
        }

    def _call(self, operation: str, **parameters: Any) -> Any:
        for pause in (*_PAUSES_AFTER_THROTTLE, None):
            self._turns.take()
            self.calls += 1
            try:
                return getattr(self._client, operation)(**parameters)
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
                if code not in _BUSY and status < _SERVER_ERROR:
                    raise ProviderRefusedError(code) from error
                if pause is None:
                    raise ProviderBusyError from error
            except BotoCoreError as error:
                raise ProviderBusyError from error
            self._sleep(pause)
        raise ProviderBusyError

    @cached_property
    def _client(self) -> SESClient:
        client: SESClient = boto3_session().client("ses", config=_CONFIG)
        return client


def _check(status: str | None) -> ProviderCheck:
    """`TemporaryFailure` as the v2 API's name for it; None is a part that was never set up."""
    try:
        return ProviderCheck(_WORDS.sub("_", status or "NotStarted").lower())
    except ValueError:
        return ProviderCheck.UNKNOWN
