"""What is forgotten with an account."""

from __future__ import annotations

from datetime import timedelta

from letterhead import identifiers
from letterhead.adapters.tables.bulks import BulkTable
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.shelves import MailShelf
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.messages.bulk import Bulk
from letterhead.templates.template import Template, TemplateQuery
from tests.fakes.message_world import NOW, later, message
from tests.fakes.sender_identities import ACCOUNT

OTHER = "0another0account"
TABLES = {
    name: f"{name.capitalize()}Table"
    for name in (
        "messages",
        "bulks",
        "templates",
        "sandbox",
        "suppressions",
        "jobs",
        "activity",
        "counts",
        "recipients",
    )
}


def test_an_accounts_mail_is_forgotten_and_no_one_elses(tables):
    month = timedelta(days=30)
    messages = MessageTable("MessagesTable", None, month)
    bulks, templates = BulkTable("BulksTable", month), TemplateTable("TemplatesTable")
    for account in (ACCOUNT, OTHER):
        for number in range(30):
            messages.add(message(account_id=account, message_id=identifiers.new_id(later(seconds=number))))
        bulks.add(Bulk(account, "0bulk00bulk00bul", NOW))
        templates.add(Template(account, "0template0templa", "spring", "Hello", NOW, NOW, text="Hi"))
    shelf = MailShelf(TABLES, month)
    shelf.forget(ACCOUNT)
    shelf.forget(ACCOUNT)
    for account, left in ((ACCOUNT, 0), (OTHER, 1)):
        assert len(messages.newest(account, before=None, limit=50)) == 30 * left
        assert (bulks.by_id(account, "0bulk00bulk00bul") is not None) == bool(left)
        assert templates.page(account, TemplateQuery(1, 25)).total == left
