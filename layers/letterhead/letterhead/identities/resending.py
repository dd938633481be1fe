"""Asking the owner of an address once more: by our mail, or where that was answered, by the provider's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.identities.changes import ChangeableIdentities, asked_again
from letterhead.identities.creation import DomainLookup, usable_domain
from letterhead.identities.identity import (
    IdentityChangedError,
    IdentityNotFoundError,
    SenderIdentity,
    with_provider_asked,
)
from letterhead.identities.limits import (
    MOST_RESENDS_A_DAY,
    MailLimits,
    TooManyMailsError,
    day_of,
    next_day,
    seconds_until,
)
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

# Who loses to as many others as there may be resends a day is one too many; other changes are few.
_ATTEMPTS = MOST_RESENDS_A_DAY + 3


class AlreadyVerifiedError(Exception):
    """The owner has consented, to us and where it takes that to the provider; there is nothing to ask."""


def resend(
    identity: SenderIdentity,
    *,
    domains: DomainLookup,
    store: ChangeableIdentities,
    limits: MailLimits,
    now: datetime,
) -> SenderIdentity:
    """Have the mail sent that is still to be answered; its link replaces the one before.

    Raises `AlreadyVerifiedError`, `UnknownDomainError`, `DomainNotVerifiedError`, `TooManyMailsError`, and
    `IdentityNotFoundError` when the identity was deleted meanwhile.
    """
    usable_domain(identity.account_id, identity.domain.domain_id, domains)
    limits.check(identity.email.key, identity.account_id, now)
    for _ in range(_ATTEMPTS):
        after = _resent(identity, now)
        try:
            store.replace(identity, after)
        except IdentityChangedError:
            found = store.by_id_now(identity.account_id, identity.identity_id)
            if found is None:
                raise IdentityNotFoundError from None
            identity = found
        else:
            return after
    raise UnavailableError


def _resent(identity: SenderIdentity, now: datetime) -> SenderIdentity:
    if identity.is_verified:
        raise AlreadyVerifiedError
    today = identity.resent_today if identity.resent_on == day_of(now) else 0
    if today >= MOST_RESENDS_A_DAY:
        raise TooManyMailsError(
            f"This sender identity was resent {MOST_RESENDS_A_DAY} times today; please try again tomorrow.",
            seconds_until(next_day(now), now),
        )
    return replace(
        with_provider_asked(identity) if identity.is_confirmed else asked_again(identity),
        resends=identity.resends + 1,
        resent_on=day_of(now),
        resent_today=today + 1,
        updated_at=now,
    )
