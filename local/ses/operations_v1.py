"""The calls of the SES v1 API (query in, XML out) that Letterhead makes: statuses of 100 identities at a time, and
the ones that start a verification again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from local.ses.errors import SesError
from local.ses.identities import Identities
from local.ses.identity import Identity, Status
from local.ses.operations_v2 import restart_dkim

NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/"
MOST_IDENTITIES_A_CALL = 100
# Who asks about many makes several calls about the same ones.
_BELIEVED_TOGETHER = timedelta(seconds=60)
_STATUS = {
    Status.NOT_STARTED: "NotStarted",
    Status.PENDING: "Pending",
    Status.SUCCESS: "Success",
    Status.TEMPORARY_FAILURE: "TemporaryFailure",
    Status.FAILED: "Failed",
}
_BEHAVIOR = {"USE_DEFAULT_VALUE": "UseDefaultValue", "REJECT_MESSAGE": "RejectMessage"}
_CODES = {"TooManyRequestsException": "Throttling", "BadRequestException": "InvalidParameterValue"}

Form = Mapping[str, str]
Operation = Callable[[Form], Awaitable[ET.Element]]


def read_form(body: bytes) -> dict[str, str]:
    """The parameters of a query request; `Action` is the operation."""
    try:
        return {
            name: values[0] for name, values in parse_qs(body.decode("utf-8"), keep_blank_values=True).items()
        }
    except UnicodeDecodeError:
        return {}


class IdentityOperationsV1:
    """What the v1 calls answer and do; `send_address_link` mails an address the link that verifies it."""

    def __init__(
        self,
        identities: Identities,
        clock: Callable[[], datetime],
        send_address_link: Callable[[Identity], None],
    ) -> None:
        self._identities = identities
        self._clock = clock
        self._send_address_link = send_address_link

    def table(self) -> dict[str, Operation]:
        """The operations by name."""
        return {
            "GetIdentityVerificationAttributes": self._verification,
            "GetIdentityDkimAttributes": self._dkim,
            "GetIdentityMailFromDomainAttributes": self._mail_from,
            "VerifyDomainDkim": self._verify_domain_dkim,
            "VerifyEmailIdentity": self._verify_email_identity,
        }

    async def _verification(self, form: Form) -> ET.Element:
        entries: dict[str, dict[str, str | list[str]]] = {}
        for identity in await self._looked_at(form):
            entries[identity.name] = {"VerificationStatus": _STATUS[identity.verification.status]}
            if identity.is_domain:
                digest = hashlib.sha256(f"_amazonses.{identity.name}".encode()).digest()
                entries[identity.name]["VerificationToken"] = base64.b64encode(digest).decode("ascii")
        return _map_result("GetIdentityVerificationAttributes", "VerificationAttributes", entries)

    async def _dkim(self, form: Form) -> ET.Element:
        entries: dict[str, dict[str, str | list[str]]] = {}
        for identity in await self._looked_at(form):
            status = identity.verification.status if identity.is_domain else Status.NOT_STARTED
            entries[identity.name] = {
                "DkimEnabled": "true" if identity.signing_enabled else "false",
                "DkimVerificationStatus": _STATUS[status],
                "DkimTokens": list(identity.tokens),
            }
        return _map_result("GetIdentityDkimAttributes", "DkimAttributes", entries)

    async def _mail_from(self, form: Form) -> ET.Element:
        entries: dict[str, dict[str, str | list[str]]] = {}
        for identity in await self._looked_at(form):
            mail_from = identity.mail_from
            if mail_from is None:
                entries[identity.name] = {"BehaviorOnMXFailure": _BEHAVIOR["USE_DEFAULT_VALUE"]}
                continue
            entries[identity.name] = {
                "MailFromDomain": mail_from.domain,
                "MailFromDomainStatus": _STATUS[mail_from.verification.status],
                "BehaviorOnMXFailure": _BEHAVIOR[mail_from.behavior],
            }
        return _map_result("GetIdentityMailFromDomainAttributes", "MailFromDomainAttributes", entries)

    async def _verify_domain_dkim(self, form: Form) -> ET.Element:
        domain = _required(form, "Domain")
        identity = self._identities.find(domain) or self._identities.create(domain)
        if not identity.is_domain:
            raise SesError("InvalidParameterValue", f"{domain} is not a domain.")
        restart_dkim(identity, self._clock())
        root, result = _answer("VerifyDomainDkim")
        _add_list(result, "DkimTokens", identity.tokens)
        return root

    async def _verify_email_identity(self, form: Form) -> ET.Element:
        address = _required(form, "EmailAddress")
        identity = self._identities.find(address) or self._identities.create(address)
        if identity.is_domain:
            raise SesError("InvalidParameterValue", f"{address} is not an email address.")
        restart_dkim(identity, self._clock())
        self._send_address_link(identity)
        return _answer("VerifyEmailIdentity")[0]

    async def _looked_at(self, form: Form) -> list[Identity]:
        """The identities asked for that exist, after a look at the DNS of those whose records weren't all right just before."""
        names = [value for key, value in form.items() if key.startswith("Identities.member.")]
        if len(names) > MOST_IDENTITIES_A_CALL:
            raise SesError("InvalidParameterValue", f"At most {MOST_IDENTITIES_A_CALL} identities a call.")
        found = {name: self._identities.find(name) for name in names}
        identities = [identity for identity in found.values() if identity is not None]
        await self._identities.look(identities, _BELIEVED_TOGETHER)
        return identities


def error_xml(error: SesError, request_id: str) -> bytes:
    """The error as the v1 API writes it; some codes are spelled otherwise there."""
    root = ET.Element("ErrorResponse", xmlns=NAMESPACE)
    inner = ET.SubElement(root, "Error")
    ET.SubElement(inner, "Type").text = "Sender"
    ET.SubElement(inner, "Code").text = _CODES.get(error.code, error.code)
    ET.SubElement(inner, "Message").text = error.message
    ET.SubElement(root, "RequestId").text = request_id
    return ET.tostring(root)


def error_status(error: SesError) -> int:
    """The HTTP status of the error in the v1 API, which throttles with 400."""
    return 400 if error.status < 500 and error.status != 403 else error.status


def with_request_id(root: ET.Element, request_id: str) -> bytes:
    metadata = ET.SubElement(root, "ResponseMetadata")
    ET.SubElement(metadata, "RequestId").text = request_id
    return ET.tostring(root)


def _required(form: Form, name: str) -> str:
    if not form.get(name):
        raise SesError("ValidationError", f"1 validation error detected: {name} must not be empty.")
    return form[name]


def _answer(operation: str) -> tuple[ET.Element, ET.Element]:
    root = ET.Element(f"{operation}Response", xmlns=NAMESPACE)
    return root, ET.SubElement(root, f"{operation}Result")


def _map_result(
    operation: str, name: str, entries: Mapping[str, Mapping[str, str | list[str]]]
) -> ET.Element:
    root, result = _answer(operation)
    outer = ET.SubElement(result, name)
    for key, fields in entries.items():
        entry = ET.SubElement(outer, "entry")
        ET.SubElement(entry, "key").text = key
        value = ET.SubElement(entry, "value")
        for field, content in fields.items():
            if isinstance(content, str):
                ET.SubElement(value, field).text = content
            else:
                _add_list(value, field, content)
    return root


def _add_list(parent: ET.Element, name: str, items: list[str] | tuple[str, ...]) -> None:
    outer = ET.SubElement(parent, name)
    for item in items:
        ET.SubElement(outer, "member").text = item
