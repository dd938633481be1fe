"""Whom a mail is from: an address on a verified domain of the account, a verified sender identity, or the operator's shared
sender."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.identities.from_header import from_address
from letterhead.identities.identity import FromMode, SenderIdentity
from letterhead.messages.draft import Mailbox
from letterhead.messages.gates import Code, GateAnswer, GateName, Verdict
from letterhead.tokens.dialect import Dialect
from letterhead.values import value_type

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.addresses import EmailAddress
    from letterhead.tokens.token import ApiToken

NOT_VERIFIED = (
    "The from.email domain must be verified in your account to send emails. #MS42207"  # contracts A.8
)


class SenderDomains(Protocol):
    """Where sending domains are kept."""

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name, in A-labels."""


class SenderIdentities(Protocol):
    """Where sender identities are kept."""

    def by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The account's identity of that address (folded), or None."""

    def lately_by_email(self, account_id: str, address_key: str) -> SenderIdentity | None:
        """The same as it was lately, at less cost."""


class IdentitiesById(Protocol):
    """Where sender identities are kept."""

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None."""


@value_type
class SharedSender:
    """The operator's own sender, which any account may use towards its own people."""

    name: str
    address: EmailAddress


@value_type
class Sender:
    """Who a mail goes out as. `domain` is None for the shared sender and for an account's own name below the operator's
    sandbox domain: such mail reaches the account's own people only."""

    name: str
    address: str
    reply_to: Mailbox | None
    domain: SendingDomain | None = None
    identity: SenderIdentity | None = None

    @property
    def to_own_people_only(self) -> bool:
        """Whether it reaches only the account's owner and its verified test recipients."""
        return self.domain is None


class SenderRefusedError(Exception):
    """The account can't send as that address; carries the gate's answer."""

    def __init__(self, answer: GateAnswer) -> None:
        super().__init__(answer.detail)
        self.answer = answer


class Senders:
    """Finds out whom a mail is from."""

    def __init__(
        self,
        domains: SenderDomains,
        identities: SenderIdentities,
        shared: SharedSender | None,
        sandbox_domain: str | None = None,
    ) -> None:
        self._domains = domains
        self._identities = identities
        self._shared = shared
        self._sandbox = sandbox_domain

    def find(self, asked: Mailbox | None, token: ApiToken) -> Sender:
        """The sender behind an address that a caller named, or the shared one where none was named.

        Two reads, whether it is a domain's or an identity's. Raises `SenderRefusedError`.
        """
        if asked is None:
            return self._shared_sender(token)
        if self._sandbox and asked.address.domain == sandbox_host(token.account_id, self._sandbox):
            return self._within(Sender(asked.name, asked.address.deliverable, None), token)
        identity = self._identities.lately_by_email(token.account_id, asked.address.key)
        if identity is not None and identity.is_verified:
            return self._as_identity(identity, asked, token)
        domain = None if identity else self._domains.by_name(token.account_id, asked.address.domain)
        if domain is None:
            # What wasn't there a moment ago, or wasn't verified, may be now.
            identity = self._identities.by_email(token.account_id, asked.address.key)
            if identity is not None:
                return self._as_identity(identity, asked, token)
        if domain is None or not sends(domain, token.dialect):
            raise SenderRefusedError(_not_verified(domain))
        return self._within(Sender(asked.name, asked.address.deliverable, None, domain), token)

    def _shared_sender(self, token: ApiToken) -> Sender:
        if self._shared is None:
            raise SenderRefusedError(
                GateAnswer(
                    GateName.SENDER,
                    Verdict.REFUSED,
                    Code.NO_SHARED_SENDER,
                    "No sender was named and there is no shared one here.",
                    "Name a sender on a verified domain.",
                )
            )
        return self._within(Sender(self._shared.name, self._shared.address.deliverable, None), token)

    def _as_identity(self, identity: SenderIdentity, asked: Mailbox, token: ApiToken) -> Sender:
        domain = self._domains.by_name(token.account_id, identity.domain.name)
        if (
            domain is None
            or domain.domain_id != identity.domain.domain_id
            or not sends(domain, token.dialect)
        ):
            raise SenderRefusedError(_not_verified(domain))
        if not identity.is_verified:
            raise SenderRefusedError(
                GateAnswer(
                    GateName.SENDER,
                    Verdict.REFUSED,
                    Code.IDENTITY_NOT_VERIFIED,
                    NOT_VERIFIED,
                    "The owner of the address has to confirm this sender identity first; ask once more by its resend call.",
                )
            )
        reply_to = (
            None
            if identity.reply_to_email is None and identity.from_mode is FromMode.EXACT
            else Mailbox(identity.reply_to_email or identity.email, identity.reply_to_name or identity.name)
        )
        sender = Sender(asked.name or identity.name, from_address(identity), reply_to, domain, identity)
        return self._within(sender, token)

    def _within(self, sender: Sender, token: ApiToken) -> Sender:
        """The sender, if the token reaches it."""
        if token.identity_id is not None:
            reached = sender.identity is not None and sender.identity.identity_id == token.identity_id
        elif token.domain_id is not None:
            reached = sender.domain is not None and sender.domain.domain_id == token.domain_id
        else:
            reached = True
        if reached:
            return sender
        # The very answer of an address that the account doesn't have: what is out of a token's reach isn't there.
        raise SenderRefusedError(_not_verified(None))


def sends(domain: SendingDomain, dialect: Dialect) -> bool:
    """Whether a domain has the right to send; towards a Sendara token DMARC is part of it (seed: verify before you send)."""
    return domain.held and domain.can_send and (dialect is not Dialect.SENDARA or domain.fully_verified)


def sandbox_host(account_id: str, sandbox_domain: str) -> str:
    """The name below the operator's sandbox domain that every account has from the start."""
    return f"{account_id}.{sandbox_domain}"


def _not_verified(domain: SendingDomain | None) -> GateAnswer:
    fix = (
        "Register the domain of the address and publish its records, or make the address a sender identity."
        if domain is None
        else "Publish the domain's records as its verification shows them, and verify it."
    )
    return GateAnswer(GateName.SENDER, Verdict.REFUSED, Code.FROM_NOT_VERIFIED, NOT_VERIFIED, fix)
