from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from letterhead.mail.confirmation_mail import ConfirmationFacts, MailTemplate, confirmation_mail
from letterhead.mail.frame import Appearance

URL = "https://mail.example/confirmations/abc-DEF_123"
FACTS = ConfirmationFacts(
    asker="Web Agency",
    name="Amy from Book Shelf",
    address="amy@bookshelf.com",
    domain="web-agency.com",
    url=URL,
    expires_at=datetime(2026, 11, 24, 14, 5, tzinfo=UTC),
)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> $url ${url} & more"


class Seen(HTMLParser):
    """What a mail program finds: tags with their attributes, and the text outside of style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags = []
        self.text = ""
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        if not self._in_style:
            self.text += data

    def attributes(self, name):
        return [attributes[name] for _, attributes in self.tags if name in attributes]


@pytest.mark.parametrize(
    "fact", ["Web Agency", "Amy from Book Shelf", "amy@bookshelf.com", "web-agency.com", URL]
)
def test_text_and_html_tell_who_asks_for_what_and_where_to_answer(fact):
    content = confirmation_mail(FACTS)
    assert fact in content.text
    assert fact in Seen(content.html).text


def test_both_say_until_when():
    content = confirmation_mail(FACTS)
    for text in (content.text, Seen(content.html).text):
        assert "Tuesday, 24 November 2026, 14:05 UTC" in text


def test_the_subject_names_who_asks_and_the_address():
    assert (
        confirmation_mail(FACTS).subject == "Please confirm: may Web Agency send mail as amy@bookshelf.com?"
    )


def test_a_note_keeps_its_lines_and_is_absent_when_there_is_none():
    content = confirmation_mail(replace(FACTS, note="Hi Amy,\nplease confirm."))
    assert "> Hi Amy,\n> please confirm." in content.text
    assert "Hi Amy,<br>\nplease confirm." in content.html
    assert "A note from" not in confirmation_mail(FACTS).text + confirmation_mail(FACTS).html


@pytest.mark.parametrize("field", ["asker", "name", "address", "domain", "note"])
def test_no_text_becomes_markup_or_a_placeholder(field):
    content = confirmation_mail(replace(FACTS, **{field: HOSTILE}))
    seen = Seen(content.html)
    assert HOSTILE in seen.text
    assert HOSTILE in content.text
    assert {tag for tag, _ in seen.tags} <= {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "p", "strong", "br", "a",
    }  # fmt: skip
    assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)


def test_the_only_links_are_to_the_page_and_nothing_is_loaded_from_elsewhere():
    content = confirmation_mail(replace(FACTS, note="see https://evil.example"))
    seen = Seen(content.html)
    assert set(seen.attributes("href")) == {URL}
    assert seen.attributes("src") == []
    assert not re.search(r"url\(|@import", content.html)


def test_it_reads_on_a_phone_and_in_the_dark():
    seen = Seen(confirmation_mail(FACTS).html)
    metas = {
        attributes.get("name"): attributes.get("content") for tag, attributes in seen.tags if tag == "meta"
    }
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    assert "prefers-color-scheme: dark" in confirmation_mail(FACTS).html


OWN = MailTemplate(
    subject="{{ asker }} for {{ name }}",
    text="Dear {{ name }} at {{ address }}, by {{ domain }} until {{ until }}: {{ note }}\n{{ link }}",
    html='<h1>Dear {{ name }}</h1><p>{{ note }}</p><a href="{{ link }}">Go</a>{{ button }}',
    appearance=Appearance("https://web-agency.com/logo.png", "#00aa55", "#fefefe", "Go on"),
)


def test_an_accounts_own_words_are_filled():
    content = confirmation_mail(replace(FACTS, note="Hi"), OWN)
    assert content.subject == "Web Agency for Amy from Book Shelf"
    assert content.text.startswith(
        "Dear Amy from Book Shelf at amy@bookshelf.com, by web-agency.com until Tuesday"
    )
    assert f": Hi\n{URL}\n" in content.text
    assert "<h1>Dear Amy from Book Shelf</h1><p>Hi</p>" in content.html


@pytest.mark.parametrize(
    "fact", ["Web Agency", "amy@bookshelf.com", "web-agency.com", "24 November 2026", "button to say no"]
)
def test_own_words_take_nothing_away_of_what_the_person_must_know(fact):
    content = confirmation_mail(FACTS, MailTemplate(text="Hi\n{{ link }}", html="{{ button }}"))
    assert fact in content.text
    assert fact in Seen(content.html).text


@pytest.mark.parametrize("field", ["asker", "name", "address", "domain", "note"])
def test_no_text_becomes_markup_or_a_place_in_own_words_either(field):
    hostile = f"{HOSTILE} {{{{ link }}}}"
    content = confirmation_mail(replace(FACTS, **{field: hostile}), OWN)
    seen = Seen(content.html)
    assert hostile in seen.text
    assert "<script" not in content.html
    assert [tag for tag, _ in seen.tags].count("img") == 1
    assert set(seen.attributes("href")) == {URL}


def test_nothing_is_loaded_but_the_logo():
    seen = Seen(confirmation_mail(FACTS, OWN).html)
    assert seen.attributes("src") == ["https://web-agency.com/logo.png"]
    assert set(seen.attributes("href")) == {URL}
