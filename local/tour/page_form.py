"""The form behind a button of an HTML page: what a browser would send when somebody presses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass
class Form:
    """One form: where it goes, its fields, and its buttons as (text, name, value)."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str | None, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Pressed:
    """What pressing a button sends: the absolute URL and the form's fields."""

    url: str
    fields: dict[str, str]


def press(page: str, page_url: str, button: str) -> Pressed | None:
    """What a browser at `page_url` sends when the POST button whose text matches `button` is pressed; None if
    the page has no such button."""
    for form in _forms(page):
        for text, name, value in form.buttons:
            if form.method == "post" and re.search(button, text, re.IGNORECASE):
                chosen = {name: value} if name else {}
                return Pressed(urljoin(page_url, form.action), form.fields | chosen)
    return None


def _forms(page: str) -> list[Form]:
    reader = _FormReader()
    reader.feed(page)
    reader.close()
    return reader.forms


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._button: tuple[str | None, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and given.get("type", "").lower() == "submit":
            self._open.buttons.append((given.get("value", ""), given.get("name"), given.get("value", "")))
        elif tag == "input" and given.get("name"):
            self._open.fields[given["name"]] = given.get("value", "")
        elif tag == "button" and given.get("type", "submit").lower() == "submit":
            self._button, self._text = (given.get("name"), given.get("value", "")), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._open is not None and self._button is not None:
            self._open.buttons.append((" ".join(self._text.split()), *self._button))
            self._button = None
        elif tag == "form":
            self._open = None
