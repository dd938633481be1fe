"""The part of Amazon SES (API v2) that verifies addresses: SES mails each a link, which works for 24 hours."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.identities.exact_sending import (
    AddressesBusyError,
    AddressHeldError,
    AddressRefusedError,
    AddressState,
    Holder,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sesv2 import SESV2Client

_TAG = "letterhead:identity"
_SERVER_ERROR = 500
_BUSY = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "ConcurrentModificationException"}
)
# One try and one more: SES allows about one identity call a second, so more tries only take turns from others.
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class SesAddresses:
    """Addresses at SES. `configuration_set` becomes the default of every identity made here.

    SES compares the part before the @ with regard to case (developer guide, "Creating an email address identity"), so
    addresses are given as their owners write them, with their domains in lower case. `turn` is told of each call before it is
    made, by its operation's name in boto3, and may wait.
    """

    def __init__(self, configuration_set: str = "", turn: Callable[[str], None] = lambda _: None) -> None:
        self._configuration_set = configuration_set
        self._turn = turn

    def start(self, address: str, holder: Holder) -> AddressState:
        """Create the identity, tagged with its holder, by which SES mails the address; or find the one with that tag.

        Raises `AddressHeldError` for one without it, for SES has one identity a name for the whole AWS account.
        """
        try:
            self._call(
                "create_email_identity",
                EmailIdentity=address,
                ConfigurationSetName=self._configuration_set,
                Tags=[{"Key": _TAG, "Value": holder.text}],
            )
        except _AlreadyExistsError:
            found = self._found(address)
            if found is None:
                raise AddressesBusyError from None
            maker = _maker(found)
            if maker != holder:
                raise AddressHeldError(maker) from None
            return _state(found)
        return AddressState.PENDING

    def state(self, address: str, holder: Holder) -> AddressState:
        """How the holder's identity of that address stands now."""
        found = self._found(address)
        if found is None:
            return AddressState.ABSENT
        return _state(found) if _maker(found) == holder else AddressState.FOREIGN

    def remove(self, address: str, holder: Holder) -> None:
        """Delete the identity if it is the holder's, of whichever round; another's stays. May be repeated."""
        found = self._found(address)
        maker = None if found is None else _maker(found)
        if maker is not None and maker.is_same_identity(holder):
            try:
                self._call("delete_email_identity", EmailIdentity=address)
            except _NotFoundError:
                return

    def _found(self, address: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._call("get_email_identity", EmailIdentity=address)
        except _NotFoundError:
            return None
        return found

    def _call(self, operation: str, **parameters: Any) -> Any:
        self._turn(operation)
        try:
            return getattr(self._client, operation)(**parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _OF_CODE:
                raise _OF_CODE[code] from error
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in _BUSY or status >= _SERVER_ERROR:
                raise AddressesBusyError from error
            raise AddressRefusedError(code) from error
        except BotoCoreError as error:
            raise AddressesBusyError from error

    @cached_property
    def _client(self) -> SESV2Client:
        client: SESV2Client = boto3_session().client("sesv2", config=_CONFIG)
        return client


class _AlreadyExistsError(Exception):
    pass


class _NotFoundError(Exception):
    pass


_OF_CODE = {"AlreadyExistsException": _AlreadyExistsError, "NotFoundException": _NotFoundError}


def _maker(identity: Mapping[str, Any]) -> Holder | None:
    tags = {tag["Key"]: tag["Value"] for tag in identity.get("Tags", [])}
    return Holder.read(tags.get(_TAG, ""))


def _state(identity: Mapping[str, Any]) -> AddressState:
    if identity.get("VerifiedForSendingStatus"):
        return AddressState.VERIFIED
    return AddressState.EXPIRED if identity.get("VerificationStatus") == "FAILED" else AddressState.PENDING
