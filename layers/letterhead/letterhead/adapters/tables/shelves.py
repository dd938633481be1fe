"""What an account has for its mail, and what has become of that: to be exported, and forgotten with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from letterhead.activity.activity import day_of
from letterhead.activity.log import ActivityQuery
from letterhead.adapters.tables.activity_lists import ActivityLists
from letterhead.adapters.tables.bulks import BulkItem
from letterhead.adapters.tables.counts import KEPT as COUNTS_KEPT
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.domain_history import DomainHistory
from letterhead.adapters.tables.jobs import JobTable
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.adapters.tables.message_lists import MessageLists
from letterhead.adapters.tables.messages import MessageItem
from letterhead.adapters.tables.sandbox import SandboxItem, SandboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.adapters.tables.templates import TemplateItem, TemplateTable
from letterhead.messages.reading import MessageQuery
from letterhead.templates.template import TemplateQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.activity.activity import Activity
    from letterhead.activity.counts import DayCount
    from letterhead.activity.recipients import Recipient
    from letterhead.adapters.tables.connection import TableModel
    from letterhead.messages.reading import MessageFacts
    from letterhead.sandbox.recipient import SandboxRecipient
    from letterhead.suppressions.suppression import Suppression
    from letterhead.templates.template import Template

_A_MINUTE = timedelta(minutes=1)


class MailShelf(DomainHistory):
    """An account's messages, bulks, templates, test recipients, suppressions and jobs, and the history of its domains' mail.

    The contents of large messages go by themselves, in time.
    """

    def __init__(self, tables: Mapping[str, str], kept: timedelta) -> None:
        super().__init__(tables["activity"], tables["counts"], tables["recipients"], kept)
        self._kept = kept
        self._day_counts = CountTable(tables["counts"])
        self._became = ActivityLists(tables["activity"], self._day_counts)
        self._mailed = RecipientTable(tables["recipients"], kept)
        self._messages = MessageLists(tables["messages"])
        self._templates = TemplateTable(tables["templates"])
        self._sandbox = SandboxTable(tables["sandbox"])
        self._suppressions = SuppressionTable(tables["suppressions"])
        self._jobs = JobTable(tables["jobs"])
        MessageItem.bind(tables["messages"])
        BulkItem.bind(tables["bulks"])

    def forget(self, account_id: str) -> None:
        """Forget all of it; forgetting it twice is once."""
        models: tuple[type[TableModel], ...] = (
            MessageItem,
            BulkItem,
            TemplateItem,
            SandboxItem,
        )
        for model in models:
            with model.batch_write() as batch:
                for item in model.query(account_id, consistent_read=True):
                    batch.delete(item)
        self._suppressions.forget(account_id)
        self._jobs.forget(account_id)

    def test_recipients(self, account_id: str) -> Sequence[SandboxRecipient]:
        """The account's test recipients as they are now."""
        return self._sandbox.of_account_now(account_id).recipients

    def templates(self, account_id: str, after: str | None, size: int) -> Sequence[Template]:
        """The next templates behind an id, newest first."""
        return self._templates.page(account_id, TemplateQuery(1, size, after=after)).templates

    def suppressions(
        self, account_id: str, after: str | None, size: int
    ) -> Sequence[tuple[str, Suppression]]:
        """The next entries of any list behind one's place."""
        return self._suppressions.every(account_id, after, size)

    def messages(
        self, account_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[MessageFacts]:
        """The next messages behind an id, newest first."""
        return self._messages.page(account_id, MessageQuery(size=size, after=after), now)

    def activities(
        self, domain_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[tuple[str, Activity]]:
        """The next activities of a domain behind an id, newest first."""
        query = ActivityQuery(domain_id, now - 2 * self._kept, now + _A_MINUTE, size=size, after=after)
        return [(each.activity_id, each) for each in self._became.page(query, now)]

    def counts(
        self, domain_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[tuple[str, DayCount]]:
        """The next daily counts of a domain, oldest first, its shards' together."""
        summed: dict[str, tuple[DayCount, Counter[Any], Counter[Any]]] = {}
        for each in self._day_counts.days(domain_id, day_of(now - COUNTS_KEPT), day_of(now)):
            place = f"{each.day}-{each.identity_id or ''}"
            _, totals, hours = summed.setdefault(place, (each, Counter(), Counter()))
            totals.update(each.totals)
            hours.update(each.hours)
        return [
            (place, replace(first, totals=dict(totals), hours=dict(hours)))
            for place, (first, totals, hours) in sorted(summed.items())
            if after is None or place > after
        ][:size]

    def recipients(
        self, domain_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[tuple[str, Recipient]]:
        """The next addresses that a domain has mailed, in the order of their ids."""
        found = self._mailed.page(domain_id, size=size, after=after, now=now)
        return [(each.recipient_id, each) for each in found]
