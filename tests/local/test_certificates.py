"""The local authority, and TLS for link hosts by it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import stat

import pytest
import trustme

from local.certificates import authority_of
from local.checkout import Checkout
from local.failure import LocalCloudError
from local.sockets import listening_socket, port_of
from local.stack_file import Address
from local.tls_front import TlsFront


@pytest.fixture
def checkout(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.state.mkdir()
    return checkout


def test_an_authority_is_made_once_and_its_key_is_the_owners_alone(checkout):
    made = authority_of(checkout)
    again = authority_of(checkout)

    assert made.cert_pem.bytes() == again.cert_pem.bytes() == checkout.authority.read_bytes()
    assert stat.S_IMODE(checkout.authority_key.stat().st_mode) == 0o600


def test_somebodys_own_authority_stays_and_vouches_for_nothing_of_ours(checkout):
    own = trustme.CA().cert_pem.bytes()
    checkout.authority.write_bytes(own)

    assert authority_of(checkout) is None
    assert checkout.authority.read_bytes() == own


def test_a_file_that_is_no_certificate_is_said_in_one_line(checkout):
    checkout.authority.write_text("nonsense")

    with pytest.raises(LocalCloudError, match=r"\.local/ca\.pem holds no certificate"):
        authority_of(checkout)


def test_every_name_has_a_certificate_and_leads_to_the_origin(checkout):
    authority = authority_of(checkout)

    async def origin(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + request)
        await writer.drain()
        writer.close()

    async def ask(port, name):
        trusting = ssl.create_default_context(cafile=str(checkout.authority))
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=name)
        writer.write(f"GET /x HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return answer

    async def both():
        behind = await asyncio.start_server(origin, "127.0.0.1", 0)
        listening = listening_socket(0)
        front = TlsFront(authority, Address(*behind.sockets[0].getsockname()[:2]))
        await front.start(listening)
        try:
            return [await ask(port_of(listening), name) for name in ("links.a.example", "links.b.example")]
        finally:
            await front.stop()
            behind.close()

    first, second = asyncio.run(both())

    assert b"Host: links.a.example" in first
    assert b"Host: links.b.example" in second
