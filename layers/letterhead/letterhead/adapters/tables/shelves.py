"""What an account has for its mail, and what has become of that: to be exported, and forgotten with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.adapters.tables.bulks import BulkItem
from letterhead.adapters.tables.domain_history import DomainHistory
from letterhead.adapters.tables.jobs import JobTable
from letterhead.adapters.tables.message_lists import MessageLists
from letterhead.adapters.tables.messages import MessageItem
from letterhead.adapters.tables.sandbox import SandboxItem, SandboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.adapters.tables.templates import TemplateItem, TemplateTable
from letterhead.messages.reading import MessageQuery
from letterhead.templates.template import TemplateQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from letterhead.adapters.tables.connection import TableModel
    from letterhead.messages.reading import MessageFacts
    from letterhead.sandbox.recipient import SandboxRecipient
    from letterhead.suppressions.suppression import Suppression
    from letterhead.templates.template import Template


class MailShelf(DomainHistory):
    """An account's messages, bulks, templates, test recipients, suppressions and jobs, and the history of its domains' mail.

    The contents of large messages go by themselves, in time.
    """

    def __init__(self, tables: Mapping[str, str], kept: timedelta) -> None:
        super().__init__(tables["activity"], tables["counts"], tables["recipients"], kept)
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
