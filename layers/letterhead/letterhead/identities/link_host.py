"""Whether confirmation links may lead to a host of the account's own instead of the deployment's.

`links.<domain>` is an alias (CNAME) of the deployment's host, and somebody has to serve TLS for it. A link to a host where either
isn't so is a dead link in a stranger's mail, so the host is used only while it answers as this deployment would.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.domains.dns_answers import Inquiry, Present, Question, Unanswered
from letterhead.domains.records import RecordType
from letterhead.outbound.exchange import Cause, Deadlines, TimedOutError, UnreachableError
from letterhead.outbound.rules import NotAllowedError
from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.domains.dns_answers import DnsLookup
    from letterhead.outbound.exchange import OutboundHttp

LABEL = "links"
WELL_KNOWN_PATH = "/.well-known/letterhead"
MOST_LINK_HOSTS = 20
HOLDS = timedelta(minutes=10)
ASK_AGAIN = timedelta(minutes=1)
_HTTPS = 443
_DNS_SECONDS = 2.5
_DEADLINES = Deadlines(connect=2.0, whole=4.0)
_MOST_BYTES = 256


class Trouble(StrEnum):
    """Why a link host isn't used."""

    NOT_CHECKED = "not_checked"
    NO_CNAME = "no_cname"
    OTHER_CNAME = "other_cname"
    DNS_SILENT = "dns_silent"
    NOT_PUBLIC = "not_public"
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"
    OTHER_SITE = "other_site"


@value_type
class LinkHost:
    """A domain's own host for links, and what the last look at it found. `target` is the alias's target at that look, `found`
    what DNS had in its place."""

    domain_id: str
    host: str
    target: str
    trouble: Trouble | None = Trouble.NOT_CHECKED
    checked_at: datetime | None = None
    found: str | None = None

    @property
    def in_use(self) -> bool:
        """Whether links lead there."""
        return self.trouble is None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look again."""
        return self.checked_at is None or self.checked_at + (HOLDS if self.in_use else ASK_AGAIN) <= now


def deployment_token(deployment: str) -> str:
    """What this deployment answers at the well-known path, made from its own name. It is no secret: it tells one deployment
    from another, and whoever answers for the host owns the domain in any case."""
    return hashlib.sha256(f"letterhead:{deployment}".encode()).hexdigest()


class LinkHostCheck:
    """Looks at a link host: its alias in DNS, then the host itself over https. Takes seven seconds at most.

    `deployment` names this deployment; `port` is 443 but in the local cloud.
    """

    def __init__(self, lookup: DnsLookup, http: OutboundHttp, *, deployment: str, port: int = _HTTPS) -> None:
        self._lookup = lookup
        self._http = http
        self._token = deployment_token(deployment)
        self._port = port

    def url(self, host: str) -> str:
        """Where links at the host begin."""
        return f"https://{host}" if self._port == _HTTPS else f"https://{host}:{self._port}"

    def checked(self, one: LinkHost, now: datetime) -> LinkHost:
        """The link host as it is now. A silent DNS takes nothing away from one that was right; the host's answer decides."""
        question = Question(one.host, RecordType.CNAME)
        with self._lookup.conversation(seconds=_DNS_SECONDS) as conversation:
            answer = conversation.ask(Inquiry(zone=frozenset({question}))).zone[question]
        found = None
        trouble = None
        if isinstance(answer, Unanswered):
            trouble = None if one.in_use else Trouble.DNS_SILENT
        elif not isinstance(answer, Present):
            trouble = Trouble.NO_CNAME
        elif {value.lower().rstrip(".") for value in answer.values} != {one.target}:
            trouble, found = Trouble.OTHER_CNAME, answer.values[0][:255]
        return replace(one, trouble=trouble or self._probed(one.host), checked_at=now, found=found)

    def _probed(self, host: str) -> Trouble | None:
        try:
            answer = self._http.get(
                self.url(host) + WELL_KNOWN_PATH, deadlines=_DEADLINES, most_bytes=_MOST_BYTES
            )
        except NotAllowedError:
            return Trouble.NOT_PUBLIC
        except UnreachableError as error:
            return Trouble.CERTIFICATE if error.cause is Cause.CERTIFICATE else Trouble.UNREACHABLE
        except TimedOutError:
            return Trouble.UNREACHABLE
        ours = answer.status == 200 and answer.first_bytes.strip() == self._token.encode()
        return None if ours else Trouble.OTHER_SITE


class LinkAddresses:
    """Where a confirmation link begins: the domain's own host while that is right, else the deployment's.

    `public_url` is the latter, without a slash at the end; `target` the name that aliases have to lead to.
    """

    def __init__(self, check: LinkHostCheck, *, public_url: str, target: str | None) -> None:
        self._check = check
        self._public_url = public_url
        self._target = target or ""
        self._seen: dict[str, LinkHost] = {}

    def address(self, link_host: LinkHost | None, now: datetime) -> str:
        """The address for a mail that leaves now; looked at again when the last look is ten minutes old, or one
        minute while something is wrong."""
        if link_host is None:
            return self._public_url
        looks = [
            one for one in (link_host, self._seen.get(link_host.host)) if one and one.target == self._target
        ]
        newest = max(looks, key=_age, default=replace(link_host, target=self._target, checked_at=None))
        if newest.is_due(now):
            newest = self._check.checked(newest, now)
            self._seen[link_host.host] = newest
        return self._check.url(newest.host) if newest.in_use else self._public_url


def _age(one: LinkHost) -> float:
    return one.checked_at.timestamp() if one.checked_at else 0.0
