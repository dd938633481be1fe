"""Requests to hosts that mean well, are broken, or mean harm."""

from __future__ import annotations

import socket
import ssl
import threading

import pytest
import trustme

from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.outbound.exchange import Cause, Deadlines, UnreachableError
from letterhead.outbound.rules import NotAllowedError, Reason, Rules
from tests.adapters.outbound_http.conftest import LOCAL, NAME, answers
from tests.conftest import BeyondThisMachineError

OK = answers("HTTP/1.1 200 OK\nContent-Length: 4", b"fine")
SOON = Deadlines(connect=1.0, whole=1.0)
METADATA = "169.254.169.254"


def server_tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


# --- hosts that mean well ---------------------------------------------------------------------------------------------


def test_a_post_reaches_the_checked_address_with_the_hosts_own_name(http, host, named, authority):
    one = host(OK, server_tls(authority.issue_cert(NAME)))
    named(["127.0.0.1"])

    answer = http.post(
        f"https://{NAME}:{one.port}/in?a=b", headers={"Content-Type": "application/json"}, body=b'{"a": 1}'
    )

    assert (answer.status, answer.first_bytes, answer.cut) == (200, b"fine", False)
    assert 0 < answer.seconds < 5
    assert one.names == [NAME]
    head, _, body = one.received[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in?a=b HTTP/1.1"
    assert f"Host: {NAME}:{one.port}" in lines
    assert "Content-Type: application/json" in lines
    assert "Accept-Encoding: identity" in lines
    assert body == b'{"a": 1}'


def test_a_get_has_no_body(http, host):
    one = host(OK)

    assert http.get(f"http://localhost:{one.port}/").first_bytes == b"fine"
    assert one.received[0].endswith(b"\r\n\r\n")
    assert b"ontent-Length" not in one.received[0]


def test_headers_of_the_connection_are_ours(http, host):
    one = host(OK)
    headers = {
        "host": "bank.example",
        "Transfer-Encoding": "chunked",
        "connection": "keep-alive",
        "X-Own": "1",
    }

    http.post(f"http://127.0.0.1:{one.port}/", headers=headers, body=b"x")

    assert b"bank.example" not in one.received[0]
    assert b"chunked" not in one.received[0]
    assert b"keep-alive" not in one.received[0]
    assert b"X-Own: 1" in one.received[0]


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\rb"])
def test_a_header_with_a_line_break_is_never_sent(http, host, value):
    one = host(OK)

    with pytest.raises(ValueError, match="header"):
        http.post(f"http://127.0.0.1:{one.port}/", headers={"X-Own": value}, body=b"x")
    assert not any(b"Injected" in request for request in one.received)


def test_the_answers_own_headers_are_told(http, host):
    one = host(
        answers("HTTP/1.1 429 Slow down\nRetry-After: 120\nContent-Type: text/plain\nContent-Length: 0")
    )

    answer = http.get(f"http://127.0.0.1:{one.port}/")

    assert (answer.status, answer.retry_after, answer.content_type) == (429, "120", "text/plain")


def test_interim_answers_are_passed_over(http, host):
    one = host(
        answers(
            "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: </x>\n\nHTTP/1.1 201 Created\nContent-Length: 2",
            b"ok",
        )
    )

    answer = http.get(f"http://127.0.0.1:{one.port}/")

    assert (answer.status, answer.first_bytes) == (201, b"ok")


def test_chunks_are_put_together(http, host):
    one = host(answers("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"))

    assert http.get(f"http://127.0.0.1:{one.port}/").first_bytes == b"abc"


def test_an_address_that_takes_no_connection_is_passed_over(http, host, named):
    one = host(OK, address="127.0.0.9")
    named(["127.0.0.8", "127.0.0.9"])

    assert http.get(f"http://{NAME}:{one.port}/").status == 200


def test_no_proxy_of_the_environment_is_used(http, host, monkeypatch):
    one, proxy = host(OK), host(OK)
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

    http.get(f"http://127.0.0.1:{one.port}/")

    assert len(one.received) == 1
    assert proxy.received == []


# --- where a request may go -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://localhost/", "http://hooks.acme.test/", "https://2130706433/"]
)
def test_nobody_is_asked_about_a_url_that_is_refused_on_sight(world, url):
    with pytest.raises(NotAllowedError):
        GuardedHttp(world.lookup(), Rules()).post(url, headers={}, body=b"")
    with pytest.raises(NotAllowedError):
        GuardedHttp(world.lookup(), Rules()).check_url(url)
    assert world.first.asked == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        [METADATA],
        ["8.8.8.8", "10.0.0.1"],
        ["8.8.8.8", "::1"],
        ["::ffff:8.8.8.8"],
        ["64:ff9b::808:808"],
        ["2002:808:808::1"],
        ["8.8.8.8", "100.64.0.1"],
    ],
)
def test_a_name_with_any_other_than_public_addresses_gets_no_connection(world, host, named, addresses):
    named(addresses)

    with pytest.raises(NotAllowedError) as refused:
        GuardedHttp(world.lookup(), Rules()).post(f"https://{NAME}/", headers={}, body=b"")

    assert refused.value.reason is Reason.ADDRESS


def test_a_name_that_changes_between_check_and_connection_is_connected_to_where_it_was_checked(
    world, host, named
):
    named(["8.8.8.8"], ["127.0.0.1"])

    # The tests' network ends at this machine, and says where the connection would have gone.
    with pytest.raises(BeyondThisMachineError, match=r"8\.8\.8\.8"):
        GuardedHttp(world.lookup(), Rules()).post(f"https://{NAME}/", headers={}, body=b"")

    assert sorted(world.first.asked) == [(NAME, "A"), (NAME, "AAAA")]


def test_a_name_that_changes_is_judged_anew_at_the_next_request(http, host, named):
    one = host(OK)
    named(["127.0.0.1"], [METADATA])

    assert http.get(f"http://{NAME}:{one.port}/").status == 200
    with pytest.raises(NotAllowedError):
        http.get(f"http://{NAME}:{one.port}/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers_and_not_followed(http, host, status):
    one = host(
        answers(
            f"HTTP/1.1 {status} Elsewhere\nLocation: http://{METADATA}/latest/meta-data/\nContent-Length: 0"
        )
    )

    assert http.post(f"http://127.0.0.1:{one.port}/", headers={}, body=b"x").status == status
    assert len(one.received) == 1


# --- certificates -----------------------------------------------------------------------------------------------------


def test_a_certificate_of_another_name_is_refused(http, host, named, authority):
    one = host(OK, server_tls(authority.issue_cert("other.acme.test")))
    named(["127.0.0.1"])

    with pytest.raises(UnreachableError) as failed:
        http.post(f"https://{NAME}:{one.port}/", headers={}, body=b"secret")

    assert failed.value.cause is Cause.CERTIFICATE
    assert one.received == []


def test_a_certificate_of_the_address_doesnt_do_for_the_name(http, host, named, authority):
    one = host(OK, server_tls(authority.issue_cert("127.0.0.1")))
    named(["127.0.0.1"])

    with pytest.raises(UnreachableError) as failed:
        http.get(f"https://{NAME}:{one.port}/")

    assert failed.value.cause is Cause.CERTIFICATE
    assert http.get(f"https://127.0.0.1:{one.port}/").status == 200


def test_an_authority_that_nobody_trusts_is_refused(world, http, host, named):
    one = host(OK, server_tls(trustme.CA().issue_cert(NAME)))
    named(["127.0.0.1"])

    for asking in (http, GuardedHttp(world.lookup(), LOCAL)):
        with pytest.raises(UnreachableError) as failed:
            asking.get(f"https://{NAME}:{one.port}/")
        assert failed.value.cause is Cause.CERTIFICATE


def test_what_speaks_no_tls_is_told_apart(http, named):
    named(["127.0.0.1"])
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 mail.acme.test ESMTP\r\n")
                connection.recv(1000)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(UnreachableError) as failed:
            http.get(f"https://{NAME}:{listening.getsockname()[1]}/", deadlines=SOON)
        thread.join(5)

    assert failed.value.cause is Cause.TLS
