"""What a caller of SendEmail wants to send, read and checked as far as that needs no identity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from local.ses.composing import addresses_in, compose
from local.ses.errors import bad_request
from local.ses.headers import header_values

MOST_RECIPIENTS = 50
MOST_BYTES = 40 * 1024 * 1024
MOST_TAGS = 50
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
# The EICAR test file, in two pieces lest a virus scanner take this file for one.
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Draft:
    """One mail to send: `senders` are the addresses that must be verified, the request's From first."""

    raw: bytes
    message: EmailMessage
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    is_raw: bool
    configuration_set: str | None
    tags: Mapping[str, Sequence[str]]

    @property
    def has_virus(self) -> bool:
        """SES rejects what its virus scanner finds; the EICAR test file is how to try it."""
        payloads = (part.get_payload(decode=True) for part in self.message.walk() if not part.is_multipart())
        return any(isinstance(payload, bytes) and _EICAR in payload for payload in payloads)


def read_draft(asked: Mapping[str, Any]) -> Draft:
    """The draft of a SendEmail request; SesError for what SES refuses whoever asks."""
    content = asked["Content"]
    given = asked.get("Destination", {})
    if "Raw" in content:
        raw = content["Raw"]["Data"]
    elif "Simple" in content:
        if not asked.get("FromEmailAddress"):
            raise bad_request("FromEmailAddress is missing.")
        raw = compose(asked["FromEmailAddress"], given, asked.get("ReplyToAddresses", []), content["Simple"])
    else:
        raise bad_request("Content must be Simple or Raw; the local SES has no templates.")
    if len(raw) > MOST_BYTES:
        raise bad_request(f"Message length is more than {MOST_BYTES} bytes long: {len(raw)}.")
    message = message_from_bytes(raw, policy=policy.default)
    header_from = header_values(message, "From")
    if not header_from:
        raise bad_request("Missing required header 'From'.")
    senders = addresses_in(
        [*([asked["FromEmailAddress"]] if asked.get("FromEmailAddress") else []), *header_from]
    )
    recipients = _recipients(given, message)
    return Draft(
        raw=raw,
        message=message,
        senders=tuple(dict.fromkeys(sender.addr_spec for sender in senders)),
        recipients=recipients,
        is_raw="Raw" in content,
        configuration_set=asked.get("ConfigurationSetName")
        or _ses_header(message, "X-SES-CONFIGURATION-SET"),
        tags=_tags(asked, message),
    )


def _recipients(given: Mapping[str, list[str]], message: EmailMessage) -> tuple[str, ...]:
    values = [value for key in ("ToAddresses", "CcAddresses", "BccAddresses") for value in given.get(key, [])]
    if not values:
        values = [value for name in ("To", "Cc", "Bcc") for value in header_values(message, name)]
    if not values:
        raise bad_request("There are no recipients.")
    recipients = tuple(address.addr_spec for address in addresses_in(values))
    if len(recipients) > MOST_RECIPIENTS:
        raise bad_request(f"Recipient count exceeds {MOST_RECIPIENTS}.")
    return tuple(dict.fromkeys(recipients))


def _tags(asked: Mapping[str, Any], message: EmailMessage) -> dict[str, list[str]]:
    """The message tags: the request's, or else those of the header; SES doesn't join the two."""
    pairs = [(tag["Name"], tag["Value"]) for tag in asked.get("EmailTags", [])]
    header = _ses_header(message, "X-SES-MESSAGE-TAGS")
    if not pairs and header:
        pairs = [
            (name.strip(), value.strip())
            for name, _, value in (pair.partition("=") for pair in header.split(","))
        ]
    if len(pairs) > MOST_TAGS:
        raise bad_request(f"At most {MOST_TAGS} message tags are allowed.")
    for name, value in pairs:
        if not _TAG.fullmatch(name) or not _TAG.fullmatch(value):
            raise bad_request(
                f"Message tag {name}={value}: names and values have 1 to 256 ASCII letters, digits, '_' and '-'."
            )
    tags: dict[str, list[str]] = {}
    for name, value in pairs:
        tags.setdefault(name, []).append(value)
    return tags


def _ses_header(message: EmailMessage, name: str) -> str | None:
    return next(iter(header_values(message, name)), "") or None
