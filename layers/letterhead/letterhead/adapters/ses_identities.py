"""The part of Amazon SES (API v2) that knows domains."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import session
from letterhead.domains.registration import (
    ForeignIdentityError,
    ProviderBusyError,
    ProviderIdentity,
    ProviderRefusedError,
)
from letterhead.domains.verification import ProviderCheck, ProviderStatus

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import GetEmailIdentityResponseTypeDef

_DOMAIN_TAG = "letterhead:domain"
_SERVER_ERROR = 500
_BUSY = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "ConcurrentModificationException"}
)
# One try and one more: SES allows about one identity call a second, so more tries only take turns from others.
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class SesIdentities:
    """Domains at SES. `configuration_set` becomes the default of every identity made here."""

    def __init__(self, configuration_set: str) -> None:
        self._configuration_set = configuration_set

    def ensure_identity(self, name: str, domain_id: str) -> ProviderIdentity:
        """Create the domain's identity, tagged with its id, or find the one with that tag.

        Raises `ForeignIdentityError` for one without it, for SES has one identity a name for the whole AWS account.
        """
        with suppress(_AlreadyExistsError):
            self._call(
                "create_email_identity",
                EmailIdentity=name,
                ConfigurationSetName=self._configuration_set,
                Tags=[{"Key": _DOMAIN_TAG, "Value": domain_id}],
            )
        identity = self._get(name)
        tags = {tag["Key"]: tag["Value"] for tag in identity.get("Tags", [])}
        if tags.get(_DOMAIN_TAG) != domain_id:
            raise ForeignIdentityError
        dkim = identity["DkimAttributes"]
        return ProviderIdentity(tuple(dkim["Tokens"]), dkim["SigningHostedZone"])

    def ensure_mail_from(self, name: str, mail_from_domain: str) -> None:
        """Set the custom MAIL FROM domain; mail goes out from SES's own as long as its MX is missing."""
        self._call(
            "put_email_identity_mail_from_attributes",
            EmailIdentity=name,
            MailFromDomain=mail_from_domain,
            BehaviorOnMxFailure="USE_DEFAULT_VALUE",
        )

    def restart_dkim(self, name: str) -> None:
        """Have SES look for the DKIM records again; it stops after 72 hours (SES developer guide, Easy DKIM)."""
        self._call(
            "put_email_identity_dkim_signing_attributes",
            EmailIdentity=name,
            SigningAttributesOrigin="AWS_SES",
        )

    def status(self, name: str) -> ProviderStatus:
        """What SES says of the domain now; `unknown` where it can't be asked."""
        try:
            identity = self._get(name)
        except (ProviderBusyError, ProviderRefusedError):
            return ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
        return ProviderStatus(
            dkim=_check(identity.get("DkimAttributes", {}).get("Status")),
            mail_from=_check(identity.get("MailFromAttributes", {}).get("MailFromDomainStatus")),
            sending=identity.get("VerifiedForSendingStatus", False),
        )

    def _get(self, name: str) -> GetEmailIdentityResponseTypeDef:
        found: GetEmailIdentityResponseTypeDef = self._call("get_email_identity", EmailIdentity=name)
        return found

    def _call(self, operation: str, **parameters: Any) -> Any:
        try:
            return getattr(self._client, operation)(**parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "AlreadyExistsException":
                raise _AlreadyExistsError from error
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in _BUSY or status >= _SERVER_ERROR:
                raise ProviderBusyError from error
            raise ProviderRefusedError(code) from error
        except BotoCoreError as error:
            raise ProviderBusyError from error

    @cached_property
    def _client(self) -> SESV2Client:
        import boto3

        client: SESV2Client = boto3.session.Session(botocore_session=session()).client(
            "sesv2", config=_CONFIG
        )
        return client


class _AlreadyExistsError(Exception):
    pass


def _check(status: str | None) -> ProviderCheck:
    try:
        return ProviderCheck((status or "not_started").lower())
    except ValueError:
        return ProviderCheck.UNKNOWN
