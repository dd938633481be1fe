"""The templates table: one item a template under (account, template id), its sources compressed, and a count of them."""

from __future__ import annotations

import json
import zlib
from itertools import islice
from typing import TYPE_CHECKING

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from letterhead import identifiers
from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.templates.template import (
    Template,
    TemplateChangedError,
    TemplateNotFoundError,
    TemplatePage,
    TemplateQuery,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pynamodb.transactions import TransactWrite

_COUNT = "~count"
_REFUSED = "ConditionalCheckFailedException"


class TemplateItem(TableModel):
    """A template as an item, or the count of an account's, which has `number` only."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    template_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)
    sources = BinaryAttribute(legacy_encoding=False, null=True)
    domain_id = UnicodeAttribute(null=True, attr_name="domain")
    tags = UnicodeAttribute(null=True)
    created_at = Instant(null=True, attr_name="created")
    updated_at = Instant(null=True, attr_name="updated")
    number = NumberAttribute(null=True)


class TemplateTable:
    """Where templates are kept."""

    def __init__(self, table_name: str) -> None:
        TemplateItem.bind(table_name)

    def by_id(self, account_id: str, template_id: str) -> Template | None:
        """The account's template of that id."""
        if template_id.startswith(_COUNT):
            return None
        try:
            return _template(TemplateItem.get(account_id, template_id))
        except TemplateItem.DoesNotExist:
            return None

    def add(self, template: Template) -> None:
        """Store a new one; storing it twice is once."""

        def write(transaction: TransactWrite) -> None:
            transaction.save(_item(template), condition=TemplateItem.template_id.does_not_exist())
            _count(transaction, template.account_id, 1)

        try:
            write_together(write)
        except ConditionsFailedError:
            return

    def change(self, before: Template, after: Template) -> None:
        """Store what changed; raises `TemplateChangedError`, or `TemplateNotFoundError` when it is gone."""
        try:
            _item(after).save(condition=TemplateItem.updated_at == before.updated_at)
        except PutError as error:
            if error.cause_response_code != _REFUSED:
                raise
            if self.by_id(before.account_id, before.template_id) is None:
                raise TemplateNotFoundError from error
            raise TemplateChangedError from error

    def remove(self, account_id: str, template_id: str) -> None:
        """Forget one; raises `TemplateNotFoundError`."""

        def write(transaction: TransactWrite) -> None:
            transaction.delete(
                TemplateItem(account_id, template_id), condition=TemplateItem.created_at.exists()
            )
            _count(transaction, account_id, -1)

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            raise TemplateNotFoundError from failure

    def page(self, account_id: str, query: TemplateQuery) -> TemplatePage:
        """A page, newest first. A domain's templates are picked from all of the account's."""
        templates = self._newest(account_id, query.after)
        if query.domain_id is not None:
            chosen = [each for each in self._newest(account_id, None) if each.domain_id == query.domain_id]
            start = (query.number - 1) * query.size
            return TemplatePage(query, tuple(chosen[start : start + query.size]), len(chosen))
        skipped = 0 if query.after else (query.number - 1) * query.size
        return TemplatePage(
            query, tuple(islice(templates, skipped, skipped + query.size)), self._number(account_id)
        )

    def _newest(self, account_id: str, after: str | None) -> Iterator[Template]:
        key = TemplateItem.template_id
        condition = key < _COUNT if after is None else key <= identifiers.before(after)
        for item in TemplateItem.query(account_id, condition, scan_index_forward=False):
            yield _template(item)

    def _number(self, account_id: str) -> int:
        try:
            return int(TemplateItem.get(account_id, _COUNT).number or 0)
        except TemplateItem.DoesNotExist:
            return 0


def _count(transaction: TransactWrite, account_id: str, step: int) -> None:
    transaction.update(TemplateItem(account_id, _COUNT), actions=[TemplateItem.number.add(step)])


def _item(template: Template) -> TemplateItem:
    sources = json.dumps(dict(template.parts), ensure_ascii=False, separators=(",", ":"))
    return TemplateItem(
        account_id=template.account_id,
        template_id=template.template_id,
        name=template.name,
        sources=zlib.compress(sources.encode()),
        domain_id=template.domain_id,
        tags=json.dumps(template.tags) if template.tags else None,
        created_at=template.created_at,
        updated_at=template.updated_at,
    )


def _template(item: TemplateItem) -> Template:
    sources = json.loads(zlib.decompress(item.sources))
    return Template(
        account_id=item.account_id,
        template_id=item.template_id,
        name=item.name,
        subject=sources["subject"],
        html=sources.get("html"),
        text=sources.get("text"),
        domain_id=item.domain_id,
        tags=tuple(json.loads(item.tags)) if item.tags else (),
        created_at=item.created_at,
        updated_at=item.updated_at,
    )
