"""What an account has in tables that hold nothing but its own things, to be forgotten with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.adapters.tables.bulks import BulkItem
from letterhead.adapters.tables.messages import MessageItem
from letterhead.adapters.tables.sandbox import SandboxItem
from letterhead.adapters.tables.templates import TemplateItem

if TYPE_CHECKING:
    from letterhead.adapters.tables.connection import TableModel


class MailShelf:
    """An account's messages, bulks, templates and test recipients. The contents of large messages go by themselves, in time."""

    def __init__(self, *, messages: str, bulks: str, templates: str, sandbox: str) -> None:
        self._models: tuple[type[TableModel], ...] = (MessageItem, BulkItem, TemplateItem, SandboxItem)
        for model, table_name in zip(self._models, (messages, bulks, templates, sandbox), strict=True):
            model.bind(table_name)

    def forget(self, account_id: str) -> None:
        """Forget all of it; forgetting it twice is once."""
        for model in self._models:
            with model.batch_write() as batch:
                for item in model.query(account_id, consistent_read=True):
                    batch.delete(item)
