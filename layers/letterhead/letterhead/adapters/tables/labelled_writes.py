"""A transaction whose refused conditions are known by name instead of by position."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.models import Model
    from pynamodb.transactions import TransactWrite


class RefusedError(Exception):
    """Nothing was written; the conditions with these labels didn't hold."""

    def __init__(self, labels: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(labels)))
        self.labels = labels


@dataclass
class LabelledWrites:
    """Deletes, saves and updates that are written together or not at all."""

    _deletes: list[tuple[str, Callable[[TransactWrite], None]]] = field(default_factory=list)
    _saves: list[tuple[str, Callable[[TransactWrite], None]]] = field(default_factory=list)
    _updates: list[tuple[str, Callable[[TransactWrite], None]]] = field(default_factory=list)

    def delete(self, item: Model, *, condition: Condition | None = None, label: str = "") -> None:
        """Delete an item."""
        self._deletes.append((label, lambda transaction: transaction.delete(item, condition=condition)))

    def save(self, item: Model, *, condition: Condition | None = None, label: str = "") -> None:
        """Put an item."""
        self._saves.append((label, lambda transaction: transaction.save(item, condition=condition)))

    def update(
        self,
        item: Model,
        actions: Sequence[Action],
        *,
        condition: Condition | None = None,
        label: str = "",
    ) -> None:
        """Change an item."""
        self._updates.append(
            (
                label,
                lambda transaction: transaction.update(item, actions=list(actions), condition=condition),
            )
        )

    def write(self) -> None:
        """Write all of it; raises `RefusedError` or `StoreUnavailableError`."""
        # PynamoDB sends a transaction's deletes first, then its puts, then its updates.
        entries = [*self._deletes, *self._saves, *self._updates]

        def add(transaction: TransactWrite) -> None:
            for _, act in entries:
                act(transaction)

        try:
            write_together(add)
        except ConditionsFailedError as failure:
            raise RefusedError(frozenset(entries[position][0] for position in failure.positions)) from failure
