"""Files that a mail names by where they are, and the hosts that don't mean well."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc

import pytest

from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.messages import linked_files
from letterhead.messages.draft import Attachment, UploadedFile
from letterhead.messages.linked_files import FilesNotFetchedError, LinkedFiles, name_in
from letterhead.messages.uploads import LARGEST_FILES
from letterhead.outbound.rules import Rules
from tests.adapters.outbound_http.conftest import (
    NAME,
    answers,
    authority,
    authority_file,
    host,
    named,
    world,
)

__all__ = ["authority", "authority_file", "host", "named", "world"]

MB = 1024 * 1024
PDF = answers("HTTP/1.1 200 OK\nContent-Type: application/pdf\nContent-Length: 4", b"%PDF")


def linked(*urls: str) -> list[Attachment]:
    return [Attachment("a.bin", b"", "", url=url) for url in urls]


def file_of(length: int):
    return answers(f"HTTP/1.1 200 OK\nContent-Length: {length}", b"x" * length)


@pytest.fixture
def files(world) -> LinkedFiles:
    """As in the local cloud: loopback is open."""
    return LinkedFiles(GuardedHttp(world.lookup(), Rules(emulated=True)))


@pytest.fixture
def outside(world) -> LinkedFiles:
    """As anywhere else."""
    return LinkedFiles(GuardedHttp(world.lookup(), Rules()))


def refusal(files: LinkedFiles, *urls: str) -> str:
    """What is said of the last of these files; the others are fine."""
    with pytest.raises(FilesNotFetchedError) as refused:
        files.fetched(linked(*urls))
    ((field, (sentence,)),) = refused.value.fields.items()
    assert field in (f"attachments.{len(urls) - 1}.url", "attachments")
    return sentence


def test_a_file_has_the_content_and_the_type_of_the_answer_and_its_own_place(files, host):
    one = host(PDF)
    inline = Attachment("b.txt", b"b", "text/plain", inline=True, content_id="b")
    own_type = Attachment("a.bin", b"", "image/png", url=f"http://127.0.0.1:{one.port}/a?b=c")
    found = files.fetched([inline, *linked(f"http://127.0.0.1:{one.port}/a.pdf"), own_type])

    assert [(each.content, each.content_type, each.url) for each in found] == [
        (b"b", "text/plain", None),
        (b"%PDF", "application/pdf", None),
        (b"%PDF", "image/png", None),
    ]
    assert found[0] == inline


def test_a_host_is_told_nothing_of_who_asks_or_for_whom(files, host):
    one = host(PDF)
    files.fetched(linked(f"http://127.0.0.1:{one.port}/a.pdf"))
    names = {line.partition(b":")[0].lower() for line in one.received[0].strip().split(b"\r\n")[1:]}
    assert names == {b"host", b"connection", b"accept-encoding", b"accept", b"user-agent"}


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "https://[fd00:ec2::254]/latest/meta-data/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://printer.local/",
        "https://user:pass@files.example/",
        "https://files.example:22/",
        "http://files.example/a.pdf",
        "FILE:///etc/passwd",
        "ftp://files.example/a",
        "data:text/plain,x",
        "//files.example/a",
        "a.pdf",
        "https://files.example/a b",
        "https://files.example\\@evil.example/",
        "https://files.example/\r\nX-Injected: 1",
    ],
)
def test_what_is_no_public_https_url_is_never_asked_for(outside, url):
    assert "The attachments.0.url can't be used: The URL" in refusal(outside, url)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["169.254.169.254"], ["192.0.2.1", "10.1.2.3"], ["::1"], ["fd00:ec2::254"]]
)
def test_a_name_that_leads_inside_gets_no_connection(outside, named, addresses):
    named(addresses)
    assert "public addresses only" in refusal(outside, f"https://{NAME}/a.pdf")


def test_a_name_that_changes_its_address_is_asked_where_it_was_checked(files, named, host):
    one = host(PDF)
    two = host(answers("HTTP/1.1 200 OK", b"secret"), address="127.0.0.2", port=one.port)
    named(["127.0.0.1"], ["127.0.0.2"])
    (found,) = files.fetched(linked(f"http://{NAME}:{one.port}/a.pdf"))
    assert (found.content, two.received) == (b"%PDF", [])


@pytest.mark.parametrize(
    "to",
    ["http://169.254.169.254/", "https://10.0.0.1/", "http://files.example/", "https://[::1]/", "FILE:///x"],
)
def test_a_redirect_is_followed_no_further_than_a_url_may_lead(world, host, to):
    """The first host is on a network that the operator named; where it leads to isn't."""
    one = host(answers(f"HTTP/1.1 302 Found\nLocation: {to}\nContent-Length: 0"))

    class Outside(GuardedHttp):
        """Loopback is open for the first request only."""

        def get(self, url, **rest):
            first = url.startswith("http://127.0.0.1")
            return GuardedHttp(world.lookup(), Rules(emulated=first)).get(url, **rest)

    files = LinkedFiles(Outside(world.lookup(), Rules()))
    assert "The URL" in refusal(files, f"http://127.0.0.1:{one.port}/a.pdf")


def test_redirects_are_followed_three_times(files, host):
    target = host(PDF)
    hop = f"http://127.0.0.1:{target.port}/b#part"
    for status in ("301 Moved", "307 Temporary", "308 Permanent"):
        one = host(answers(f"HTTP/1.1 {status}\nLocation: {hop}\nContent-Length: 0"))
        hop = f"http://127.0.0.1:{one.port}/"
    (found,) = files.fetched(linked(hop))
    assert (found.content, target.received[0][:12]) == (b"%PDF", b"GET /b HTTP/")
    again = host(answers(f"HTTP/1.1 302 Found\nLocation: {hop}\nContent-Length: 0"))
    assert "redirects more than 3 times" in refusal(files, f"http://127.0.0.1:{again.port}/")


def endless(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def cut_short(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 999)


COMPRESSED = gzip.compress(b"0" * (8 * MB))
FAULTS = {
    "absent": (answers("HTTP/1.1 404 Not Found\nContent-Length: 0"), "answers with status 404"),
    "empty by its status": (answers("HTTP/1.1 204 No Content"), "answers with status 204"),
    "a part": (answers("HTTP/1.1 206 Partial\nContent-Length: 1", b"x"), "answers with status 206"),
    "secret": (answers("HTTP/1.1 401 Who\nContent-Length: 0"), "answers with status 401"),
    "a redirect to nowhere": (answers("HTTP/1.1 302 Found\nContent-Length: 0"), "answers with status 302"),
    "too large": (file_of(5 * MB + 1), "more than 5 MB"),
    "endless": (endless, "more than 5 MB"),
    "cut short": (cut_short, "ended before the file did"),
    "cut short in chunks": (
        answers("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"5\r\nhal"),
        "connection ended|no usable HTTP answer",
    ),
    "no HTTP": (answers("SSH-2.0-OpenSSH_9.6"), "no usable HTTP answer"),
    "silence": (lambda _: None, "connection ended"),
    "a bomb": (
        answers(f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(COMPRESSED)}", COMPRESSED),
        "compressed",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_come_whole_is_named_beside_its_place(files, host, name):
    script, said = FAULTS[name]
    one, fine = host(script), host(PDF)
    sentence = refusal(files, f"http://127.0.0.1:{fine.port}/", f"http://127.0.0.1:{one.port}/")
    assert any(each in sentence for each in said.split("|")), sentence


def test_an_endless_file_takes_no_more_memory_than_a_file_may(files, host):
    one = host(endless)
    tracemalloc.start()
    refusal(files, f"http://127.0.0.1:{one.port}/")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25 * MB


def test_all_files_have_one_time_together_however_they_come(files, host, monkeypatch):
    monkeypatch.setattr(linked_files, "SECONDS", 0.6)

    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in itertools.repeat(None):
            connection.sendall(b"x")
            time.sleep(0.05)

    slow = [host(drip) for _ in range(4)]
    late = host(lambda connection: (time.sleep(0.4), answers(back)(connection)))
    back = f"HTTP/1.1 302 Found\nLocation: http://127.0.0.1:{late.port}/\nContent-Length: 0"
    start = time.monotonic()
    with pytest.raises(FilesNotFetchedError) as refused:
        files.fetched(linked(*(f"http://127.0.0.1:{one.port}/" for one in [*slow, late])))
    assert time.monotonic() - start < 3
    assert len(refused.value.fields) == 5
    assert all("didn't come within 0.6 seconds" in words[0] for words in refused.value.fields.values())


def test_seven_megabytes_is_what_files_have_together(files, host):
    one = host(file_of(7 * MB // 2))
    url = f"http://127.0.0.1:{one.port}/"
    assert len(files.fetched(linked(url, url))) == 2
    beside = Attachment("b", b"x", "text/plain")
    with pytest.raises(FilesNotFetchedError) as refused:
        files.fetched([*linked(url, url), beside])
    assert refused.value.fields == {
        "attachments": ("The attachments may have 7 MB together where some are fetched.",)
    }
    uploaded = Attachment("c", b"", "text/plain", upload=UploadedFile("u", LARGEST_FILES - 7 * MB + 1))
    with pytest.raises(FilesNotFetchedError) as refused:
        files.fetched([*linked(url, url), uploaded])
    assert "25 MB together" in refused.value.fields["attachments"][0]


@pytest.mark.parametrize(
    ("answered", "filename", "expected"),
    [
        ("application/pdf", "a.txt", "application/pdf"),
        ("Text/CSV; charset=utf-16; name=x", "a", "text/csv"),
        ("binary/octet-stream", "a.png", "image/png"),
        (None, "a.png", "image/png"),
        (None, "a", "application/octet-stream"),
        ("multipart/mixed; boundary=x", "a.png", "image/png"),
        ("message/rfc822", "a", "application/octet-stream"),
        ("text/html, text/plain", "a.html", "text/html"),
        ("nonsense", "a", "application/octet-stream"),
        (f"text/{'x' * 200}", "a", "application/octet-stream"),
        ("téxt/plain", "a", "application/octet-stream"),
    ],
)
def test_the_answers_word_for_the_type_is_taken_where_it_is_one(files, host, answered, filename, expected):
    head = "HTTP/1.1 200 OK\nContent-Length: 1" + (f"\nContent-Type: {answered}" if answered else "")
    one = host(answers(head, b"x"))
    file = Attachment(filename, b"", "", url=f"http://127.0.0.1:{one.port}/")
    assert files.fetched([file])[0].content_type == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://files.example/2026/report%20final.pdf?x=/y.exe#z", "report final.pdf"),
        ("https://files.example/%E4%BE%8B.pdf", "例.pdf"),
        ("https://files.example/a/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://files.example/..%5Cevil.exe", "evil.exe"),
        ("https://files.example/a%0D%0AX-A:%20b", "aX-A b"),
        ("https://files.example/%00", "attachment"),
        ("https://files.example/...", "attachment"),
        ("https://files.example/", "attachment"),
        ("https://files.example/%e2%80%aefdp.exe", "fdp.exe"),
        ("https://[files/a", "attachment"),
        ("https://files.example/" + "n" * 500 + ".pdf", "n" * 146 + ".pdf"),
    ],
)
def test_a_nameless_file_is_called_as_its_url_ends(url, name):
    assert name_in(url) == name
