"""What the operator can have done about a domain name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.holding import release_name, transfer_name
from letterhead.domains.names import NameRules, parse_domain_name
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.ports import Surroundings


@value_type
class NameDesk:
    """The operator's acts about names, given as text. Each raises `DomainNameError` for what is none."""

    outside: Surroundings
    rules: NameRules

    def transfer(self, text: str, account_id: str, now: datetime) -> SendingDomain:
        """See `transfer_name`."""
        return transfer_name(parse_domain_name(text, self.rules), account_id, self.outside, now)

    def release(self, text: str, now: datetime) -> str | None:
        """See `release_name`."""
        return release_name(parse_domain_name(text, self.rules), self.outside, now)
