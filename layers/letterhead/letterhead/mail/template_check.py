"""Whether an account's own mail template can be used: asked when it is saved, so that no mail fails later.

An account's HTML is the content of the frame's column. What a cleaner takes out of it is refused and named, never left out
silently; what is kept is the cleaner's output, so that a place can only stand in text or be the whole target of a link.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Protocol

from letterhead.mail.placeholders import HTML_PLACES, SUBJECT_PLACES, TEXT_PLACES, Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FRAME_TAGS = frozenset({"<html>", "<head>", "<body>", "<meta>", "<title>", "<!doctype>"})


class TemplateError(ValueError):
    """A template can't be used; the text is for its author and says what to change."""


class HtmlCleaner(Protocol):
    """What it takes a library to know about HTML."""

    def clean(self, html: str) -> str:
        """The part of a fragment that neither runs, loads nor hides anything, written out canonically."""


def check_subject(subject: str) -> str:
    """The subject; raises `TemplateError`."""
    _check_places(subject, SUBJECT_PLACES)
    return subject


def check_text(text: str) -> str:
    """The text; raises `TemplateError`."""
    if "link" not in _check_places(text, TEXT_PLACES):
        raise TemplateError("must contain {{ link }}")
    _check_links_stand_alone(text.splitlines())
    return text


def check_html(html: str, cleaner: HtmlCleaner) -> str:
    """The HTML as it is to be kept; raises `TemplateError`."""
    kept = cleaner.clean(html)
    given, left = _Elements(html), _Elements(kept)
    if lost := _lost(given, left):
        if lost[0] in _FRAME_TAGS:
            raise TemplateError("must be the content of the mail's body, without a document around it")
        raise TemplateError(f"can't have {', '.join(lost[:5])}")
    if any("{{" in value for value in given.other_values + left.other_values + _not_the_link(left.targets)):
        raise TemplateError(
            "can't have a placeholder inside a tag, except {{ link }} as the whole of a link's href"
        )
    names = _check_places(kept, HTML_PLACES)
    if "link" not in names and "button" not in names:
        raise TemplateError("must contain {{ button }} or {{ link }}")
    _check_links_stand_alone(left.targets + left.texts)
    for target, text in left.linked:
        _check_not_inside(target, text)
    return kept


def _check_places(text: str, known: Sequence[str]) -> tuple[str, ...]:
    places = Places(text)
    if not places.are_whole:
        raise TemplateError("has a {{ that begins no placeholder")
    if unknown := [name for name in places.names if name not in known]:
        usable = ", ".join(known)
        raise TemplateError(f"has the unknown placeholder {{{{ {unknown[0]} }}}}; known are {usable}")
    return places.names


def _check_links_stand_alone(parts: Iterable[str]) -> None:
    # Inside another address the link would be handed to whoever that address belongs to.
    for part in parts:
        if "link" in Places(part).names and not Places(part).is_link_alone:
            raise TemplateError(
                "must have {{ link }} on its own: a whole line of the text, a whole element or href of the html"
            )


def _not_the_link(targets: Iterable[str]) -> list[str]:
    return [target for target in targets if "link" not in Places(target).names]


def _check_not_inside(target: str, text: str) -> None:
    # What is read as the way to the page would lead elsewhere.
    names = Places(text).names
    if "button" in names or ("link" in names and not Places(target).is_link_alone):
        raise TemplateError("can't have {{ link }} or {{ button }} inside another link")


class _Elements(HTMLParser):
    """The tags of a fragment, their attributes and their style's properties, each as often as it is there.

    `linked` are the texts inside links, each with the link's target.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.targets: list[str] = []
        self.other_values: list[str] = []
        self.texts: list[str] = []
        self.linked: list[tuple[str, str]] = []
        self._target: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"<{tag}>")
        if tag == "a":
            self._target = dict(attrs).get("href") or ""
        for name, value in attrs:
            self.found.append(_named(tag, name, value or ""))
            (self.targets if name == "href" else self.other_values).append(value or "")
            if name == "style":
                self.found += [f"the style {each}" for each in _properties(value or "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._target = None

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._target is not None:
            self.linked.append((self._target, data))

    def handle_decl(self, decl: str) -> None:
        self.found.append("<!doctype>")


def _named(tag: str, name: str, value: str) -> str:
    return f"a link to {value[:60]}" if name == "href" else f"{name} on <{tag}>"


def _properties(style: str) -> Iterable[str]:
    return (part.partition(":")[0].strip().lower() for part in style.split(";") if part.strip())


def _lost(given: _Elements, left: _Elements) -> list[str]:
    """What isn't left, tags before attributes, in the order of the fragment."""
    remaining = list(left.found)
    lost = []
    for each in given.found:
        if each in remaining:
            remaining.remove(each)
        elif each not in lost:
            lost.append(each)
    tags = [each for each in lost if each.startswith("<")]
    return tags or lost
