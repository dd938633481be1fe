"""The mailbox of the local cloud: every mail that its SES accepted, as data for tests and as a page for people.

Mails are kept in memory, the newest `limit` of them. Reading one never fails: a mail is shown as far as it can
be understood, and its raw form is always there.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from functools import cached_property
from html.parser import HTMLParser
from itertools import count, islice
from pathlib import Path
from typing import Any

import jinja2

_SHOWN_ON_PAGE = 200
_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}\x00-\x20]+", re.IGNORECASE)
_AFTER_URL = ".,;:!?"
_TEMPLATE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
).get_template("mailbox_page.html")


class Mailbox:
    """The mails, newest first, each with an id that is never used again."""

    def __init__(self, limit: int = 5000) -> None:
        self._mails: deque[Mail] = deque(maxlen=limit)
        self._numbers = count(1)

    def add(self, raw: bytes, mail_from: str, recipients: list[str]) -> str:
        """Keep a mail with its envelope; the answer is its id."""
        mail = Mail(f"mail-{next(self._numbers)}", raw, mail_from, tuple(recipients))
        self._mails.appendleft(mail)
        return mail.id

    def clear(self) -> None:
        """Forget all mails."""
        self._mails.clear()

    def as_json(self, to: str = "") -> list[dict[str, Any]]:
        """All mails, newest first; with `to`, those that have it in an address of their To alone.

        `from`, `subject`, `text`, `html` and `raw` are strings ("" where a mail has none); `to`, `cc` and
        `reply_to` are lists of addresses as written (`Amy <amy@example.com>`); `headers` maps each header's name
        to its decoded value, a repeated header's values joined by a newline; lines in `text` and `html` end in a
        newline alone; `links` are the web addresses in the mail, each once, in their order; sizes are bytes after
        decoding; `raw` is the mail as UTF-8, or as Latin-1 where it isn't UTF-8.
        """
        return [mail.as_json() for mail in self._mails if mail.is_to(to)]

    def page(self) -> str:
        """The newest mails as one HTML page that works without JavaScript and loads nothing from elsewhere.

        Whatever a mail holds is escaped. Its HTML is shown in a frame without scripts, forms or an origin of
        its own, and the page's Content-Security-Policy, which the frame inherits, loads nothing.
        """
        shown = [mail.as_json() for mail in islice(self._mails, _SHOWN_ON_PAGE)]
        return _TEMPLATE.render(mails=shown, total=len(self._mails))


@dataclass(frozen=True)
class Mail:
    """One mail with its envelope, parsed when first looked at."""

    id: str
    raw: bytes
    mail_from: str
    recipients: tuple[str, ...]

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    def is_to(self, part: str) -> bool:
        """Whether an address of its To has that in it."""
        return not part or any(part in address for address in self._content["to"])

    def as_json(self) -> dict[str, Any]:
        return dict(self._content)

    @cached_property
    def _content(self) -> dict[str, Any]:
        text, html = self._body("plain"), self._body("html")
        content = {
            "id": self.id,
            "from": self._header("From"),
            "to": self._addresses("To"),
            "cc": self._addresses("Cc"),
            "reply_to": self._addresses("Reply-To"),
            "subject": self._header("Subject"),
            "text": text,
            "html": html,
            "links": _links(text, html),
            "headers": self._headers(),
            "attachments": list(self._attachments()),
            "envelope": {"mail_from": self.mail_from, "recipients": list(self.recipients)},
            "raw": _decoded(self.raw),
        }
        printable: dict[str, Any] = _printable(content)
        return printable

    def _body(self, subtype: str) -> str:
        part = self._body_part(subtype)
        return "" if part is None else _text_of(part).replace("\r\n", "\n")

    def _body_part(self, subtype: str) -> MIMEPart | None:
        try:
            return self.message.get_body((subtype,))
        except (MessageError, ValueError, AttributeError, KeyError):
            return None

    def _header(self, name: str) -> str:
        return _header_text(self.message, name)

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name in dict.fromkeys(self.message.keys()):
            spelled = next((known for known in headers if known.lower() == name.lower()), None)
            if spelled is None:
                headers[name] = "\n".join(_header_texts(self.message, name))
        return headers

    def _addresses(self, name: str) -> list[str]:
        found: list[str] = []
        for header in _parsed_headers(self.message, name):
            addresses = getattr(header, "addresses", ())
            found += [str(address) for address in addresses if address.addr_spec] or [str(header)]
        return found

    def _attachments(self) -> Iterator[dict[str, Any]]:
        bodies = (self._body_part("plain"), self._body_part("html"))
        for part in _leaves(self.message):
            if any(part is body for body in bodies):
                continue
            if part is self.message and part.get_content_maintype() == "text":
                continue
            yield {
                "filename": part.get_filename() or "",
                "content_type": part.get_content_type(),
                "size": len(_bytes_of(part)),
                "disposition": part.get_content_disposition() or "attachment",
            }


def _leaves(message: MIMEPart) -> Iterator[MIMEPart]:
    """The parts that hold content; a forwarded mail (message/rfc822) is one part, not its own parts."""
    if message.is_multipart() and message.get_content_maintype() != "message":
        for part in message.iter_parts():
            yield from _leaves(part)
    else:
        yield message


def _bytes_of(part: MIMEPart) -> bytes:
    if part.get_content_maintype() == "message" and part.is_multipart():
        try:
            return b"".join(inner.as_bytes() for inner in part.iter_parts())
        except (MessageError, LookupError, ValueError):  # what the parser took the generator may not write
            return b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text_of(part: MIMEPart) -> str:
    try:
        return str(part.get_content(errors="replace"))
    except (LookupError, ValueError, MessageError):
        return _decoded(_bytes_of(part))


def _parsed_headers(message: EmailMessage, name: str) -> list[Any]:
    try:
        return message.get_all(name, [])
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return [value for known, value in message.raw_items() if known.lower() == name.lower()]


def _header_texts(message: EmailMessage, name: str) -> list[str]:
    return [str(value) for value in _parsed_headers(message, name)]


def _header_text(message: EmailMessage, name: str) -> str:
    return next(iter(_header_texts(message, name)), "")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _printable(content: Any) -> Any:
    """The content with what can't be written as UTF-8 (bytes that a header smuggled in) shown as question marks."""
    match content:
        case str():
            return content.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_printable(key): _printable(value) for key, value in content.items()}
        case list():
            return [_printable(item) for item in content]
        case _:
            return content


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value.strip() for name, value in attrs if name == "href" and value]


def _links(text: str, html: str) -> list[str]:
    parser = _Hrefs()
    parser.feed(html)
    parser.close()
    hrefs = [href for href in parser.found if _URL.fullmatch(href)]
    return list(dict.fromkeys([*(_without_tail(url) for url in _URL.findall(text)), *hrefs]))


def _without_tail(url: str) -> str:
    """A URL in running text without the punctuation that follows it; a bracket stays if it was opened in the URL."""
    while url:
        closes = {")": "(", "]": "["}.get(url[-1])
        if url[-1] in _AFTER_URL or (closes is not None and url.count(url[-1]) > url.count(closes)):
            url = url[:-1]
        else:
            break
    return url
