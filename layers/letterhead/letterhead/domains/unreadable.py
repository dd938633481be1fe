"""What is stored and can't be read."""

from __future__ import annotations

from letterhead.values import value_type


@value_type
class Unreadable:
    """Something that lies among what is watched and can't be read; it is passed over."""


class UnreadableDomainError(Exception):
    """What is stored of this account's domain isn't as it was written. `domain_id` is None where it can't be read either."""

    def __init__(self, domain_name: str, domain_id: str | None) -> None:
        super().__init__("the domain's item isn't as it was written")
        self.domain_name = domain_name
        self.domain_id = domain_id
