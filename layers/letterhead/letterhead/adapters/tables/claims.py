"""The claims table: who has which domain name, over all accounts.

The names lie under their registrable domain, with the labels reversed (`com.example.mail`), so that those above and below one
are found without a scan. One item has everything about one name. A guard item there is changed by every change of a claim:
whatever is decided on what was read is written only while the guard is as it was read, so two accounts that act at the same
moment meet at it and the later one looks again. The guard also counts the names of each account, which spares the look at the
names above and below where all of them are one account's.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute

from letterhead.adapters.tables.connection import TableModel
from letterhead.domains.claims import Claim, NameClaims, NameView
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynamodb.expressions.condition import Condition

    from letterhead.adapters.tables.labelled_writes import LabelledWrites

GUARD = "guard"
_GUARD_KEY = "#guard"


class ClaimItem(TableModel):
    """A name's claims, memories and barred accounts; or a guard, which has a version and the accounts' counts.

    `forget_at` (Unix seconds) is when nothing of it counts any more and DynamoDB may drop it.
    """

    class Meta:
        table_name = ""

    registrable = UnicodeAttribute(hash_key=True)
    reversed_name = UnicodeAttribute(range_key=True)
    claims = JSONAttribute(null=True)
    memories = JSONAttribute(null=True)
    barred: ListAttribute[str] = ListAttribute(null=True)
    forget_at = NumberAttribute(null=True)
    version = NumberAttribute(null=True)
    accounts = JSONAttribute(null=True)


@value_type
class TableView(NameView):
    """A view with what the guard counts: how many names each account has claims on."""

    accounts: Mapping[str, int] = field(default_factory=dict)


class ClaimTable:
    """Who has which name."""

    def __init__(self, table_name: str) -> None:
        ClaimItem.bind(table_name)

    def view(self, account_id: str, name: str, registrable: str) -> TableView:
        """A name with those above and below it, strongly consistent. The latter are left out where all are this account's."""
        guard = _get(registrable, _GUARD_KEY)
        accounts: Mapping[str, int] = guard.accounts if guard and guard.accounts else {}
        here = _get(registrable, _reversed(name))
        kin = _kin(name, registrable) if set(accounts) - {account_id} else ()
        return TableView(
            name=name,
            registrable=registrable,
            here=_claims(here) if here else NameClaims(),
            kin=kin,
            version=int(guard.version or 0) if guard else 0,
            accounts=accounts,
        )

    def registrable_of(self, account_id: str, name: str) -> str | None:
        """The registrable domain under which an account's claim on a name lies, looked for; None where there is none."""
        labels = name.split(".")
        for start in range(len(labels)):
            registrable = ".".join(labels[start:])
            found = _get(registrable, _reversed(name))
            if found is not None and account_id in (found.claims or {}):
                return registrable
        return None

    def add_to(self, writes: LabelledWrites, view: TableView, here: NameClaims) -> None:
        """Put a name's new claims and the guard's next version into a transaction; under the label `GUARD` the condition that
        the view still holds."""
        item = _item(view, here)
        if here == NameClaims():
            writes.delete(item)
        else:
            writes.save(item)
        unchanged: Condition = (
            ClaimItem.version == view.version if view.version else ClaimItem.reversed_name.does_not_exist()
        )
        writes.update(
            ClaimItem(registrable=view.registrable, reversed_name=_GUARD_KEY),
            [
                ClaimItem.version.set(view.version + 1),
                ClaimItem.accounts.set(_counted(view, here)),
            ],
            condition=unchanged,
            label=GUARD,
        )


def _get(registrable: str, reversed_name: str) -> ClaimItem | None:
    try:
        return ClaimItem.get(registrable, reversed_name, consistent_read=True)
    except ClaimItem.DoesNotExist:
        return None


def _kin(name: str, registrable: str) -> tuple[NameClaims, ...]:
    reversed_name = _reversed(name)
    above = [(registrable, parent) for parent in _parents(reversed_name, registrable)]
    below = ClaimItem.query(
        registrable, ClaimItem.reversed_name.startswith(f"{reversed_name}."), consistent_read=True
    )
    found = [*(ClaimItem.batch_get(above, consistent_read=True) if above else ()), *below]
    return tuple(_claims(item) for item in found)


def _counted(view: TableView, here: NameClaims) -> dict[str, int]:
    counts = dict(view.accounts)
    for account_id in set(view.here.claims) ^ set(here.claims):
        counts[account_id] = counts.get(account_id, 0) + (1 if account_id in here.claims else -1)
    return {account_id: count for account_id, count in counts.items() if count > 0}


def _item(view: TableView, here: NameClaims) -> ClaimItem:
    forgotten_at = here.forgotten_at()
    return ClaimItem(
        registrable=view.registrable,
        reversed_name=_reversed(view.name),
        claims={
            account_id: {"domain_id": claim.domain_id, "forgotten_at": _written(claim.forgotten_at)}
            for account_id, claim in here.claims.items()
        },
        memories={account_id: _written(until) for account_id, until in here.memories.items()},
        barred=sorted(here.barred),
        forget_at=None if forgotten_at is None else int(forgotten_at.timestamp()) + 1,
    )


def _claims(item: ClaimItem) -> NameClaims:
    claims: Mapping[str, Mapping[str, Any]] = item.claims or {}
    memories: Mapping[str, str] = item.memories or {}
    return NameClaims(
        claims={
            account_id: Claim(claim["domain_id"], _read(claim["forgotten_at"]))
            for account_id, claim in claims.items()
        },
        memories={account_id: datetime.fromisoformat(until) for account_id, until in memories.items()},
        barred=frozenset(item.barred or ()),
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _reversed(name: str) -> str:
    return ".".join(reversed(name.split(".")))


def _parents(reversed_name: str, registrable: str) -> list[str]:
    labels = reversed_name.split(".")
    least = registrable.count(".") + 1
    return [".".join(labels[:length]) for length in range(least, len(labels))]
