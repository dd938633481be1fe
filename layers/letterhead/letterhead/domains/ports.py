"""What sending domains need from outside: their store, the provider, DNS, and whoever else has a part in a domain."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.domains.rhythm import Rhythm
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from letterhead.domains.claims import NameClaims, NameView
    from letterhead.domains.dns_answers import DnsLookup
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.provider_status import ProviderStatus
    from letterhead.identities.identity import SenderIdentity
    from letterhead.outbox.event import Event
    from letterhead.tokens.restriction import RestrictedTokens


class ProviderBusyError(UnavailableError):
    """The provider throttles or doesn't answer; trying again later is right."""


class ProviderRefusedError(Exception):
    """The provider refuses for a reason that the operator must see to; the message names it."""


class NameRefusedError(ProviderRefusedError):
    """The provider doesn't take this very name, or its MAIL FROM domain; asking again changes nothing."""


class ForeignIdentityError(Exception):
    """The provider has an identity of that name that wasn't made for this domain."""


@value_type
class ProviderIdentity:
    """What the provider has under a name. `domain_id` is the domain that it was made for, None for somebody else's."""

    domain_id: str | None
    dkim_tokens: tuple[str, ...]
    signing_hosted_zone: str
    mail_from_domain: str | None
    status: ProviderStatus


class IdentityProvider(Protocol):
    """The part of the mail provider (Amazon SES) that knows domains. Every call raises `ProviderBusyError` or
    `ProviderRefusedError` when it has to."""

    def find(self, name: str) -> ProviderIdentity | None:
        """What there is under a name; changes nothing."""

    def ensure_identity(self, name: str, domain_id: str, *, take_over: bool) -> ProviderIdentity:
        """Create the identity, or find the one made for this very domain before.

        One that was made for somebody else is made this domain's when `take_over` says so, else `ForeignIdentityError`.
        """

    def ensure_mail_from(self, name: str, mail_from_domain: str) -> None:
        """Set the custom MAIL FROM domain; its check begins anew."""

    def restart_dkim(self, name: str) -> None:
        """Have the provider look for the DKIM records again after it has given up."""

    def remove_identity(self, name: str, domain_id: str) -> None:
        """Delete the identity if it was made for this very domain; else nothing."""


@value_type
class Added:
    """A domain to be stored for the first time. `most` is how many domains its account may have, None for any number."""

    domain: SendingDomain
    most: int | None = None


@value_type
class Changed:
    """A domain to be stored as `after`, if it is still what `before` was, together with the events that tell of it."""

    before: SendingDomain
    after: SendingDomain
    events: tuple[Event, ...] = ()


@value_type
class Removed:
    """A domain to be forgotten."""

    domain: SendingDomain


DomainChange = Added | Changed | Removed


@value_type
class Place:
    """Where a domain lies among those that are watched: a slot, and a key in the order of which it is read."""

    slot: str
    key: str


class DomainStore(Protocol):
    """Where domains and the claims on their names are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id."""

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name, in A-labels."""

    def now_by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The same as it is at this moment (strongly consistent)."""

    def save(
        self, domain: SendingDomain, *, before: SendingDomain, events: Sequence[Event] = ()
    ) -> SendingDomain:
        """Store what changed since `before` together with the events that tell of it; answers the domain as it is stored then.

        Raises `DomainNotFoundError` when it has been deleted meanwhile, `DomainChangedError` when its `version` has grown, or
        when something has been told of it meanwhile and this tells something too.
        """

    def condemn(self, account_id: str, name: str, now: datetime) -> SendingDomain | None:
        """Begin the deletion of a domain whose stored item can't be read, with what can be read of it; None when it is gone.

        Raises `DomainChangedError` when somebody has changed it meanwhile.
        """

    def place(self, domain: SendingDomain) -> Place:
        """Where a domain lies among those that are watched."""

    def view(self, account_id: str, name: str, registrable: str) -> NameView:
        """Who has the name and those above and below it, as far as that matters to the account (strongly consistent)."""

    def settle(self, view: NameView, here: NameClaims, changes: Sequence[DomainChange]) -> None:
        """Store the name's claims as `here` and all changes of domains, or nothing.

        Raises `ViewOutdatedError`; `DomainExistsError` when an added one is there already; `LimitReachedError` when the
        account has as many domains as it may have; `DomainNotFoundError` and `DomainChangedError` as `save` does.
        """


class ChallengeAnswer(StrEnum):
    """What the servers of a name's zone say to its challenge."""

    PROVEN = "proven"
    ABSENT = "absent"  # definitely not there
    WRONG = "wrong"  # something else is there: another value, an alias, a wildcard
    UNKNOWN = "unknown"  # not every server has answered, or they contradict each other


@value_type
class ChallengeResult:
    """The answer with its reason in one sentence, and the servers that were asked."""

    answer: ChallengeAnswer
    detail: str
    servers: tuple[str, ...] = ()


class ChallengeProver(Protocol):
    """DNS, asked strictly."""

    def ask(self, name: str, value: str, *, seconds: float) -> ChallengeResult:
        """Whether a TXT record of that very value stands at that very name: asked over TCP of every server of the zone, all
        agreeing, no alias followed, no wildcard. Never raises."""


class CompletionRequests(Protocol):
    """Whoever goes on with what stopped half-way."""

    def ask(self, account_id: str, domain_id: str, name: str) -> None:
        """Have a registration or a deletion completed later; of a domain that is gone by then, have removed what the provider
        still has under its name. Raises `UnavailableError`."""

    def look_back(self, account_id: str, domain_id: str, name: str) -> None:
        """The same of a domain that is about to be gone, when nobody who has begun to have an identity made for it can be at
        that any more. Raises `UnavailableError`."""


class DomainIdentities(Protocol):
    """The sender identities that hang on a domain."""

    def of_domain(self, account_id: str, domain_id: str) -> Iterable[SenderIdentity]:
        """All of them as they are now."""

    def remove(self, identity: SenderIdentity) -> None:
        """Forget one; raises `IdentityNotFoundError` when it isn't there any more."""


class RestrictedEndpoints(Protocol):
    """The webhook endpoints that are told of some domains or identities alone."""

    def forget_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_ids: Collection[str] = ()
    ) -> None:
        """Forget every endpoint that is restricted to a domain, or to one of these identities; twice is once."""


@value_type
class Surroundings:
    """Who has a part in every step of a domain's life."""

    store: DomainStore
    provider: IdentityProvider
    completions: CompletionRequests
    rhythm: Rhythm = field(default_factory=Rhythm)


@value_type
class Dns:
    """The two ways to ask DNS: for records, and strictly for a proof."""

    lookup: DnsLookup
    prover: ChallengeProver


@value_type
class Belongings:
    """What hangs on a domain and goes with it."""

    tokens: RestrictedTokens
    identities: DomainIdentities
    endpoints: RestrictedEndpoints
