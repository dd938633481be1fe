"""The part of Amazon SES (API v2) that knows domains."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.domains.ports import (
    ForeignIdentityError,
    NameRefusedError,
    ProviderBusyError,
    ProviderIdentity,
    ProviderRefusedError,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sesv2 import SESV2Client

_DOMAIN_TAG = "letterhead:domain"
_SERVER_ERROR = 500
_BUSY = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "ConcurrentModificationException"}
)
# SES sends no Retry-After; it allows about one identity call a second.
_RETRY_AFTER_SECONDS = 5
_EASY_DKIM = "AWS_SES"
# One try and one more: SES allows about one identity call a second, so more tries only take turns from others.
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class SesIdentities:
    """Domains at SES.

    `configuration_set` becomes the default of every identity made or taken over here. `arn_prefix` is what an identity's ARN
    begins with, up to its name. `turn` is told of each call before it is made, by its operation's name in boto3, and may wait.
    """

    def __init__(
        self, configuration_set: str, arn_prefix: str, turn: Callable[[str], None] = lambda _: None
    ) -> None:
        self._configuration_set = configuration_set
        self._arn_prefix = arn_prefix
        self._turn = turn

    def find(self, name: str) -> ProviderIdentity | None:
        """What SES has under a name; changes nothing."""
        try:
            return _identity(self._call("get_email_identity", EmailIdentity=name))
        except _NotFoundError:
            return None

    def ensure_identity(self, name: str, domain_id: str, *, take_over: bool) -> ProviderIdentity:
        """Create the domain's identity, tagged with its id, or find the one with that tag.

        SES has one identity a name for the whole AWS account: one without the tag is taken over or `ForeignIdentityError`.
        """
        tags = [_tag(domain_id)]
        with suppress(_AlreadyExistsError):
            made = self._call(
                "create_email_identity",
                EmailIdentity=name,
                ConfigurationSetName=self._configuration_set,
                Tags=tags,
            )
            return _identity({**made, "Tags": tags})
        found = self._call("get_email_identity", EmailIdentity=name)
        identity = _identity(found)
        if identity.domain_id == domain_id:
            return identity
        if not take_over:
            raise ForeignIdentityError
        return self._take_over(name, domain_id, found)

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
            SigningAttributesOrigin=_EASY_DKIM,
        )

    def remove_identity(self, name: str, domain_id: str) -> None:
        """Delete the identity if it has the tag of this very domain."""
        identity = self.find(name)
        if identity is not None and identity.domain_id == domain_id:
            with suppress(_NotFoundError):
                self._call("delete_email_identity", EmailIdentity=name)

    def _take_over(self, name: str, domain_id: str, found: Mapping[str, Any]) -> ProviderIdentity:
        """Give an identity another owner. The tag comes last: until then, the next try does all of it again."""
        if not found["DkimAttributes"].get("SigningAttributesOrigin", _EASY_DKIM).startswith(_EASY_DKIM):
            # Signed with somebody's own key: the records to publish are those of Easy DKIM.
            self.restart_dkim(name)
        if found.get("ConfigurationSetName") != self._configuration_set:
            self._call(
                "put_email_identity_configuration_set_attributes",
                EmailIdentity=name,
                ConfigurationSetName=self._configuration_set,
            )
        self._call("tag_resource", ResourceArn=self._arn_prefix + name, Tags=[_tag(domain_id)])
        return _identity(self._call("get_email_identity", EmailIdentity=name))

    def _call(self, operation: str, **parameters: Any) -> Any:
        self._turn(operation)
        try:
            return getattr(self._client, operation)(**parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _OURS:
                raise _OURS[code](code) from error
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in _BUSY or status >= _SERVER_ERROR:
                raise ProviderBusyError(_RETRY_AFTER_SECONDS) from error
            if code == "BadRequestException" and operation in _ABOUT_NAMES:
                raise NameRefusedError(code) from error
            raise ProviderRefusedError(code) from error
        except BotoCoreError as error:
            raise ProviderBusyError(_RETRY_AFTER_SECONDS) from error

    @cached_property
    def _client(self) -> SESV2Client:
        client: SESV2Client = boto3_session().client("sesv2", config=_CONFIG)
        return client


class _AlreadyExistsError(Exception):
    pass


class _NotFoundError(ProviderRefusedError):
    pass


_OURS: dict[str, type[Exception]] = {
    "AlreadyExistsException": _AlreadyExistsError,
    "NotFoundException": _NotFoundError,
}
# What the caller of a registration has a say in: the domain's name, and that of its MAIL FROM domain.
_ABOUT_NAMES = frozenset({"create_email_identity", "put_email_identity_mail_from_attributes"})


def _tag(domain_id: str) -> Any:
    return {"Key": _DOMAIN_TAG, "Value": domain_id}


def _identity(found: Mapping[str, Any]) -> ProviderIdentity:
    dkim = found.get("DkimAttributes", {})
    mail_from = found.get("MailFromAttributes", {})
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    return ProviderIdentity(
        domain_id=tags.get(_DOMAIN_TAG),
        dkim_tokens=tuple(dkim.get("Tokens", ())),
        signing_hosted_zone=dkim.get("SigningHostedZone", ""),
        mail_from_domain=mail_from.get("MailFromDomain") or None,
        status=ProviderStatus(
            dkim=_check(dkim.get("Status")),
            mail_from=_check(mail_from.get("MailFromDomainStatus")),
            sending=found.get("VerifiedForSendingStatus", False),
        ),
    )


def _check(status: str | None) -> ProviderCheck:
    try:
        return ProviderCheck((status or "not_started").lower())
    except ValueError:
        return ProviderCheck.UNKNOWN
