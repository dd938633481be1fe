"""The mailbox page: readable, and safe whatever a mail holds."""

from __future__ import annotations

from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from local.mailbox import Mailbox

EVIL = "</pre></iframe></script>\"'><script>alert(1)</script><img src=x onerror=alert(2)>"


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.all = []
        self.text = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.all if name == tag]


def page_of(raw, mail_from="bounce@mail.agency.com", recipients=("amy@client.com",)):
    mailbox = Mailbox()
    mailbox.add(raw, mail_from, list(recipients))
    return Elements(mailbox.page())


def evil_mail():
    message = EmailMessage()
    message["From"] = f'"{EVIL.replace(chr(34), "")}" <a@b.com>'
    message["To"] = "amy@client.com"
    message["Subject"] = EVIL
    message["X-Evil"] = EVIL
    message.set_content(EVIL + " https://a.com/'\"><script>alert(3)</script>")
    message.add_alternative(
        f"<p>{EVIL}</p><form action=https://evil.com><button>x</button></form>", subtype="html"
    )
    message.add_attachment(b"x", maintype="text", subtype="html", filename=EVIL)
    return message.as_bytes()


def test_a_mail_is_readable_on_the_page():
    message = EmailMessage()
    message["From"] = "Agency <hello@agency.com>"
    message["To"] = "amy@client.com"
    message["Subject"] = "Please confirm"
    message.set_content("Open https://agency.com/c/1 soon")
    message.add_alternative("<p>Hello <b>Amy</b></p>", subtype="html")

    page = page_of(message.as_bytes())

    text = "".join(page.text)
    for shown in (
        "Please confirm",
        "Agency <hello@agency.com>",
        "Open https://agency.com/c/1 soon",
        "amy@client.com",
    ):
        assert shown in text
    assert page.named("iframe")[0]["srcdoc"] == "<base target=_blank><p>Hello <b>Amy</b></p>\n"
    assert {"href": "https://agency.com/c/1", "target": "_blank", "rel": "noopener noreferrer"} in page.named(
        "a"
    )


def test_a_mail_cannot_put_anything_into_the_page():
    harmless = {(tag, name) for tag, attributes in page_of(b"\n\n").all for name in attributes}
    evil = page_of(evil_mail(), f"{EVIL}@x.com", [f"{EVIL}@y.com"])

    assert evil.named("script") == []
    assert evil.named("img") == []
    assert evil.named("form") == []
    added = {(tag, name) for tag, attributes in evil.all for name in attributes} - harmless
    assert {tag for tag, _ in added} <= {"iframe", "a"}
    assert not any(name.startswith("on") for _, attributes in evil.all for name in attributes)


def test_html_is_shown_in_a_frame_that_can_do_nothing():
    (frame,) = page_of(evil_mail()).named("iframe")

    assert set(frame["sandbox"].split()) == {"allow-popups", "allow-popups-to-escape-sandbox"}
    assert "src" not in frame


def test_the_page_loads_nothing_and_runs_nothing():
    (policy,) = [
        attributes["content"]
        for attributes in page_of(evil_mail()).named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == "data:"
    assert directives["form-action"] == "'none'"
    assert "script-src" not in directives


def test_the_page_itself_links_to_web_addresses_only():
    message = EmailMessage()
    message.set_content(
        '<a href="javascript:alert(1)">x</a> <a href="data:text/html,x">y</a>', subtype="html"
    )

    assert [link["href"] for link in page_of(message.as_bytes()).named("a")] == [""]


@pytest.mark.parametrize(
    ("count", "said"), [(0, "No mail yet."), (1, "1 mail,"), (3, "3 mails,"), (230, "200 of 230")]
)
def test_the_page_says_how_many_mails_there_are(count, said):
    mailbox = Mailbox()
    for _ in range(count):
        mailbox.add(b"Subject: s\n\nt", "a@a.com", ["b@b.com"])

    page = Elements(mailbox.page())

    assert said in "".join(page.text)
    assert len([mail for mail in page.named("details") if mail.get("class") == "mail"]) == min(count, 200)
