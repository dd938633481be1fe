"""What the gates would say of mail as a sender identity, whoever it went to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.mailersend import email as mailersend
from letterhead.identities.identity import IdentityNotFoundError
from letterhead.messages.draft import Draft, Mailbox
from letterhead.messages.gates import GateName, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.email_calls import Keepers
    from letterhead.http.request import Request

# Those that ask who gets the mail have nothing to say yet.
_OF_RECIPIENTS = frozenset({GateName.RECIPIENTS, GateName.SANDBOX})


class SenderCalls:
    """The call. It asks the very gates that a mail passes."""

    def __init__(self, keepers: Keepers) -> None:
        self._keepers = keepers

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {"email.explain_identity": self.explain}

    def explain(self, request: Request) -> Reply:
        """`GET /v1/identities/{identity}/explain`: why the identity can't send now, or that it can. Nothing is counted."""
        identity = self._keepers.identities.by_id(request.account_id, request.parameters["identity"])
        if identity is None or not request.token.sees_identity(
            identity.identity_id, identity.domain.domain_id
        ):
            raise IdentityNotFoundError
        request.subject.domain_id = identity.domain.domain_id
        one_mail = Draft(sender=Mailbox(identity.email), to=(Mailbox(identity.email),))
        examination = self._keepers.of_request().examination(one_mail, request, spending=False)
        gates = [(name, gate) for name, gate in examination.gates if name not in _OF_RECIPIENTS]
        return mailersend.explained(list(asked(gates)), {})
