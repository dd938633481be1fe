"""The tour's HTTP calls, made as any client would make them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

CALL_SECONDS = 60


class TourFailedError(Exception):
    """A step ended otherwise than it should: what was expected, and what came."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole."""

    status: int
    content_type: str
    text: str

    def json(self) -> Any:
        """The body as JSON; TourFailedError when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise TourFailedError("a JSON body", self.shown()) from None

    def shown(self, most: int = 300) -> str:
        """Status and body in one line."""
        body = " ".join(self.text.split())
        return f"{self.status} {body if len(body) <= most else body[: most - 1] + '…'}".strip()

    def need(self, status: int) -> Answer:
        """Itself when it has this status; TourFailedError otherwise."""
        if self.status != status:
            raise TourFailedError(f"status {status}", self.shown())
        return self


class Caller:
    """Sends requests to one base URL."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self.base = base

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        text: str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request with a JSON body, a text or a form; TourFailedError when nobody answers in time."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = URL(path if path.startswith("http") else self.base + path, encoded=True)
        content: dict[str, Any] = {}
        if body is not None:
            content["json"] = body
        elif text is not None:
            content["data"] = text.encode()
        elif form is not None:
            content["data"] = dict(form)
        try:
            async with self._session.request(
                method, url, headers=headers, allow_redirects=False, **content
            ) as response:
                return Answer(response.status, response.content_type, await response.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TourFailedError(
                f"an answer to {method} {url}", f"{type(error).__name__}: {error}"
            ) from error


async def until(attempt: Any, seconds: float, pause: float = 0.5) -> Any:
    """Calls `attempt` again and again until it returns something else than None; None when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        result = await attempt()
        if result is not None or time.monotonic() > deadline:
            return result
        await asyncio.sleep(pause)
