"""All identities of the account and region, and the looks at DNS that decide where they stand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from local.ses.evidence import DnsReader
from local.ses.identity import SIGNING_HOSTED_ZONE, Identity, LastLook, MailFrom, dkim_tokens, pending
from local.ses.names import is_address, is_domain_name, sending_names

_LOOKS_AT_ONCE = 40
_BELIEVED_WHEN_SENDING = timedelta(seconds=60)
MOST_IDENTITIES = 10_000


class Identities:
    """The store. Domains are kept in lower case; addresses as written, for SES compares them case-sensitively."""

    def __init__(
        self, reader: DnsReader, region: str, account_id: str, clock: Callable[[], datetime]
    ) -> None:
        self._reader = reader
        self._region = region
        self._account_id = account_id
        self._clock = clock
        self._by_name: dict[str, Identity] = {}
        self._looking = asyncio.Semaphore(_LOOKS_AT_ONCE)

    def arn(self, name: str) -> str:
        return f"arn:aws:ses:{self._region}:{self._account_id}:identity/{folded(name)}"

    def create(self, name: str) -> Identity:
        """A new identity with its verification begun; SesError when the name is none or taken."""
        name = folded(name)
        if not is_address(name) and not is_domain_name(name):
            kind = "email address" if "@" in name else "domain name"
            raise bad_request(f"Invalid {kind} {name}.")
        if name in self._by_name:
            raise already_exists(f"Email identity {name} already exist.")
        if len(self._by_name) >= MOST_IDENTITIES:
            raise limit_exceeded(
                f"The account has {MOST_IDENTITIES} identities, which is the most it can have."
            )
        identity = Identity(name, pending(self._clock()))
        if identity.is_domain:
            identity.tokens = dkim_tokens(self._region, self._account_id, name)
            identity.signing_enabled = True
        self._by_name[name] = identity
        return identity

    def find(self, name: str) -> Identity | None:
        identity = self._by_name.get(folded(name))
        if identity is not None:
            identity.age_out(self._clock())
        return identity

    def get(self, name: str) -> Identity:
        """The identity, or SES's 404."""
        identity = self.find(name)
        if identity is None:
            raise not_found(f"Email identity {name} does not exist.")
        return identity

    def delete(self, name: str) -> None:
        """Forget the identity; SES's 404 where there is none."""
        del self._by_name[self.get(name).name]

    def all(self) -> list[Identity]:
        """All identities by name, which is the order of pages."""
        for identity in self._by_name.values():
            identity.age_out(self._clock())
        return [self._by_name[name] for name in sorted(self._by_name)]

    async def look(self, identities: Iterable[Identity], settled_for: timedelta = timedelta(0)) -> None:
        """Look at the DNS of each, except of those in which all was right at a look no longer ago than that."""
        now = self._clock()
        due = [
            identity
            for identity in identities
            if not identity.all_right
            or identity.last_look.at is None
            or now - identity.last_look.at >= settled_for
        ]
        await asyncio.gather(*(self._look(identity) for identity in due))

    async def may_send_as(self, address: str) -> Identity | None:
        """The verified identity that lets mail go out From this address: the address itself (without its `+label`
        too), its domain, or a domain above it; the nearest one. None when there is none."""
        for name in sending_names(address):
            identity = self.find(name)
            if identity is None:
                continue
            await self.look([identity], _BELIEVED_WHEN_SENDING)
            if identity.verification.in_force:
                return identity
        return None

    async def mail_from_of(self, identity: Identity) -> MailFrom | None:
        """The custom MAIL FROM that its mail goes out with: an address without one has that of its domain."""
        domain = None if identity.is_domain or identity.mail_from is not None else self.find(identity.domain)
        if domain is None:
            return identity.mail_from
        await self.look([domain], _BELIEVED_WHEN_SENDING)
        return domain.mail_from if domain.verification.in_force else None

    async def _look(self, identity: Identity) -> None:
        verification, mail_from = identity.verification, identity.mail_from
        async with self._looking:
            soa, dkim_trouble, mail_from_trouble = await asyncio.gather(
                self._reader.soa(identity.domain),
                self._dkim_trouble(identity),
                self._mail_from_trouble(identity),
            )
        now = self._clock()
        # What was restarted or replaced while DNS was asked isn't judged by the old answers.
        if identity.is_domain and verification.looking and identity.verification is verification:
            identity.verification = verification.after_look(dkim_trouble is None, now)
            success_at = now if dkim_trouble is None else identity.last_look.success_at
            identity.last_look = LastLook(now, success_at, dkim_trouble, soa)
        else:
            identity.last_look = replace(identity.last_look, at=now, soa=soa)
        if mail_from is not None and identity.mail_from is mail_from:
            looked = mail_from.verification.after_look(mail_from_trouble is None, now)
            identity.mail_from = replace(mail_from, verification=looked)

    async def _dkim_trouble(self, identity: Identity) -> str | None:
        if not (identity.is_domain and identity.verification.looking):
            return None
        if identity.own_selector is not None:
            return "TYPE_NOT_FOUND"
        return await self._reader.dkim_trouble(identity.name, identity.tokens, SIGNING_HOSTED_ZONE)

    async def _mail_from_trouble(self, identity: Identity) -> str | None:
        if identity.mail_from is None or not identity.mail_from.verification.looking:
            return None
        return await self._reader.mail_from_trouble(identity.mail_from.domain, self._region)


def folded(name: str) -> str:
    """The name as SES keeps it: a domain in lower case, an address as it was written."""
    return name if "@" in name else name.lower()
