"""Identities and links in memory: what their tables promise, without DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from letterhead.identities.identity import (
    AddressTakenError,
    IdentityChangedError,
    IdentityStatus,
    MailFailure,
    SenderIdentity,
)
from letterhead.identities.links import ConfirmationLink
from letterhead.identities.pages import IdentityPage, PageRequest


class InMemoryIdentities:
    """Every protocol of the concept that keeps identities; passes the same contract test as the table."""

    def __init__(self) -> None:
        self._identities: dict[tuple[str, str], SenderIdentity] = {}

    def add(self, identity: SenderIdentity) -> None:
        if (identity.account_id, identity.email.key) in self._identities:
            raise AddressTakenError
        self._put(identity)

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        return next((one for one in self._of(account_id) if one.identity_id == identity_id), None)

    by_id_now = by_id

    def page(self, account_id: str, request: PageRequest) -> IdentityPage:
        found = [one for one in self._of(account_id) if request.domain_id in (None, one.domain.domain_id)]
        found.sort(key=lambda one: one.identity_id, reverse=True)
        start = (request.number - 1) * request.size
        if request.after is None:
            shown = found[start : start + request.size]
        else:
            shown = [one for one in found if one.identity_id < request.after][: request.size]
        return IdentityPage(request, tuple(shown), len(found))

    def decide(self, identity: SenderIdentity, status: IdentityStatus, now: datetime) -> SenderIdentity:
        kept = self._unchanged(identity)
        if kept is None or kept.status is not IdentityStatus.PENDING:
            raise IdentityChangedError
        return self._put(replace(kept, status=status, decided_at=now, updated_at=now))

    def note_mailed(self, identity: SenderIdentity, *, mailed_at: datetime, expires_at: datetime) -> None:
        if (kept := self._unchanged(identity)) is not None:
            self._put(
                replace(
                    kept,
                    mailed_generation=kept.generation,
                    mailed_at=mailed_at,
                    expires_at=expires_at,
                    mail_failure=None,
                )
            )

    def note_failure(self, identity: SenderIdentity, failure: MailFailure) -> None:
        if (kept := self._unchanged(identity)) is not None:
            self._put(replace(kept, mail_failure=failure))

    def put(self, identity: SenderIdentity) -> SenderIdentity:
        """Have an identity just so, whatever was there."""
        return self._put(identity)

    def _put(self, identity: SenderIdentity) -> SenderIdentity:
        self._identities[identity.account_id, identity.email.key] = identity
        return identity

    def _of(self, account_id: str) -> list[SenderIdentity]:
        return [one for (holder, _), one in self._identities.items() if holder == account_id]

    def _unchanged(self, identity: SenderIdentity) -> SenderIdentity | None:
        kept = self._identities.get((identity.account_id, identity.email.key))
        same = kept is not None and (kept.identity_id, kept.generation) == (
            identity.identity_id,
            identity.generation,
        )
        return kept if same else None


class InMemoryLinks:
    """A `LinkStore` and a `LinkLookup`; passes the same contract test as the table."""

    def __init__(self) -> None:
        self.kept: dict[str, ConfirmationLink] = {}

    def keep(self, link: ConfirmationLink) -> ConfirmationLink:
        return self.kept.setdefault(link.token_hash, link)

    def by_hash(self, token_hash: str) -> ConfirmationLink | None:
        return self.kept.get(token_hash)
