"""The identity calls of the SES v2 API: parameters in, answer out, as botocore's `sesv2` model shapes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.ses.errors import bad_request, not_found
from local.ses.identities import Identities
from local.ses.identity import SIGNING_HOSTED_ZONE, Identity, LastLook, MailFrom, Status, pending

Parameters = Mapping[str, Any]
Operation = Callable[[Parameters], Awaitable[dict[str, Any]]]

_BELIEVED_IN_LISTS = timedelta(seconds=2)
_DEFAULT_PAGE = 1000
_SUPPORTED_ORIGINS = (None, "AWS_SES")


class IdentityOperations:
    """What the v2 calls do to the identities.

    `configuration_set_exists` is asked before an identity gets one; `send_address_link` mails an address the link
    that verifies it.
    """

    def __init__(
        self,
        identities: Identities,
        clock: Callable[[], datetime],
        configuration_set_exists: Callable[[str], Awaitable[bool]],
        send_address_link: Callable[[Identity], None],
    ) -> None:
        self._identities = identities
        self._clock = clock
        self._configuration_set_exists = configuration_set_exists
        self._send_address_link = send_address_link

    def table(self) -> dict[str, Operation]:
        """The operations by name."""
        return {
            "CreateEmailIdentity": self._create,
            "GetEmailIdentity": self._get,
            "ListEmailIdentities": self._list,
            "DeleteEmailIdentity": self._delete,
            "PutEmailIdentityMailFromAttributes": self._put_mail_from,
            "PutEmailIdentityConfigurationSetAttributes": self._put_configuration_set,
            "PutEmailIdentityFeedbackAttributes": self._put_feedback,
            "PutEmailIdentityDkimAttributes": self._put_dkim,
            "PutEmailIdentityDkimSigningAttributes": self._put_dkim_signing,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
        }

    async def _create(self, asked: Parameters) -> dict[str, Any]:
        signing = asked.get("DkimSigningAttributes", {})
        _check_origin(signing.get("DomainSigningAttributesOrigin"))
        await self._check_configuration_set(asked.get("ConfigurationSetName"))
        identity = self._identities.create(asked["EmailIdentity"])
        identity.configuration_set = asked.get("ConfigurationSetName")
        identity.tags = _tags(asked.get("Tags", []))
        identity.next_key_length = signing.get("NextSigningKeyLength", identity.next_key_length)
        identity.own_selector = signing.get("DomainSigningSelector")
        if not identity.is_domain:
            self._send_address_link(identity)
        return {
            "IdentityType": _identity_type(identity),
            "VerifiedForSendingStatus": identity.verification.in_force,
            "DkimAttributes": _dkim_attributes(identity),
        }

    async def _get(self, asked: Parameters) -> dict[str, Any]:
        identity = self._identities.get(asked["EmailIdentity"])
        await self._identities.look([identity])
        answer: dict[str, Any] = {
            "IdentityType": _identity_type(identity),
            "FeedbackForwardingStatus": identity.feedback_forwarding,
            "VerifiedForSendingStatus": identity.verification.in_force,
            "VerificationStatus": str(identity.verification.status),
            "DkimAttributes": _dkim_attributes(identity),
            "Policies": {},
            "Tags": _tag_list(identity),
            "VerificationInfo": _verification_info(identity.last_look),
        }
        if identity.mail_from is not None:
            answer["MailFromAttributes"] = {
                "MailFromDomain": identity.mail_from.domain,
                "MailFromDomainStatus": str(identity.mail_from.verification.status),
                "BehaviorOnMxFailure": identity.mail_from.behavior,
            }
        if identity.configuration_set is not None:
            answer["ConfigurationSetName"] = identity.configuration_set
        return answer

    async def _list(self, asked: Parameters) -> dict[str, Any]:
        wanted = asked.get("Filter", {})
        size = asked.get("PageSize", _DEFAULT_PAGE)
        if not 1 <= size <= _DEFAULT_PAGE:
            raise bad_request(f"PageSize is {size}, it must be between 1 and {_DEFAULT_PAGE}.")
        after = _read_token(asked["NextToken"]) if asked.get("NextToken") else ""
        identities = [identity for identity in self._identities.all() if identity.name > after]
        if "VERIFICATION_STATUS" in wanted:
            await self._identities.look(identities, _BELIEVED_IN_LISTS)
        matching = [identity for identity in identities if _matches(identity, wanted)]
        page = matching[:size]
        await self._identities.look(page, _BELIEVED_IN_LISTS)
        answer: dict[str, Any] = {
            "EmailIdentities": [
                {
                    "IdentityType": _identity_type(identity),
                    "IdentityName": identity.name,
                    "SendingEnabled": identity.verification.in_force,
                    "VerificationStatus": str(identity.verification.status),
                }
                for identity in page
            ]
        }
        if len(matching) > size:
            answer["NextToken"] = base64.urlsafe_b64encode(page[-1].name.encode()).decode("ascii")
        return answer

    async def _delete(self, asked: Parameters) -> dict[str, Any]:
        self._identities.delete(asked["EmailIdentity"])
        return {}

    async def _put_mail_from(self, asked: Parameters) -> dict[str, Any]:
        identity = self._identities.get(asked["EmailIdentity"])
        domain = asked.get("MailFromDomain", "").lower()
        if not domain:
            identity.mail_from = None
            return {}
        if not domain.endswith(f".{identity.domain}"):
            raise bad_request(
                f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity"
                f" <{identity.domain}>."
            )
        behavior = asked.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE")
        identity.mail_from = MailFrom(domain, behavior, pending(self._clock()))
        return {}

    async def _put_configuration_set(self, asked: Parameters) -> dict[str, Any]:
        identity = self._identities.get(asked["EmailIdentity"])
        await self._check_configuration_set(asked.get("ConfigurationSetName"))
        identity.configuration_set = asked.get("ConfigurationSetName")
        return {}

    async def _put_feedback(self, asked: Parameters) -> dict[str, Any]:
        identity = self._identities.get(asked["EmailIdentity"])
        identity.feedback_forwarding = asked.get("EmailForwardingEnabled", False)
        return {}

    async def _put_dkim(self, asked: Parameters) -> dict[str, Any]:
        identity = self._identities.get(asked["EmailIdentity"])
        identity.signing_enabled = asked.get("SigningEnabled", False)
        return {}

    async def _put_dkim_signing(self, asked: Parameters) -> dict[str, Any]:
        identity = self._identities.get(asked["EmailIdentity"])
        if not identity.is_domain:
            raise bad_request("DKIM signing attributes are for domains.")
        _check_origin(asked["SigningAttributesOrigin"])
        signing = asked.get("SigningAttributes", {})
        identity.next_key_length = signing.get("NextSigningKeyLength", identity.next_key_length)
        identity.own_selector = None
        restart_dkim(identity, self._clock())
        return {
            "DkimStatus": str(identity.verification.status),
            "DkimTokens": list(identity.tokens),
            "SigningHostedZone": SIGNING_HOSTED_ZONE,
        }

    async def _tag(self, asked: Parameters) -> dict[str, Any]:
        self._tagged(asked).tags.update(_tags(asked["Tags"]))
        return {}

    async def _untag(self, asked: Parameters) -> dict[str, Any]:
        tags = self._tagged(asked).tags
        for key in asked["TagKeys"]:
            tags.pop(key, None)
        return {}

    async def _list_tags(self, asked: Parameters) -> dict[str, Any]:
        return {"Tags": _tag_list(self._tagged(asked))}

    def _tagged(self, asked: Parameters) -> Identity:
        name = asked["ResourceArn"].partition(":identity/")[2]
        if asked["ResourceArn"] != self._identities.arn(name):
            raise bad_request(f"{asked['ResourceArn']} is no identity of this account and region.")
        identity = self._identities.find(name)
        if identity is None:
            raise not_found(f"No EmailIdentity present with name: {name}")
        return identity

    async def _check_configuration_set(self, name: str | None) -> None:
        if name is not None and not await self._configuration_set_exists(name):
            raise not_found(f"Configuration set <{name}> does not exist.")


def restart_dkim(identity: Identity, now: datetime) -> None:
    """Look for the DKIM records again; a verified domain stays verified."""
    if identity.verification.status is not Status.SUCCESS:
        identity.verification = pending(now)


def _check_origin(origin: str | None) -> None:
    if origin not in _SUPPORTED_ORIGINS:
        raise bad_request(f"The local SES has Easy DKIM of its own region only, not {origin}.")


def _identity_type(identity: Identity) -> str:
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"


def _dkim_attributes(identity: Identity) -> dict[str, Any]:
    if not identity.is_domain:
        return {"SigningEnabled": identity.signing_enabled, "Status": str(Status.NOT_STARTED)}
    if identity.own_selector is not None:
        return {
            "SigningEnabled": identity.signing_enabled,
            "Status": str(identity.verification.status),
            "Tokens": [identity.own_selector],
            "SigningAttributesOrigin": "EXTERNAL",
        }
    return {
        "SigningEnabled": identity.signing_enabled,
        "Status": str(identity.verification.status),
        "Tokens": list(identity.tokens),
        "SigningHostedZone": SIGNING_HOSTED_ZONE,
        "SigningAttributesOrigin": "AWS_SES",
        "NextSigningKeyLength": identity.next_key_length,
        "CurrentSigningKeyLength": identity.next_key_length,
    }


def _verification_info(look: LastLook) -> dict[str, Any]:
    info: dict[str, Any] = {}
    if look.at is not None:
        info["LastCheckedTimestamp"] = look.at.timestamp()
    if look.success_at is not None:
        info["LastSuccessTimestamp"] = look.success_at.timestamp()
    if look.error is not None:
        info["ErrorType"] = look.error
    if look.soa is not None:
        info["SOARecord"] = {
            "PrimaryNameServer": look.soa.primary,
            "AdminEmail": look.soa.admin,
            "SerialNumber": look.soa.serial,
        }
    return info


def _matches(identity: Identity, wanted: Mapping[str, str]) -> bool:
    return (
        wanted.get("IDENTITY_NAME_CONTAINS", "").lower() in identity.name.lower()
        and wanted.get("IDENTITY_TYPE", _identity_type(identity)) == _identity_type(identity)
        and wanted.get("VERIFICATION_STATUS", identity.verification.status) == identity.verification.status
    )


def _read_token(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode("ascii")).decode("utf-8")
    except (binascii.Error, ValueError):
        raise bad_request("The NextToken isn't one of ours.") from None


def _tags(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tag_list(identity: Identity) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in identity.tags.items()]
