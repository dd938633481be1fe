"""Sending over HTTP, in three dialects: read the draft, pass the gates, answer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.dialects.mailersend import email as mailersend
from letterhead.dialects.mailersend import uploads as mailersend_uploads
from letterhead.dialects.mailersend.ids import read_message_id
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendara import problems as sendara_problems
from letterhead.dialects.sendara import send as sendara
from letterhead.dialects.sendmailos import send as sendmailos
from letterhead.dialects.sendmailos import uploads as sendmailos_uploads
from letterhead.http.refusals import problem_of
from letterhead.http.sender_calls import SenderCalls
from letterhead.idempotency.key import IdempotencyKeyError
from letterhead.idempotency.run import AnswerNotKeptError, InFlightError, KeyReusedError
from letterhead.messages.acceptance import Examination, accept, admit, whole
from letterhead.messages.booking import booked_to_nobody
from letterhead.messages.bulk import MOST_DRAFTS, Bulk, BulkNotFoundError, RememberedLists, RememberedSenders
from letterhead.messages.draft import AttachmentsTooLargeError, DraftRefusedError, named_once, names_twice
from letterhead.messages.gates import (
    Code,
    GateAnswer,
    GateName,
    MailRefusedAtGateError,
    Verdict,
    asked,
    passed,
)
from letterhead.messages.linked_files import LinkedFiles, has_links
from letterhead.messages.sender import IdentitiesById, SenderIdentities, Senders, SharedSender
from letterhead.messages.uploads import RememberedUploads
from letterhead.templates.template import MissingVariablesError, RenderedTooLargeError, UnfitVariablesError
from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from letterhead.dialects.reply import Reply
    from letterhead.http.drafting import Drafting
    from letterhead.http.once import Once
    from letterhead.http.request import Request
    from letterhead.identities.addresses import AddressRules
    from letterhead.messages.acceptance import (
        Accepted,
        DailyAllowance,
        WarmUpAllowance,
    )
    from letterhead.messages.bulk import BulkStore
    from letterhead.messages.draft import Draft
    from letterhead.messages.message import Message, MessageStore
    from letterhead.messages.people import OwnPeople
    from letterhead.messages.sender import SenderDomains
    from letterhead.messages.uploads import UploadStore
    from letterhead.outbound.exchange import OutboundHttp
    from letterhead.suppressions.blocking import Suppressed


SHARED_NAME = "Letterhead"
# What is wrong with one draft of many; what is wrong with us stops them all.
_REFUSALS = (
    InvalidFieldsError,
    DraftRefusedError,
    AttachmentsTooLargeError,
    MissingVariablesError,
    UnfitVariablesError,
    RenderedTooLargeError,
    MailRefusedAtGateError,
)
_KEY_REFUSALS = (IdempotencyKeyError, KeyReusedError, InFlightError, AnswerNotKeptError)
_SEND_PATH = "/v1/send"
_CREATED, _UNAVAILABLE = 201, 503

_TOO_LARGE = GateAnswer(
    GateName.SIZE,
    Verdict.REFUSED,
    Code.TOO_LARGE,
    "The attachments have more than 4 MB together.",
    "Upload the larger ones first (the uploads call) and name them by upload_id, or send fewer.",
)


@value_type
class Gatekeepers:
    """Whom the gates ask."""

    senders: Senders
    lists: RememberedLists
    people: OwnPeople
    daily: DailyAllowance
    warm_ups: WarmUpAllowance | None
    uploads: RememberedUploads

    def ask_for_all(self, drafts: Sequence[Draft], request: Request) -> None:
        """Look up at once what the lists say of everybody to whom these go, and whom they are from."""
        addresses: dict[str | None, list[str]] = {}
        for draft in drafts:
            sender = self.examination(draft, request, spending=False).sender
            if sender is not None:
                domain_id = None if sender.domain is None else sender.domain.domain_id
                addresses.setdefault(domain_id, []).extend(box.address.key for box in draft.recipients)
        for domain_id, of_domain in addresses.items():
            self.lists.ask(request.account_id, domain_id, of_domain, request.now)

    def named_once(self, draft: Draft, request: Request) -> Draft:
        """The draft without repeated recipients, if the domain that it is from has them ignored; else as it is."""
        if not names_twice(draft):
            return draft
        sender = self.examination(draft, request, spending=False).sender
        ignores = (
            sender is not None
            and sender.domain is not None
            and sender.domain.settings.get("ignore_duplicated_recipients") is True
        )
        return named_once(draft) if ignores else draft

    def examination(self, draft: Draft, request: Request, *, spending: bool) -> Examination:
        """The gates of one draft; `spending` says whether limits are used up or only looked at."""
        return Examination(
            draft,
            request.token,
            request.now,
            senders=self.senders,
            lists=self.lists,
            people=self.people,
            daily=self.daily,
            warm_ups=self.warm_ups,
            spending=spending,
        )


class KnownIdentities(SenderIdentities, IdentitiesById, Protocol):
    """Where sender identities are kept, looked up by address and by id."""


@value_type
class Keepers:
    """What the gatekeepers of a request are made of. `warm_ups` is None where no domain warms up; `operators_own` are the shared
    sender's address and the domain below which accounts have names, where there are any."""

    domains: SenderDomains
    identities: KnownIdentities
    lists: Suppressed
    people: OwnPeople
    daily: DailyAllowance
    warm_ups: WarmUpAllowance | None
    operators_own: tuple[str | None, str | None]
    addresses: AddressRules
    uploads: UploadStore

    def of_request(self) -> Gatekeepers:
        """Gatekeepers that look each domain, identity and recipient up once."""
        found = RememberedSenders(self.domains, self.identities)
        shared_address, sandbox_domain = self.operators_own
        shared = shared_address and SharedSender(SHARED_NAME, self.addresses.parse(shared_address))
        return Gatekeepers(
            senders=Senders(found, found, shared or None, sandbox_domain),
            lists=RememberedLists(self.lists),
            people=self.people,
            daily=self.daily,
            warm_ups=self.warm_ups,
            uploads=RememberedUploads(self.uploads),
        )


class EmailCalls:
    """The calls that send, and what they would say (`…/explain`). `keepers` has the gatekeepers of one request, which remember
    what they have been told until its end; `http` fetches the files that a mail names by their URLs; `once` knows the keys of a
    batch's mails."""

    def __init__(
        self,
        store: MessageStore,
        bulks: BulkStore,
        keepers: Keepers,
        drafting: Drafting,
        http: OutboundHttp,
        once: Once,
    ) -> None:
        self._store = store
        self._bulks = bulks
        self._keepers = keepers.of_request
        self._drafting = drafting
        self._files = LinkedFiles(http)
        self._once = once
        self._of_senders = SenderCalls(keepers)

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "email.send": self.send,
            "email.explain": self.explain,
            "email.send_bulk": self.send_bulk,
            "email.show_bulk": self.show_bulk,
            "email.send_batch": self.send_batch,
            "email.open_upload": self.open_upload,
            **self._of_senders.operations,
        }

    def send(self, request: Request) -> Reply:
        """`POST /v1/email`, `POST /v1/send`, `POST /api/v1/send`. Several mails that a draft comes to are taken together or
        not at all; the first one's id is answered."""
        keepers = self._keepers()
        drafts = self._with_files(self._ready(request.json, request, keepers), request, keepers)
        examination = keepers.examination(whole(drafts), request, spending=True)
        try:
            outcomes = self._accept(drafts, request, examination)
        except MailRefusedAtGateError as refusal:
            suppressed = refusal.answer.code is Code.RECIPIENT_SUPPRESSED
            if suppressed and request.dialect is Dialect.MAILERSEND:
                for record in _to_nobody(drafts, request, examination):
                    self._store.add(record)
                return mailersend.all_suppressed(examination.suppressed, _names(drafts))
            raise
        return _answer(outcomes[0], drafts, request)

    def explain(self, request: Request) -> Reply:
        """`POST /v1/email/explain` and its like: what every gate says, sending nothing."""
        keepers = self._keepers()
        draft = keepers.named_once(self._drafting.read(request.json, request.dialect), request)
        wrong: Mapping[str, tuple[str, ...]] = {}
        size = GateAnswer(GateName.SIZE)
        try:
            first = self._drafting.ready(draft, request.token, request.now, keepers.uploads)[0]
            self._files.check(first)
            # Where each recipient gets a mail of their own, the gates are asked about all of them at once.
            draft = replace(first, to=draft.to, cc=draft.cc, bcc=draft.bcc)
        except DraftRefusedError as refusal:
            wrong = refusal.fields
        except AttachmentsTooLargeError:
            size = _TOO_LARGE
        examination = keepers.examination(draft, request, spending=False)
        answers = [GateAnswer(GateName.TOKEN), GateAnswer(GateName.ACCOUNT), size, *asked(examination.gates)]
        return mailersend.explained(answers, wrong)

    def send_bulk(self, request: Request) -> Reply:
        """`POST /v1/bulk-email`: each mail by itself; what is wrong with some stops none of the others."""
        bulk_id = identifiers.new_id(request.now)
        keepers = self._keepers()
        messages: list[Message] = []
        to_nobody: list[Message] = []
        ready: dict[int, tuple[Draft, ...]] = {}
        errors: dict[str, Mapping[str, Sequence[str]]] = {}
        suppressed: dict[str, tuple[str, ...]] = {}
        recipients = 0
        for position, body in enumerate(mailersend.read_bulk(request.json_list, MOST_DRAFTS)):
            try:
                ready[position] = self._ready(body, request, keepers)
            except _REFUSALS as wrong:
                problem = problem_of(wrong)
                errors[f"message.{position}"] = problem.fields or {"message": [problem.message]}
        keepers.ask_for_all([draft for drafts in ready.values() for draft in drafts], request)
        for position, drafts in ready.items():
            recipients += sum(len(draft.recipients) for draft in drafts)
            examination = keepers.examination(whole(drafts), request, spending=True)
            try:
                outcomes = admit(
                    drafts,
                    request.token,
                    new_id=partial(identifiers.new_id, request.now),
                    examination=examination,
                    now=request.now,
                    bulk_id=bulk_id,
                )
                messages.extend(outcome.message for outcome in outcomes)
            except MailRefusedAtGateError as refusal:
                if refusal.answer.code is Code.RECIPIENT_SUPPRESSED:
                    to_nobody += _to_nobody(drafts, request, examination, bulk_id)
                else:
                    problem = problem_of(refusal)
                    errors[f"message.{position}"] = problem.fields or {"message": [problem.message]}
            for key, blocks in examination.suppressed.items():
                suppressed[key] = tuple(mailersend.REASONS[block.list.value] for block in blocks)
        bulk = Bulk(
            account_id=request.account_id,
            bulk_id=bulk_id,
            created_at=request.now,
            message_ids=tuple(message.message_id for message in messages),
            recipients=recipients,
            errors=errors,
            suppressed=suppressed,
        )
        # Whose record can't be written is told to try again: not after its mails have gone.
        self._bulks.add(bulk)
        self._store.add_all([*messages, *to_nobody])
        return mailersend.bulk_accepted(bulk)

    def show_bulk(self, request: Request) -> Reply:
        """`GET /v1/bulk-email/{bulk}`."""
        bulk_id = read_message_id(request.parameters["bulk"])
        bulk = None if bulk_id is None else self._bulks.by_id(request.account_id, bulk_id)
        if bulk is None:
            raise BulkNotFoundError
        return mailersend.bulk_shown(bulk)

    def send_batch(self, request: Request) -> Reply:
        """`POST /v1/send/batch`: an answer for each, in order. Once something doesn't answer, the others aren't tried; with none
        taken before that, the whole is refused."""
        keepers = self._keepers()
        replies: list[Reply] = []
        down: Reply | None = None
        for body in sendara.read_batch(request.json_list):
            reply = down or self._one_of_batch(body, request, keepers)
            if reply.status == _UNAVAILABLE:
                if all(each.status != _CREATED for each in replies):
                    raise UnavailableError
                down = reply
            replies.append(reply)
        return sendara.batch_answered([sendara.batch_entry(each) for each in replies])

    def _one_of_batch(self, body: Mapping[str, object], request: Request, keepers: Gatekeepers) -> Reply:
        """The answer that it would have got alone."""

        def act() -> Reply:
            try:
                drafts = self._ready(body, request, keepers)
                examination = keepers.examination(whole(drafts), request, spending=True)
                outcome = self._accept(drafts, request, examination)[0]
            except (*_REFUSALS, UnavailableError) as refusal:
                return sendara_problems.render(problem_of(refusal))
            return sendara.accepted(outcome.message, body, {})

        try:
            return self._once.carry_out_one(body, request.token, _SEND_PATH, act, request.now)
        except (*_KEY_REFUSALS, UnavailableError) as refusal:
            return sendara_problems.render(problem_of(refusal))

    def open_upload(self, request: Request) -> Reply:
        """`POST /v1/uploads`, `POST /api/v1/uploads`: a form is handed out; the file never comes through here. Any token that
        may send may name the uploads of its account whose ids it knows."""
        upload = self._keepers().uploads.open(request.account_id, request.now)
        if request.dialect is Dialect.SENDMAILOS:
            return sendmailos_uploads.opened(upload)
        return mailersend_uploads.opened(upload)

    def _ready(self, body: Mapping[str, object], request: Request, keepers: Gatekeepers) -> tuple[Draft, ...]:
        draft = keepers.named_once(self._drafting.read(body, request.dialect), request)
        return self._drafting.ready(draft, request.token, request.now, keepers.uploads)

    def _with_files(
        self, drafts: tuple[Draft, ...], request: Request, keepers: Gatekeepers
    ) -> tuple[Draft, ...]:
        """The drafts of one mail, with the files that it names by a URL. Only for a mail that may go is anything fetched."""
        if not has_links(drafts[0]):
            return drafts
        self._files.check(drafts[0])
        passed(asked(keepers.examination(whole(drafts), request, spending=False).gates), request.now)
        attachments = self._files.fetched(drafts[0].attachments)
        return tuple(replace(draft, attachments=attachments) for draft in drafts)

    def _accept(
        self, drafts: Sequence[Draft], request: Request, examination: Examination
    ) -> tuple[Accepted, ...]:
        return accept(
            drafts,
            request.token,
            new_id=partial(identifiers.new_id, request.now),
            examination=examination,
            store=self._store,
            now=request.now,
        )


def _answer(outcome: Accepted, drafts: Sequence[Draft], request: Request) -> Reply:
    match request.dialect:
        case Dialect.MAILERSEND:
            return mailersend.accepted(outcome, outcome.suppressed, _names(drafts))
        case Dialect.SENDARA:
            return sendara.accepted(outcome.message, request.json, request.headers)
        case Dialect.SENDMAILOS:
            return sendmailos.accepted(outcome.message)


def _to_nobody(
    drafts: Sequence[Draft], request: Request, examination: Examination, bulk_id: str | None = None
) -> list[Message]:
    """What is kept of mail to nobody: one record, however many mails it would have come to."""
    sender = examination.sender
    if sender is None:
        return []
    made = booked_to_nobody(
        whole(drafts),
        request.token,
        sender,
        examination.suppressed,
        message_id=identifiers.new_id(request.now),
        created_at=request.now,
        bulk_id=bulk_id,
    )
    return [made]


def _names(drafts: Sequence[Draft]) -> dict[str, str]:
    return {box.address.key: box.name for draft in drafts for box in draft.recipients}
