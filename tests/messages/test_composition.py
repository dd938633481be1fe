"""Mails parsed back as a receiver would (RFC 5322, RFC 2045)."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from letterhead.messages.composition import compose
from letterhead.messages.draft import Attachment
from tests.fakes.message_world import NOW, draft, mailbox, message


def parsed(**changes):
    message_changes = {
        name: changes.pop(name) for name in ("from_name", "reply_to", "unsubscribe_url") if name in changes
    }
    raw = compose(message(draft=draft(**changes), **message_changes), NOW)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()
    return message_from_bytes(raw, policy=policy.default)


TEXTS = [
    "Hello", "Grüße aus Köln", "日本語の件名", "=?utf-8?q?not_encoded?=", "x" * 998, "ü" * 400, 'a "quoted" \\ text',
    "emoji 🎉 and \t tab", "trailing space ",
]  # fmt: skip


@pytest.mark.parametrize("subject", TEXTS)
def test_a_subject_is_read_back_as_it_was_written(subject):
    assert parsed(subject=subject)["subject"].rstrip() == subject.rstrip()


@pytest.mark.parametrize(
    "name", ["Amy", "Ämy", 'The "Shop", Ltd.', "日本", "a@b.example", "=?utf-8?b?eA==?="]
)
def test_names_are_read_back_as_they_were_written(name):
    mail = parsed(
        from_name=name, to=(mailbox("r@reader.example", name),), reply_to=mailbox("x@y.example", name)
    )
    assert mail["from"].addresses[0].display_name == name
    assert mail["to"].addresses[0].display_name == name
    assert mail["reply-to"].addresses[0].display_name == name


def test_fifty_recipients_stand_in_lines_that_servers_take():
    boxes = tuple(
        mailbox(f"recipient-number-{number}@reader.example", "Ünïque " * 10) for number in range(40)
    )
    mail = parsed(to=boxes, cc=(mailbox("c@reader.example"),))
    assert len(mail["to"].addresses) == 40
    assert [each.addr_spec for each in mail["cc"].addresses] == ["c@reader.example"]


def test_blind_copies_stand_nowhere():
    raw = compose(message(draft=draft(bcc=(mailbox("secret@reader.example"),))), NOW)
    assert b"secret@" not in raw


def test_text_and_html_are_alternatives_and_say_what_was_given():
    mail = parsed(text="Grüße\n" + "y" * 2_000, html="<p>Grüße</p>")
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content().split() == ["Grüße", "y" * 2_000]
    assert mail.get_body(("html",)).get_content().strip() == "<p>Grüße</p>"


ODD_TEXTS = [
    "", "\n", ".", "a\n.\n.b", "ends with a space \nand a tab\t", "a=b =_letterhead\n--=_letterhead\n--=_letterhead--",
    "x" * 5_000, "ü" * 300 + " " * 100 + "\r\nmixed\rends\n", "=3D=\n=",
    "From me\n\n\nlast", "\x00\x0b\x0c\x1c\x85\u2028", "🎉" * 40,
]  # fmt: skip


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_are_read_back_as_they_were_written(text):
    wanted = text.encode().splitlines()
    assert parsed(text=text, html=None).get_payload(decode=True).splitlines() == (wanted or [b""])
    both = parsed(text=text or "x", html=f"<p>{text}</p>")
    html = both.get_body(("html",)).get_payload(decode=True)
    assert html.splitlines() == f"<p>{text}</p>".encode().splitlines()
    assert len(list(both.walk())) == 3


@pytest.mark.parametrize(
    ("text", "html", "kind"), [("a", None, "text/plain"), (None, "<p>a</p>", "text/html")]
)
def test_one_body_alone_is_the_mail(text, html, kind):
    assert parsed(text=text, html=html).get_content_type() == kind


@pytest.mark.parametrize(
    "filename",
    ["report.pdf", "Bericht für März.pdf", 'odd "name"; x.txt', "日本.txt", "a/b\\c.txt", "x" * 200 + ".bin"],
)
def test_files_keep_their_names_and_octets(filename):
    content = bytes(range(256)) * 20
    file = next(parsed(attachments=(Attachment(filename, content, "application/pdf"),)).iter_attachments())
    assert file.get_filename() == filename
    assert file.get_content_disposition() == "attachment"
    assert file.get_payload(decode=True) == content


def test_an_inline_file_stands_beside_the_html_that_names_it():
    logo = Attachment("logo.png", b"\x89PNG", "image/png", inline=True, content_id="logo")
    mail = parsed(html='<img src="cid:logo">', attachments=(logo, Attachment("a.txt", b"x", "text/plain")))
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "text/plain",
    ]  # fmt: skip
    inline = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert inline["content-id"] == "<logo>"


@pytest.mark.parametrize(
    "kind",
    [
        "message/rfc822",
        "multipart/mixed",
        "nonsense",
        "text/plain; x=y\r\nEvil: 1",
        "",
        "a" * 5000 + "/b",
        "a/" + "b" * 5000,
        "a/b" + "ü",
    ],
)
def test_a_media_type_that_would_change_the_mail_is_not_taken_over(kind):
    file = next(parsed(attachments=(Attachment("a", b"x", kind),)).iter_attachments())
    assert file.get_content_type() in ("application/octet-stream", "text/plain")
    assert "evil" not in file


def test_marketing_carries_the_one_click_headers_of_rfc_8058():
    mail = parsed(unsubscribe_url="https://app.example/unsubscribe/abc")
    assert mail["list-unsubscribe"] == "<https://app.example/unsubscribe/abc>"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


LONG = "x" * 995


@pytest.mark.parametrize(
    ("changes", "header", "value"),
    [
        ({"headers": (("X-Of-A-Long-Name", LONG),)}, "x-of-a-long-name", LONG),
        ({"in_reply_to": f"<{LONG[4:]}@b>"}, "in-reply-to", f"<{LONG[4:]}@b>"),
        ({"list_unsubscribe": f"<https://{LONG[10:]}>"}, "list-unsubscribe", f"<https://{LONG[10:]}>"),
    ],
)
def test_no_header_makes_a_line_longer_than_servers_take(changes, header, value):
    assert parsed(**changes)[header].strip() == value


def test_bare_ids_and_a_bare_address_to_unsubscribe_get_the_brackets_that_headers_want():
    """RFC 5322 section 3.6.4, RFC 2369 section 2."""
    mail = parsed(
        in_reply_to="a@b", references=("c@d", "<e@f>", "no id"), list_unsubscribe="https://x.example/u"
    )
    assert mail["in-reply-to"] == "<a@b>"
    assert mail["references"].split() == ["<c@d>", "<e@f>", "no", "id"]
    assert mail["list-unsubscribe"] == "<https://x.example/u>"


def test_threads_bulk_and_own_headers_are_carried():
    mail = parsed(
        in_reply_to="<a@b>", references=("<a@b>", "<c@d>"), bulk=True, headers=(("X-Campaign", "spring"),),
        list_unsubscribe="<mailto:u@b.example>",
    )  # fmt: skip
    assert mail["in-reply-to"] == "<a@b>"
    assert mail["references"].split() == ["<a@b>", "<c@d>"]
    assert mail["precedence"] == "bulk"
    assert mail["x-campaign"] == "spring"
    assert mail["list-unsubscribe"] == "<mailto:u@b.example>"
    assert mail["list-unsubscribe-post"] is None
