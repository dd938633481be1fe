"""The claims table: who holds which domain name, over all accounts.

Claims lie under their registrable domain, with the labels reversed (`com.example.mail`), so that the names above and below one
are found without a scan. A guard item there is changed by every new claim: two accounts that claim parent and child at the same
moment meet at it, and the later one looks again.
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from letterhead.adapters.tables.attributes import Moment
from letterhead.adapters.tables.connection import TableModel
from letterhead.domains.domain import SendingDomain

_GUARD = "#guard"


class ClaimItem(TableModel):
    """A claim, or a registrable domain's guard, which has a version only."""

    class Meta:
        table_name = ""

    registrable = UnicodeAttribute(hash_key=True)
    reversed_name = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute(null=True)
    domain_id = UnicodeAttribute(null=True)
    claimed_at = Moment(null=True)
    version = NumberAttribute(null=True)


class ClaimTable:
    """Who holds which name."""

    def __init__(self, table_name: str) -> None:
        ClaimItem.bind(table_name)

    def version(self, registrable: str) -> int:
        """How many claims have ever been made under a registrable domain."""
        try:
            guard = ClaimItem.get(registrable, _GUARD, consistent_read=True)
        except ClaimItem.DoesNotExist:
            return 0
        return int(guard.version or 0)

    def held_by_another(self, domain: SendingDomain) -> bool:
        """Whether another account holds the name, one above it or one below it (strongly consistent)."""
        reversed_name = _reversed(domain.name)
        at_or_above = [
            (domain.registrable, name) for name in _self_and_parents(reversed_name, domain.registrable)
        ]
        below = ClaimItem.query(
            domain.registrable, ClaimItem.reversed_name.startswith(f"{reversed_name}."), consistent_read=True
        )
        found = [*ClaimItem.batch_get(at_or_above, consistent_read=True), *below]
        return any(claim.account_id != domain.account_id for claim in found)

    def add_to(self, transaction: TransactWrite, domain: SendingDomain, version: int) -> None:
        """Put the claim and the guard's next version into a transaction, in this order."""
        unclaimed = ClaimItem.reversed_name.does_not_exist()
        transaction.save(
            ClaimItem(
                registrable=domain.registrable,
                reversed_name=_reversed(domain.name),
                account_id=domain.account_id,
                domain_id=domain.domain_id,
                claimed_at=domain.created_at,
            ),
            condition=unclaimed,
        )
        unchanged: Condition = ClaimItem.version == version if version else unclaimed
        transaction.update(
            ClaimItem(registrable=domain.registrable, reversed_name=_GUARD),
            actions=[ClaimItem.version.set(version + 1)],
            condition=unchanged,
        )

    def remove_from(self, transaction: TransactWrite, domain: SendingDomain) -> None:
        """Put the removal of a domain's own claim into a transaction."""
        transaction.delete(
            ClaimItem(registrable=domain.registrable, reversed_name=_reversed(domain.name)),
            condition=ClaimItem.domain_id == domain.domain_id,
        )


def _reversed(name: str) -> str:
    return ".".join(reversed(name.split(".")))


def _self_and_parents(reversed_name: str, registrable: str) -> list[str]:
    labels = reversed_name.split(".")
    least = registrable.count(".") + 1
    return [".".join(labels[:length]) for length in range(least, len(labels) + 1)]
