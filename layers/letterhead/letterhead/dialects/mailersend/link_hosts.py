"""Link hosts in the settings of confirmation mails: which an account wants, and what the last look at each found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.times import in_microseconds
from letterhead.identities.link_host import MOST_LINK_HOSTS, LinkHost, Trouble
from letterhead.identities.settings import LinkHostError, LinkHostReason

if TYPE_CHECKING:
    from letterhead.dialects.fields import Fields

WORDS = {
    LinkHostReason.DOMAIN: "The link hosts.{position}.domain id must be a verified domain of this account, named once.",
    LinkHostReason.HOST: "The link hosts.{position}.host must be a name below its domain that nothing else needs.",
}
_LONGEST_NAME = 253
_NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_MESSAGES = {
    Trouble.NOT_CHECKED: ("This host has not been looked at yet.", "Ask for the settings again in a moment."),
    Trouble.NO_CNAME: (
        "There is no CNAME record of this name.",
        "Publish the CNAME record at your DNS host.",
    ),
    Trouble.OTHER_CNAME: (
        "The CNAME record of this name leads elsewhere.",
        "Change the CNAME record's value.",
    ),
    Trouble.DNS_SILENT: (
        "The servers of this domain didn't answer.",
        "Nothing to do: it is asked again.",
    ),
    Trouble.NOT_PUBLIC: (
        "The name leads to an address that isn't on the public internet.",
        "Have the name lead to public addresses only.",
    ),
    Trouble.CERTIFICATE: (
        "The host has no valid certificate for this name.",
        "Whoever runs this service has to serve TLS for this name.",
    ),
    Trouble.UNREACHABLE: (
        "The host doesn't answer over https.",
        "Whoever runs this service has to serve TLS for this name.",
    ),
    Trouble.OTHER_SITE: (
        "Something else than this service answers under this name.",
        "Have the name lead to this service and to nothing before it that answers itself.",
    ),
}


def read_link_hosts(given: Fields) -> tuple[tuple[str, str | None], ...] | None:
    """The wanted list, each a domain's id and a host or None; None when the field isn't there, empty for null."""
    if not given.has("link_hosts"):
        return None
    wanted: list[tuple[str, str | None]] = []
    for position, entry in enumerate(given.objects("link_hosts", most=MOST_LINK_HOSTS) or ()):
        text, host = entry.get("domain_id"), entry.get("host")
        domain_id = identifiers.from_any(identifiers.DOMAIN_PREFIX, text) if isinstance(text, str) else None
        if domain_id is None:
            given.wrong(
                f"link_hosts.{position}.domain_id", WORDS[LinkHostReason.DOMAIN].format(position=position)
            )
        elif host is not None and not _is_name(host):
            given.wrong(f"link_hosts.{position}.host", WORDS[LinkHostReason.HOST].format(position=position))
        else:
            wanted.append((domain_id, host.lower() if isinstance(host, str) else None))
    return tuple(wanted)


def link_host_field(error: LinkHostError) -> tuple[str, str]:
    """The field that a refused link host is about, and its text."""
    name = "domain_id" if error.reason is LinkHostReason.DOMAIN else "host"
    return f"link_hosts.{error.position}.{name}", WORDS[error.reason].format(position=error.position)


def link_host_object(one: LinkHost) -> dict[str, object]:
    """One link host as it is shown."""
    record = {"type": "CNAME", "name": one.host, "value": one.target}
    return {
        "domain_id": one.domain_id,
        "host": one.host,
        "in_use": one.in_use,
        "record": record,
        "checked_at": None if one.checked_at is None else in_microseconds(one.checked_at),
        "finding": None if one.trouble is None else _finding(one, one.trouble, record),
    }


def _finding(one: LinkHost, trouble: Trouble, record: dict[str, str]) -> dict[str, object]:
    message, sentence = _MESSAGES[trouble]
    return {
        "code": f"link_host_{trouble}",
        "message": f"{message} Links lead to the default host.",
        "expected": one.target,
        "found": one.found,
        "fix": {"sentence": sentence, **record},
    }


def _is_name(host: object) -> bool:
    return isinstance(host, str) and len(host) <= _LONGEST_NAME and _NAME.fullmatch(host.lower()) is not None
