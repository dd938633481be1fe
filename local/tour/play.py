"""The tour's steps. Each says what is asked, makes the call, says the answer in short, and checks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from local.stack_file import Stack
from local.terminal import Terminal
from local.tour import cast
from local.tour.calls import CALL_SECONDS, Answer, Caller, TourFailedError, until
from local.tour.page_form import press

VERIFY_SECONDS = 60
MAIL_SECONDS = 60


async def play_tour(stack: Stack, terminal: Terminal) -> bool:
    """Plays every step and tells it; False when one failed, after saying what was expected and what came."""
    terminal.say()
    terminal.say(terminal.paint("A tour: an agency adds its domain and a client's address", "bold"))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS)) as session:
        tour = _Tour(stack, terminal, session)
        try:
            await tour.play()
        except TourFailedError as failure:
            terminal.say(f"  {terminal.paint('✗', 'red')} this step failed")
            terminal.say(f"      expected {failure.expected}")
            terminal.say(f"      got      {failure.got}")
            terminal.say("      what the functions logged: .local/logs/functions.log")
            return False
    terminal.say()
    terminal.say(
        terminal.paint("The tour is over; all of it was real HTTP, DNS and mail on this machine.", "bold")
    )
    return True


class _Tour:
    def __init__(self, stack: Stack, terminal: Terminal, session: aiohttp.ClientSession) -> None:
        self._tokens = stack.tokens
        self._terminal = terminal
        self._api = Caller(session, stack.origin)
        self._control = Caller(session, stack.control)
        self._number = 0

    async def play(self) -> None:
        await self._zones_as_they_are()
        domain = await self._add_domain()
        await self._verify_too_early(domain)
        await self._publish(domain)
        await self._verify()
        await self._list_in_another_dialect()
        identity = await self._add_identity(domain)
        link = await self._read_mail()
        page = await self._open_link(link, identity)
        await self._press_button(link, page)
        await self._identity_is_verified(identity)

    async def _zones_as_they_are(self) -> None:
        async with self._step("Two companies have their zones in DNS, with nothing of ours in them yet"):
            for zone, records in ((cast.AGENCY_ZONE, ()), (cast.CLIENT_ZONE, cast.CLIENT_MAIL_SERVER)):
                await self._put_zone(zone, cast.zone_file(records))

    async def _add_domain(self) -> dict[str, Any]:
        async with self._step(
            f"The agency adds the domain it sends from, {cast.SENDING_DOMAIN} (Sendara dialect)"
        ):
            answer = await self._call("sendara", "POST", "/v1/domains", {"domain": cast.SENDING_DOMAIN})
            domain = answer.need(201).json()
            records = domain.get("dns_records", [])
            self._tell(f"201 {domain.get('id')}, and the records to publish:")
            for record in records:
                self._tell(f"    {record['type']:<5} {record['name']}  {record['value']}")
            _need(len(records) == 6, "six DNS records", f"{len(records)}")
            return dict(domain)

    async def _verify_too_early(self, domain: dict[str, Any]) -> None:
        path = f"/v1/domains/{cast.SENDING_DOMAIN}/verify"
        async with self._step("Is it verified? Nothing is published yet"):
            answer = (await self._call("sendara", "POST", path)).need(200)
            checked = answer.json()
            results = checked.get("results", [])
            self._tell(f"200 fully_verified: {json.dumps(checked.get('fully_verified'))}")
            for row in results:
                self._tell(f"    {row['type']:<5} {row['name']}  {row['status']}: {row.get('detail')}")
            right = checked.get("fully_verified") is False and len(results) == len(domain["dns_records"])
            pending = all(row["status"] == "pending" and row.get("detail") for row in results)
            _need(right and pending, "every record pending, with its reason", answer.shown())

    async def _publish(self, domain: dict[str, Any]) -> None:
        async with self._step(f"The agency publishes the six records in its zone {cast.AGENCY_ZONE}"):
            lines = [cast.master_line(record) for record in domain["dns_records"]]
            await self._put_zone(cast.AGENCY_ZONE, cast.zone_file(lines))

    async def _verify(self) -> None:
        path = f"/v1/domains/{cast.SENDING_DOMAIN}/verify"
        async with self._step("Is it verified now?"):
            self._tell_call("POST", path)
            last = Answer(0, "", "")

            async def attempt() -> Answer | None:
                nonlocal last
                last = await self._api.call("POST", path, token=self._tokens["sendara"])
                return last if last.need(200).json().get("fully_verified") else None

            async with self._terminal.waiting("DNS is read again"):
                verified = await until(attempt, VERIFY_SECONDS)
            _need(verified is not None, "fully_verified: true", last.shown(1500))
            self._tell("200 fully_verified: true")
            for row in last.json()["results"]:
                self._tell(f"    {row['type']:<5} {row['name']}  {row['status']}")

    async def _list_in_another_dialect(self) -> None:
        async with self._step("The same domain, seen by a client that speaks SendMailOS"):
            answer = await self._call("sendmailos", "GET", "/api/v1/domains")
            domains = answer.need(200).json().get("domains", [])
            found = next((each for each in domains if each.get("domain_name") == cast.SENDING_DOMAIN), None)
            if found is None:
                raise TourFailedError(f"{cast.SENDING_DOMAIN} in the list", answer.shown())
            self._tell(f"200 {found['domain_name']}  {found['status']}  {found['id']}")
            _need(found["status"] == "verified", "status verified", str(found["status"]))

    async def _add_identity(self, domain: dict[str, Any]) -> dict[str, Any]:
        body = {
            "domain_id": cast.mailersend_id(domain["id"]),
            "email": cast.CLIENT_ADDRESS,
            "name": cast.CLIENT_NAME,
            "add_note": True,
            "personal_note": cast.NOTE,
        }
        async with self._step(
            f"A client keeps its own DNS: the agency adds the address {cast.CLIENT_ADDRESS} (MailerSend dialect)"
        ):
            self._tell(
                f"(each service writes the same id its own way: {domain['id']} is {body['domain_id']} here)"
            )
            answer = (await self._call("mailersend", "POST", "/v1/identities", body)).need(201)
            identity = answer.json()["data"]
            self._tell(f"201 {identity['id']}  is_verified: {json.dumps(identity['is_verified'])}")
            _need(identity["is_verified"] is False, "is_verified: false", str(identity["is_verified"]))
            return dict(identity)

    async def _read_mail(self) -> str:
        async with self._step("The client gets a mail that asks for confirmation"):
            self._tell_call("GET", "/mailbox", where=self._control.base)
            async with self._terminal.waiting("the mail is on its way"):
                mail = await until(self._mail_to_the_client, MAIL_SECONDS)
            _need(mail is not None, f"a mail to {cast.CLIENT_ADDRESS}", "none in the mailbox")
            link = next((link for link in mail["links"] if link.startswith(self._api.base)), None)
            self._tell(f"    From     {mail['from']}")
            self._tell(f"    Subject  {mail['subject']}")
            self._tell(f"    Link     {link}")
            _need(link is not None, "a link to the confirmation page in it", str(mail["links"]))
            return str(link)

    async def _open_link(self, link: str, identity: dict[str, Any]) -> str:
        async with self._step(
            "Opening the link shows a page and confirms nothing: mail scanners open links too"
        ):
            path = link.removeprefix(self._api.base)
            self._tell_call("GET", _shortened(path))
            page = (await self._api.call("GET", link)).need(200)
            self._tell(f"200 {page.content_type}, {len(page.text)} characters")
            verified = await self._is_verified(identity)
            _need(verified is False, "is_verified still false", str(verified))
            return page.text

    async def _press_button(self, link: str, page: str) -> None:
        async with self._step("The client presses the page's button"):
            pressed = press(page, link, "confirm")
            if pressed is None:
                raise TourFailedError(
                    "a page with a button that confirms", _shortened(" ".join(page.split()), 300)
                )
            path = _shortened(pressed.url.removeprefix(self._api.base))
            self._tell_call("POST", path, body=", ".join(sorted(pressed.fields)) or "an empty form")
            answer = (await self._api.call("POST", pressed.url, form=pressed.fields)).need(200)
            self._tell(f"200 {answer.content_type}")

    async def _identity_is_verified(self, identity: dict[str, Any]) -> None:
        async with self._step("Now the address is a verified sender identity"):
            verified = await self._is_verified(identity)
            _need(verified is True, "is_verified: true", str(verified))

    async def _is_verified(self, identity: dict[str, Any]) -> Any:
        answer = (await self._call("mailersend", "GET", f"/v1/identities/{identity['id']}")).need(200)
        verified = answer.json()["data"]["is_verified"]
        self._tell(f"200 is_verified: {json.dumps(verified)}")
        return verified

    async def _mail_to_the_client(self) -> dict[str, Any] | None:
        mails = (await self._control.call("GET", "/mailbox")).need(200).json()
        to_the_client = (mail for mail in mails if cast.CLIENT_ADDRESS in mail["envelope"]["recipients"])
        return next(to_the_client, None)

    async def _put_zone(self, zone: str, text: str) -> None:
        self._tell_call(
            "PUT",
            f"/dns/{zone}",
            where=self._control.base,
            body=f"a master file of {len(text.splitlines())} lines",
        )
        answer = await self._control.call("PUT", f"/dns/{zone}", text=text)
        self._tell(str(answer.need(204).status))

    async def _call(self, dialect: str, method: str, path: str, body: Any = None) -> Answer:
        self._tell_call(method, path, body=None if body is None else _shortened(json.dumps(body), 140))
        return await self._api.call(method, path, token=self._tokens[dialect], body=body)

    @asynccontextmanager
    async def _step(self, asked: str) -> AsyncIterator[None]:
        self._number += 1
        self._terminal.say()
        started = asyncio.get_running_loop().time()
        self._terminal.say(self._terminal.paint(f"{self._number}. {asked}", "bold"))
        yield
        self._terminal.done("done", asyncio.get_running_loop().time() - started)

    def _tell(self, line: str) -> None:
        self._terminal.say(f"    {line}")

    def _tell_call(self, method: str, path: str, *, where: str = "", body: str | None = None) -> None:
        call = self._terminal.paint(f"{method} {where}{path}", "cyan")
        self._tell(f"{call}  {body}" if body else call)


def closing_words(stack: Stack, terminal: Terminal) -> None:
    """Where everything is, the tokens, and three lines to try next."""
    bold = terminal.paint
    terminal.say()
    terminal.say(bold("Letterhead is up on this machine. Ctrl-C or `make down` ends it.", "bold"))
    terminal.say(f"    API          {stack.origin}")
    terminal.say(f"    Mailbox      {stack.control}/")
    terminal.say(f"    Nameserver   {stack.dns.host} port {stack.dns.port} (UDP and TCP)")
    for dialect, token in stack.tokens.items():
        terminal.say(f"    {dialect + ' token':<19} {token}")
    terminal.say()
    terminal.say(bold("Try next", "bold"))
    sendara, sendmailos, mailersend = (stack.tokens[name] for name in ("sendara", "sendmailos", "mailersend"))
    terminal.say(
        f"    curl {stack.origin}/v1/domains -H 'Authorization: Bearer {sendara}' -H 'Content-Type: application/json' "
        """-d '{"domain": "mail.example.com"}'"""
    )
    terminal.say(f"    curl {stack.origin}/api/v1/domains -H 'Authorization: Bearer {sendmailos}'")
    terminal.say(f"    curl {stack.origin}/v1/identities -H 'Authorization: Bearer {mailersend}'")


def _need(condition: bool, expected: str, got: str) -> None:
    if not condition:
        raise TourFailedError(expected, got)


def _shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
