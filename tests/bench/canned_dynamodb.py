"""A DynamoDB on loopback that answers at once with what it was given, in a process of its own, so that its work isn't counted."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

Answers = Mapping[tuple[str, str], bytes]


def key_of(target: str, body: bytes) -> tuple[str, str]:
    """What one call is known by: its operation and its parameters in any order."""
    return target.rpartition(".")[2], json.dumps(json.loads(body), sort_keys=True)


@contextmanager
def canned_dynamodb(answers: Answers, key: Callable[[str, bytes], tuple[str, str]] = key_of) -> Iterator[str]:
    """The endpoint's URL. `key` tells what a call is known by from its target, or for want of one its path, and its body."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(answers, key, there), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(answers: Answers, key: Callable[[str, bytes], tuple[str, str]], ready: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            first, *rest = head.decode().split("\r\n")
            lines = (line.partition(": ") for line in rest)
            headers = {name.lower(): value for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            content = answers.get(key(headers.get("x-amz-target") or first.split(" ")[1], body))
            status = "200 OK" if content is not None else "501 Not Implemented"
            content = content or b"{}"
            writer.write(
                f"HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\n"
                f"content-length: {len(content)}\r\n\r\n".encode()
                + content
            )

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
