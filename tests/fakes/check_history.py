"""The history of checks in memory: what its table promises, without DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from letterhead.domains.domain import SendingDomain
from letterhead.domains.history import KEPT, CheckEntry, HistoryPage
from letterhead.values import replace


class InMemoryHistory:
    """A `CheckHistory`; passes the same contract test as the table."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CheckEntry] = {}

    def add(self, entry: CheckEntry) -> None:
        self.kept[entry.domain_id, entry.check_id] = entry

    def extend(self, domain_id: str, check_id: str, now: datetime) -> bool:
        entry = self.kept.get((domain_id, check_id))
        if entry is None:
            return False
        self.kept[domain_id, check_id] = replace(entry, last_at=now, checks=entry.checks + 1)
        return True

    def last_looks(self, domains: Sequence[SendingDomain]) -> dict[str, datetime]:
        marks = [(one.domain_id, one.last_check.check_id) for one in domains if one.last_check is not None]
        return {mark[0]: self.kept[mark].last_at for mark in marks if mark in self.kept}

    def page(self, domain_id: str, *, size: int, after: str | None, now: datetime) -> HistoryPage:
        found = [
            entry
            for (owner, check_id), entry in sorted(self.kept.items(), reverse=True)
            if owner == domain_id and (after is None or check_id < after) and entry.last_at + KEPT > now
        ]
        more = len(found) > size
        return HistoryPage(tuple(found[:size]), found[size - 1].check_id if more else None)
