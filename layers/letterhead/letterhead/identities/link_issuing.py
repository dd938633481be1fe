"""Making the link of a confirmation mail, within what one address may get a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.identities.limits import AddressLedger
from letterhead.identities.links import LINK_LIFETIME, ConfirmationLink, derive_token, hash_of
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.identities.confirmation import Asked


class LinkStore(AddressLedger, Protocol):
    """Where links are kept, and how many mails an address has got."""

    def keep(self, link: ConfirmationLink) -> tuple[ConfirmationLink, bool]:
        """Store a link, and answer it and that it is new; one of that hash that is there already stays and is the answer."""


class Key(Protocol):
    """The key from which links are derived."""

    @property
    def value(self) -> bytes:
        """The key; raises `UnavailableError`."""


@value_type
class IssuedLink:
    """A link as a mail carries it, behind the address of one of our hosts, and when it ends."""

    path: str
    expires_at: datetime


@value_type
class Purpose:
    """What links of one kind are for: the text that their tokens are derived with, and where their page lies."""

    name: str
    path: str


CONSENT = Purpose("confirmation", "/confirmations/")


class LinkIssuing:
    """The act, with what it needs. `most_a_day` is how many mails one address gets a day, whoever asks."""

    def __init__(self, links: LinkStore, most_a_day: int, key: Key, purpose: Purpose) -> None:
        self._links = links
        self._most_a_day = most_a_day
        self._key = key
        self._purpose = purpose

    def issue(self, asked: Asked, subject_id: str, now: datetime) -> IssuedLink | None:
        """The link of this generation, the same however often it is asked for; None when its address got too many mails today.

        Raises `UnavailableError`.
        """
        token = derive_token(self._key.value, subject_id, asked.generation, self._purpose.name)
        link, is_new = self._links.keep(
            ConfirmationLink(
                token_hash=hash_of(token),
                account_id=asked.account_id,
                subject_id=subject_id,
                generation=asked.generation,
                expires_at=now + LINK_LIFETIME,
            )
        )
        if is_new and not self._links.count_mail(asked.email.key, self._most_a_day, now):
            return None
        return IssuedLink(f"{self._purpose.path}{token}", link.expires_at)
