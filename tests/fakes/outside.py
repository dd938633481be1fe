"""What lies outside of Letterhead, on this machine: the local cloud's nameserver and its SES, in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from letterhead.domains.records import RecordType, RequiredRecord
from local.mailbox import Mailbox
from local.nameserver import Nameserver
from local.ses import SesStandIn
from local.ses.identity import Identity, pending
from tests.fakes.aws import REGION

ACCOUNT_ID = "123456789012"
LOOPBACK = "127.0.0.1"


class Outside:
    """DNS and SES. `ses_url` is where SES listens, `dns` where the resolver and all zones' servers do."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._nameserver = Nameserver()
        self._ses: SesStandIn
        self._mailbox: Mailbox
        self.dns: tuple[str, int]
        self.ses_url: str

    async def start(self) -> None:
        self.dns = await self._nameserver.start(LOOPBACK)
        self._mailbox = Mailbox()
        self._ses = SesStandIn(
            dns=self.dns, emulator_endpoint="", region=REGION, account_id=ACCOUNT_ID, mailbox=self._mailbox
        )
        host, port = await self._ses.start(LOOPBACK)
        self.ses_url = f"http://{host}:{port}"

    async def stop(self) -> None:
        await self._ses.stop()
        await self._nameserver.stop()

    def reset(self) -> None:
        """As if nobody had been here."""

        def forget() -> None:
            self._ses.faults.clear()
            self.identities.clear()
            self._mailbox.clear()
            for zone in self._nameserver.zones():
                self._nameserver.delete_zone(zone)

        self.do(forget)

    def do(self, act: Callable[[], Any]) -> Any:
        """Something that has to be done in the thread of the servers."""

        async def later() -> Any:
            return act()

        return asyncio.run_coroutine_threadsafe(later(), self._loop).result(10)

    @property
    def identities(self) -> dict[str, Identity]:
        """What SES has, by name."""
        return self._ses._identities._by_name

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """The mails to an address, newest first; see `Mailbox.as_json`."""
        found: list[dict[str, Any]] = self.do(lambda: self._mailbox.as_json(address))
        return found

    def put_foreign_identity(self, name: str, tags: dict[str, str] | None = None) -> None:
        """An identity that somebody else in the AWS account made."""
        self.do(
            lambda: self.identities.update(
                {name: Identity(name, pending(datetime.now(UTC)), tokens=("x", "y", "z"), tags=tags or {})}
            )
        )

    def throttle(self, seconds: float) -> None:
        self.do(lambda: self._ses.throttle(seconds))

    def fail_next(self, operation: str, code: str, times: int = 1, *, performed: bool = False) -> None:
        self.do(lambda: self._ses.fail_next(operation, code, times, performed=performed))

    def mend(self) -> None:
        self.do(self._ses.faults.clear)

    def publish(self, zone: str, records: Iterable[RequiredRecord] | Iterable[dict[str, str]]) -> None:
        """Serve a zone with these records and nothing else."""
        lines = [_line(record) for record in records]
        self.do(lambda: self._nameserver.set_zone(zone, "\n".join(lines)))

    def publish_addresses(self, zone: str, **hosts: str) -> None:
        """Serve a zone with these hosts' addresses and nothing else."""
        lines = [f"{host}.{zone}. A {address}" for host, address in hosts.items()]
        self.do(lambda: self._nameserver.set_zone(zone, "\n".join(lines)))


def _line(record: RequiredRecord | dict[str, str]) -> str:
    if isinstance(record, RequiredRecord):
        record = {"type": record.type, "name": record.name, "value": record.value}
    value = record["value"]
    written = f'"{value}"' if record["type"] == RecordType.TXT else f"{value}."
    return f"{record['name']}. {record['type']} {written}"


@contextmanager
def outside() -> Iterator[Outside]:
    """A running one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    world = Outside(loop)

    def run(act: Any) -> None:
        asyncio.run_coroutine_threadsafe(act, loop).result(10)

    run(world.start())
    try:
        yield world
    finally:
        run(world.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
