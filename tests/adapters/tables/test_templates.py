"""The templates table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.templates.template import (
    Template,
    TemplateChangedError,
    TemplateNotFoundError,
    TemplateQuery,
)
from tests.fakes.message_world import NOW, later
from tests.fakes.sender_identities import ACCOUNT


@pytest.fixture
def table(tables):
    return TemplateTable("TemplatesTable")


def template(seconds: int = 0, **changes) -> Template:
    made_at = later(seconds=seconds)
    facts = {
        "name": "spring",
        "subject": "Hello {{ name }}",
        "text": "Hi",
        "created_at": made_at,
        "updated_at": made_at,
    }
    return Template(ACCOUNT, identifiers.new_id(made_at), **(facts | changes))


def test_a_template_is_read_as_it_was_stored(table):
    full = template(html="<p>ü</p>" * 30_000, tags=("a", "b"), domain_id="0domain00domain0")
    for made in (full, template(1)):
        table.add(made)
        assert table.by_id(ACCOUNT, made.template_id) == made
    assert table.by_id("0another0account", full.template_id) is None


def test_a_change_holds_only_if_nobody_was_quicker(table):
    made = template()
    table.add(made)
    changed = replace(made, name="summer", updated_at=later(seconds=5))
    table.change(made, changed)
    assert table.by_id(ACCOUNT, made.template_id) == changed
    with pytest.raises(TemplateChangedError):
        table.change(made, replace(made, name="autumn"))
    table.remove(ACCOUNT, made.template_id)
    with pytest.raises(TemplateNotFoundError):
        table.change(changed, replace(changed, name="winter"))


def test_what_is_gone_cannot_be_removed_again(table):
    made = template()
    table.add(made)
    table.remove(ACCOUNT, made.template_id)
    with pytest.raises(TemplateNotFoundError):
        table.remove(ACCOUNT, made.template_id)
    assert table.page(ACCOUNT, TemplateQuery(1, 25)).total == 0


def test_pages_come_newest_first_and_know_how_many_there_are(table):
    made = [template(n, domain_id="0domain00domain0" if n % 2 else None) for n in range(25)]
    for each in made:
        table.add(each)
        table.add(each)
    newest = list(reversed(made))
    first = table.page(ACCOUNT, TemplateQuery(1, 10))
    assert (list(first.templates), first.total) == (newest[:10], 25)
    assert list(table.page(ACCOUNT, TemplateQuery(2, 10)).templates) == newest[10:20]
    assert list(table.page(ACCOUNT, TemplateQuery(2, 10, newest[9].template_id)).templates) == newest[10:20]
    of_domain = table.page(ACCOUNT, TemplateQuery(2, 10, domain_id="0domain00domain0"))
    assert (list(of_domain.templates), of_domain.total) == (
        [each for each in newest if each.domain_id][10:],
        12,
    )


def test_the_count_is_no_template(table):
    table.add(template())
    assert table.by_id(ACCOUNT, "~count") is None
    assert table.page(ACCOUNT, TemplateQuery(1, 25)).templates[0].created_at >= NOW
