"""The origin's port, byte for byte, against an API that records what it gets."""

from __future__ import annotations

import asyncio
import re

import pytest

from local.origin import server as origin_server

PREFIX = b"/_aws/execute-api/abc123/$default"
CLOSE = b"Connection: close\r\n"


def request(method=b"GET", target=b"/", headers=b"", body=b""):
    return b"%b %b HTTP/1.1\r\nHost: api.example\r\n%b%b\r\n%b" % (method, target, headers, CLOSE, body)


def with_body(method, target, body, headers=b""):
    return request(method, target, b"Content-Length: %d\r\n%b" % (len(body), headers), body)


TARGETS = [
    b"/v1/identities/email/amy+news@book.shop.com",
    b"/v1/identities/email/amy%2Bnews%40book.shop.com",
    b"/v1/domains/a%2Fb",
    b"/v1/domains/%00/verify",
    b"/v1/../v1/./domains//x",
    b"/v1/domains?name=a&name=b&name=&empty",
    b"/v1/domains?q=a+b%20c&ids[]=1&ids[]=2",
    b"/v1/domains?",
    b"/%E2%98%83?x=%zz",
]


@pytest.mark.parametrize("target", TARGETS)
def test_the_path_and_the_query_reach_the_api_as_they_were_written(with_client, api, target):
    with_client(lambda client: client.send(request(target=target)))

    line, _, _ = api.last
    assert line == b"GET " + PREFIX + target + b" HTTP/1.1"


def test_a_target_with_the_whole_url_is_taken_for_its_path(with_client, api):
    with_client(lambda client: client.send(request(target=b"http://api.example/v1/domains?x=1")))

    assert api.last[0] == b"GET " + PREFIX + b"/v1/domains?x=1 HTTP/1.1"


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"ids": ["a"]}', bytes(range(256)), b"x" * 300_000])
@pytest.mark.parametrize("method", [b"POST", b"PUT", b"PATCH", b"DELETE", b"GET"])
def test_every_method_carries_its_body(with_client, api, method, body):
    with_client(lambda client: client.send(with_body(method, b"/v1/x", body)))

    line, headers, received = api.last
    assert line.startswith(method + b" ")
    assert received == body
    assert b"Content-Length: %d" % len(body) in headers


def test_a_request_without_a_body_gets_no_content_length(with_client, api):
    with_client(lambda client: client.send(request(b"DELETE", b"/v1/x")))

    assert not [line for line in api.last[1] if line.lower().startswith(b"content-length")]


def test_a_chunked_body_arrives_whole_and_with_its_length(with_client, api):
    chunked = request(
        b"POST", b"/v1/x", b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )

    with_client(lambda client: client.send(chunked))

    _, headers, body = api.last
    assert body == b"abcde"
    assert b"Content-Length: 5" in headers
    assert not [line for line in headers if line.lower().startswith(b"transfer-encoding")]


def test_header_names_keep_their_case_and_repeated_ones_their_order(with_client, api):
    sent = b"X-MiXeD: a\r\nX-Twice: 1\r\nAuthorization: Bearer t\r\nX-Twice: 2\r\n"

    with_client(lambda client: client.send(request(headers=sent)))

    headers = api.last[1]
    assert [
        line for line in headers if line.split(b":")[0] in {b"X-MiXeD", b"X-Twice", b"Authorization"}
    ] == [
        b"X-MiXeD: a",
        b"X-Twice: 1",
        b"Authorization: Bearer t",
        b"X-Twice: 2",
    ]
    assert b"Host: api.example" in headers


def test_headers_of_the_connection_stay_on_the_connection(with_client, api):
    sent = (
        b"Upgrade: websocket\r\nConnection: upgrade, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\nKeep-Alive: 1\r\n"
    )

    with_client(lambda client: client.send(request(headers=sent)))

    names = {line.split(b":")[0].lower() for line in api.last[1]}
    assert names == {b"host", b"x-forwarded-for", b"x-forwarded-port", b"x-forwarded-proto"}


def test_the_client_address_is_appended_to_the_forwarded_ones(with_client, api):
    sent = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"

    with_client(lambda client: client.send(request(headers=sent)))

    headers = api.last[1]
    assert b"X-Forwarded-For: 203.0.113.9, 127.0.0.1" in headers
    assert [line for line in headers if line.startswith(b"X-Forwarded-Proto")] == [b"X-Forwarded-Proto: http"]


def test_the_answer_comes_back_as_the_function_gave_it(with_client, api):
    api.answer = (
        b"HTTP/1.1 202 Accepted\r\ncontent-type: text/html; charset=UTF-8\r\nX-Message-Id: 1\r\n"
        b"X-RateLimit-Limit: 10\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nserver: hypercorn-h11\r\nContent-Length: 0\r\n\r\n"
    )

    answer = with_client(lambda client: client.send(request()))

    head, _, body = answer.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    assert line == b"HTTP/1.1 202 Accepted"
    assert headers[:6] == [
        b"content-type: text/html; charset=UTF-8",
        b"X-Message-Id: 1",
        b"X-RateLimit-Limit: 10",
        b"Set-Cookie: a=1",
        b"Set-Cookie: b=2",
        b"Content-Length: 0",
    ]
    assert b"server: hypercorn-h11" not in headers
    assert body == b""


def test_a_204_has_no_body_and_no_length(with_client, api):
    api.answer = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"

    answer = with_client(lambda client: client.send(request(b"DELETE")))

    assert answer.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert b"ontent-" not in answer


def test_head_gets_the_headers_alone(with_client, api):
    api.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"

    answer = with_client(lambda client: client.send(request(b"HEAD")))

    assert b"Content-Length: 12" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_head_of_an_api_that_is_down_has_no_body_either(with_client):
    answer = with_client(lambda client: client.send(request(b"HEAD")), None)

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"\r\n\r\n")


def test_one_connection_serves_many_requests_through_one_connection_to_the_api(with_client, api):
    async def conversation(client):
        for number in range(3):
            client.writer.write(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % number)
            await client.one_answer()

    with_client(conversation)

    assert [line.split()[1] for line in api.received] == [PREFIX + b"/%d" % number for number in range(3)]
    assert api.connections == 1


def test_pipelined_requests_are_answered_in_their_order(with_client, api):
    async def conversation(client):
        client.writer.write(b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        await client.one_answer()
        await client.one_answer()

    with_client(conversation)

    assert [raw.split()[1] for raw in api.received] == [PREFIX + b"/1", PREFIX + b"/2"]


def test_an_old_client_without_host_is_served(with_client, api):
    async def conversation(client):
        answer = await client.send(b"GET /v1/x HTTP/1.0\r\n\r\n")
        return answer, client.own_port

    answer, port = with_client(conversation)

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Host: 127.0.0.1:%d" % port in api.last[1]


def test_a_client_that_waits_for_100_continue_gets_it(with_client, api):
    async def conversation(client):
        client.writer.write(request(b"POST", b"/v1/x", b"Content-Length: 2\r\nExpect: 100-continue\r\n"))
        interim = await client.reader.readuntil(b"\r\n\r\n")
        return interim, await client.send(b"{}")

    interim, answer = with_client(conversation)

    assert interim.startswith(b"HTTP/1.1 100 ")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert not [line for line in api.last[1] if line.lower().startswith(b"expect")]


MALFORMED = [
    b"nonsense\r\n\r\n",
    b"GET /with space HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_what_is_not_http_gets_400_and_never_reaches_the_api(with_client, api, raw):
    answer = with_client(lambda client: client.send(raw))

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b'{"message":"Bad Request"}')
    assert api.received == []


@pytest.mark.parametrize(
    "target", [b"*", b"api.example:443"], ids=["a server-wide OPTIONS", "a request for a tunnel"]
)
def test_a_target_that_is_no_path_gets_400(with_client, api, target):
    answer = with_client(lambda client: client.send(request(b"OPTIONS", target)))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert api.received == []


@pytest.mark.parametrize("size", [10_500, 40_000, 200_000])
def test_too_many_header_bytes_get_431(with_client, api, size):
    answer = with_client(lambda client: client.send(request(headers=b"X-Long: " + b"x" * size + b"\r\n")))

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert api.received == []


def test_header_bytes_within_the_limit_pass(with_client, api):
    with_client(lambda client: client.send(request(headers=b"X-Long: " + b"x" * 9_500 + b"\r\n")))

    assert len(api.received) == 1


@pytest.mark.parametrize("framing", ["announced", "chunked", "announced and waiting"])
def test_a_body_over_10_mb_gets_413(with_client, api, framing):
    body = b"x" * (10 * 1024 * 1024 + 1)
    requests = {
        "announced": with_body(b"POST", b"/v1/x", body),
        "chunked": request(
            b"POST", b"/", b"Transfer-Encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        ),
        "announced and waiting": request(
            b"POST", b"/", b"Content-Length: %d\r\nExpect: 100-continue\r\n" % len(body)
        ),
    }

    answer = with_client(lambda client: client.send(requests[framing]))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b'{"message":"Request Entity Too Large"}')
    assert api.received == []


@pytest.mark.parametrize(
    ("kind", "size", "passes"),
    [
        (b"application/json", 6_000_000, True),
        (b"application/json", 6_291_457, False),
        (b"application/octet-stream", 4_700_000, True),
        (b"application/octet-stream", 4_800_000, False),
    ],
)
def test_a_body_that_would_not_fit_into_the_functions_event_gets_413(with_client, api, kind, size, passes):
    sent = with_body(b"POST", b"/v1/x", b"x" * size, b"Content-Type: " + kind + b"\r\n")

    answer = with_client(lambda client: client.send(sent))

    assert answer.startswith(b"HTTP/1.1 200 " if passes else b"HTTP/1.1 413 ")
    assert len(api.received) == passes


def emulator_says(status, body):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


FAILURES = [
    (
        502,
        b'{"errorMessage": "secret detail", "errorType": "Runtime.HandlerError"}',
        500,
        b"Internal Server Error",
    ),
    (
        502,
        b'{"errorMessage": "Task timed out", "errorType": "Sandbox.Timedout", "stackTrace": []}',
        500,
        b"Internal Server Error",
    ),
    (
        429,
        b'{"Type": "User", "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}',
        503,
        b"Service Unavailable",
    ),
    (200, b"x" * (6 * 1024 * 1024 + 1), 500, b"Internal Server Error"),
]


@pytest.mark.parametrize(("status", "body", "as_seen", "message"), FAILURES)
def test_a_failed_function_looks_as_on_aws_and_shows_nothing(
    with_client, api, status, body, as_seen, message
):
    api.answer = emulator_says(status, body)

    answer = with_client(lambda client: client.send(request()))

    assert answer.startswith(b"HTTP/1.1 %d " % as_seen)
    assert answer.endswith(b'{"message":"' + message + b'"}')


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b'{"message": "upstream"}'),
        (429, b'{"message": "slow down"}'),
        (502, b"not json"),
        (502, b"[1]"),
    ],
)
def test_a_functions_own_502_and_429_pass(with_client, api, status, body):
    api.answer = emulator_says(status, body)

    answer = with_client(lambda client: client.send(request()))

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.endswith(body)


def test_an_api_that_hangs_up_is_a_500_and_the_next_request_works(with_client, api):
    async def conversation(client):
        api.answer = b""
        client.writer.write(b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
        first, _ = await client.one_answer()
        api.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        client.writer.write(b"GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        second, _ = await client.one_answer()
        return first, second

    first, second = with_client(conversation)

    assert first.startswith(b"HTTP/1.1 500 ")
    assert second.startswith(b"HTTP/1.1 200 ")


def test_an_api_that_takes_too_long_is_a_503(with_client, api, monkeypatch):
    monkeypatch.setattr(origin_server, "INTEGRATION_SECONDS", 0.2)
    api.seconds = 5

    answer = with_client(lambda client: client.send(request()))

    assert answer.startswith(b"HTTP/1.1 503 ")


def test_before_the_api_is_there_every_answer_is_503(with_client):
    answer = with_client(lambda client: client.send(request()), None)

    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert re.search(rb"\r\nDate: \w{3}, \d{2} ", answer)


def test_a_client_that_leaves_in_the_middle_hurts_nobody(with_client, api):
    async def conversation(client):
        client.writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
        await client.writer.drain()
        client.writer.close()
        _, writer = await asyncio.open_connection("127.0.0.1", client.own_port)
        writer.write(request(target=b"/after"))
        await asyncio.sleep(0.1)
        writer.close()

    with_client(conversation)

    assert [raw.split()[1] for raw in api.received] == [PREFIX + b"/after"]
