"""A mail whose files are elsewhere: they are fetched while it is taken, and with one that isn't there it isn't taken."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.messages import MessageTable
from letterhead.tokens.dialect import Dialect
from tests.adapters.outbound_http.conftest import answers, host
from tests.fakes.dialect_mails import body
from tests.fakes.email_calls import send, stored, suppress, to_leave

__all__ = ["host"]

PDF = answers("HTTP/1.1 200 OK\nContent-Type: application/pdf\nContent-Length: 4", b"%PDF")
GONE = answers("HTTP/1.1 404 Not Found\nContent-Length: 0")


@pytest.fixture
def function(contents, load):
    """In the local cloud, where loopback is open."""
    return load("email", ACCOUNT_ID="000000000000")


def mail(*files, **changes):
    return body(Dialect.SENDMAILOS) | {"attachments": list(files)} | changes


def url_of(one, path="/invoice%202026.pdf"):
    return f"http://127.0.0.1:{one.port}{path}"


def sent(function, agency, content, path=None):
    return send(function, agency, Dialect.SENDMAILOS, content, path)


def test_a_file_is_fetched_and_kept_with_the_message(function, agency, domain, host):
    one = host(PDF)
    inline = {"filename": "b.txt", "content": base64.b64encode(b"b").decode(), "cid": "b"}
    named = {"url": url_of(one), "filename": "rechnung.pdf", "contentType": "application/x-pdf"}
    answer = sent(function, agency, mail({"url": url_of(one)}, inline, named))
    assert answer.status == 202, answer.text
    (item,) = stored()
    table = MessageTable("MessagesTable", MessageContents("ContentsBucket"), timedelta(days=1))
    message = table.by_id(agency.account.account_id, item.message_id)
    assert [(each.filename, each.content, each.content_type) for each in message.draft.attachments] == [
        ("invoice 2026.pdf", b"%PDF", "application/pdf"),
        ("b.txt", b"b", "text/plain"),
        ("rechnung.pdf", b"%PDF", "application/x-pdf"),
    ]


def test_each_mail_of_several_has_the_file_and_it_is_fetched_once(function, agency, domain, host):
    one = host(PDF)
    people = ["a@reader.example", "gone@reader.example", "b@reader.example"]
    suppress(agency, "gone@reader.example")
    answer = sent(function, agency, mail({"url": url_of(one)}, to=people, type="marketing"))
    assert (answer.status, len(to_leave()), len(one.received)) == (202, 2, 1)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"url": "https://169.254.169.254/latest/"}, "attachments.1.url: The URL's host must have public"),
        ({"url": "https://a:b@files.example/"}, "attachments.1.url: The URL must not contain a user name"),
        ({"url": "FILE:///etc/passwd"}, "attachments.1.url: The URL must begin with https://"),
        ({"url": 7}, "attachments.1.url: The attachments.1.url must be a string."),
        ({"url": ""}, "attachments.1.url: The attachments.1.url must be a string."),
        ({"url": "https://files.example/", "content": "YQ=="}, "may not stand beside content"),
        ({"url": "https://files.example/", "filename": "a\r\nb"}, "attachments.1.filename: "),
        ({"url": "https://files.example/", "filename": 7}, "attachments.1.filename: "),
    ],
)
def test_what_can_be_said_at_once_is_said_before_anything_is_fetched(
    function, agency, domain, host, file, said
):
    one = host(PDF)
    answer = sent(function, agency, mail({"url": url_of(one)}, file))
    assert (answer.status, answer.json["code"]) == (400, "VALIDATION_ERROR")
    assert said in answer.json["error"]
    assert (stored(), one.received) == ([], [])


def test_six_attachments_are_one_too_many(function, agency, domain, host):
    one = host(PDF)
    answer = sent(function, agency, mail(*[{"url": url_of(one)}] * 6))
    assert (answer.status, "more than 5" in answer.json["error"], one.received) == (400, True, [])


def test_with_one_file_that_does_not_come_nothing_is_recorded(function, agency, domain, host):
    one, gone = host(PDF), host(GONE)
    answer = sent(function, agency, mail({"url": url_of(one)}, {"url": url_of(gone)}))
    assert (answer.status, answer.json["code"]) == (400, "VALIDATION_ERROR")
    said = "The attachments.1.url can't be used: its host answers with status 404."
    assert answer.json["error"] == f"attachments.1.url: {said}"
    assert stored() == []


def test_nothing_is_fetched_for_a_mail_that_may_not_go(function, agency, domain, host):
    one = host(PDF)
    for changes in ({"from_email": "a@stranger.example"}, {"to": "gone@reader.example"}):
        suppress(agency, "gone@reader.example")
        assert sent(function, agency, mail({"url": url_of(one)}, **changes)).status in {409, 422}
    assert (stored(), one.received) == ([], [])


def test_an_explanation_fetches_nothing_and_says_what_can_be_seen(function, agency, domain, host):
    one = host(PDF)
    fine = sent(function, agency, mail({"url": url_of(one)}), "/api/v1/send/explain").json["data"]
    assert (fine["can_send"], fine["errors"]) == (True, {})
    wrong = sent(function, agency, mail({"url": "https://10.0.0.1/"}), "/api/v1/send/explain").json["data"]
    assert (wrong["can_send"], list(wrong["errors"])) == (False, ["attachments.0.url"])
    assert one.received == []


def test_a_key_sends_one_mail_and_a_file_that_was_missing_may_be_there_at_the_next_try(
    function, agency, domain, host
):
    said = [PDF, GONE]

    def gone_at_first(connection):
        said.pop()(connection)

    one = host(gone_at_first)
    token = agency.token(Dialect.SENDMAILOS).text
    request = {"json": mail({"url": url_of(one)}), "headers": {"idempotency-key": "k1"}}
    answers_given = [function.call("POST", "/api/v1/send", token, **request) for _ in range(3)]
    assert [each.status for each in answers_given] == [400, 202, 202]
    assert answers_given[1].json == answers_given[2].json
    assert (len(stored()), len(one.received)) == (1, 2)


def test_other_services_have_no_such_word(function, agency, domain, host):
    one = host(PDF)
    file = {"filename": "a.pdf", "url": url_of(one)}
    answer = send(function, agency, Dialect.MAILERSEND, body(Dialect.MAILERSEND) | {"attachments": [file]})
    assert (answer.status, list(answer.json["errors"])) == (422, ["attachments.0.url"])
    assert one.received == []


def test_loopback_is_closed_everywhere_else(contents, load, agency, domain, host):
    one = host(PDF)
    deployed = load("email", ACCOUNT_ID="123456789012")
    answer = sent(deployed, agency, mail({"url": f"https://127.0.0.1:{one.port}/a"}))
    assert (answer.status, "attachments.0.url" in answer.json["error"], one.received) == (400, True, [])
