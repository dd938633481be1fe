"""What can go wrong with a call, in a dialect's words: a sample of each error of the table of refusals, rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from letterhead.accounts.limits import Limited, LimitReachedError
from letterhead.activity.recipients import NoSuchRecipientError
from letterhead.dialects.problem import InvalidBodyError, InvalidFieldsError, Kind
from letterhead.domains.domain import DomainExistsError, DomainNotFoundError
from letterhead.domains.names import DomainNameError
from letterhead.domains.ports import NameRefusedError, ProviderRefusedError
from letterhead.domains.registration import NameReservedError
from letterhead.http import dialect_choice
from letterhead.http.activity_calls import ActivityNotFoundError
from letterhead.http.admission import ForbiddenError, LiveTokenNeededError, RestrictedTokenError
from letterhead.http.refusals import NoSuchCallError, UnsupportedMediaError, problem_of
from letterhead.http.routes import Route
from letterhead.idempotency.key import HEADER, IdempotencyKeyError
from letterhead.idempotency.run import AnswerNotKeptError, InFlightError, KeyReusedError
from letterhead.identities.changes import IncompleteIdentityError
from letterhead.identities.creation import DomainNotVerifiedError, UnknownDomainError
from letterhead.identities.exact_sending import AddressRefusedError
from letterhead.identities.from_mode import FromModeRefusedError
from letterhead.identities.identity import AddressTakenError, IdentityNotFoundError
from letterhead.identities.limits import TooManyMailsError
from letterhead.identities.pages import TooManyToSearchError
from letterhead.identities.resending import AlreadyVerifiedError
from letterhead.identities.settings import LinkHostError, LinkHostReason, SenderDomainError
from letterhead.jobs.job import JobNotFoundError
from letterhead.limits.limit import a_minute
from letterhead.limits.standing import LimitExceededError
from letterhead.messages.bulk import BulkNotFoundError
from letterhead.messages.draft import AttachmentsTooLargeError, DraftRefusedError
from letterhead.messages.gates import Code, GateAnswer, GateName, MailRefusedAtGateError, Verdict
from letterhead.messages.linked_files import FilesNotFetchedError
from letterhead.messages.message import MessageNotFoundError
from letterhead.messages.schedules import MessageLeftError
from letterhead.messages.sender import NOT_VERIFIED
from letterhead.sandbox.recipient import (
    RecipientExistsError,
    RecipientNotFoundError,
    RecipientVerifiedError,
    TooManyRecipientsError,
)
from letterhead.suppressions.pages import TooManyPatternsError
from letterhead.templates.template import (
    MissingVariablesError,
    RenderedTooLargeError,
    TemplateChangedError,
    TemplateNotFoundError,
    TemplateSyntaxError,
    UnfitVariablesError,
)
from letterhead.tokens.account_token import TokenNotFoundError
from letterhead.tokens.authentication import (
    AccountSuspendedError,
    SourceNotAllowedError,
    TokenPausedError,
    UnauthenticatedError,
)
from letterhead.tokens.authority import BeyondAuthorityError, ReplacedSecretError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.tokens.issuing import GrantRefusedError
from letterhead.unavailable import UnavailableError
from letterhead.webhooks.delivery import Attempt, Cause, DeliveryNotFoundError
from letterhead.webhooks.endpoint import EndpointNotFoundError, EndpointUrlTakenError, TooManyEndpointsError
from letterhead.webhooks.pinging import PingFailedError
from letterhead.webhooks.replaying import EndpointDisabledError
from tools.openapi.operation import Operation

CRASH = RuntimeError
# Statuses that API Gateway gives by itself, in its own shape, before or in place of a function: HTTP API quotas
# (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html) and Lambda's 6 MB for an event.
GATEWAY_ALONE = {
    413: "the body is over 10 MB, or over the 6 MB that a function takes",
    431: "request line and header values are over 10,240 bytes together",
}
GATEWAY_TOO = frozenset({413, 500, 503})


class UnknownErrorError(Exception):
    """An error of the table of refusals has no sample here; the message names it."""


@dataclass(frozen=True)
class Refusal:
    """One thing that goes wrong: an error as the code raises it, and when that is, in words that follow a colon."""

    error: Exception
    when: str


@dataclass(frozen=True)
class Rendered:
    """A refusal as a caller of one dialect sees it."""

    status: int
    body: Any
    headers: frozenset[str]
    when: str


_SAMPLES: tuple[Refusal, ...] = (
    Refusal(
        UnauthenticatedError(),
        "no token, or one that is malformed, unknown, expired or for another service's calls",
    ),
    Refusal(AccountSuspendedError(), "the account is suspended"),
    Refusal(TokenPausedError(), "the token is paused"),
    Refusal(SourceNotAllowedError(), "the token may not be used from this network"),
    Refusal(ForbiddenError(), "the token lacks the scope"),
    Refusal(RestrictedTokenError(), "the token is restricted to less than this call is about"),
    Refusal(LiveTokenNeededError(), "a test token may not do this"),
    Refusal(UnsupportedMediaError(), "the body is in another form than JSON"),
    Refusal(
        InvalidBodyError("the body isn't valid JSON (line 1, column 2)"),
        "the body can't be read as a JSON object",
    ),
    Refusal(
        InvalidFieldsError({"name": ("The name field is required.",)}), "fields are missing or can't be taken"
    ),
    Refusal(
        LimitExceededError(a_minute("token", "t", 600), 7, ()),
        "the token or its account made too many requests",
    ),
    Refusal(
        IdempotencyKeyError(HEADER, "must have 1 to 255 characters"), "the idempotency key can't be taken"
    ),
    Refusal(KeyReusedError(), "the idempotency key was used for another request"),
    Refusal(InFlightError(2), "the request with this idempotency key is still being worked on"),
    Refusal(
        AnswerNotKeptError(), "the request was carried out before, and its answer was too large to be kept"
    ),
    Refusal(TooManyToSearchError(), "there are too many identities to be searched or put in that order"),
    Refusal(UnavailableError(), "something behind the API doesn't answer now"),
    Refusal(CRASH(), "a fault of the service itself"),
    Refusal(DomainNotFoundError(), "this account has no such domain"),
    Refusal(DomainNameError("is not a valid domain name"), "the name can't be registered"),
    Refusal(DomainExistsError(), "this account has registered the name already"),
    Refusal(NameReservedError(), "the name is one of the service's own, or lies below one"),
    Refusal(NameRefusedError(), "Amazon SES doesn't take the name"),
    Refusal(ProviderRefusedError(), "Amazon SES refuses, and the operator has to act first"),
    Refusal(AddressRefusedError(), "Amazon SES doesn't let go of the address now"),
    Refusal(
        ActivityNotFoundError(), "this account has no such message or activity, or it isn't kept any more"
    ),
    Refusal(
        NoSuchRecipientError(), "this account has mailed no such recipient, or they aren't kept any more"
    ),
    Refusal(IdentityNotFoundError(), "this account has no such sender identity"),
    Refusal(AddressTakenError(), "this account has an identity of that address already"),
    Refusal(AlreadyVerifiedError(), "the address has been confirmed already"),
    Refusal(IncompleteIdentityError("reply_to_email"), "a field needs another one, which the identity lacks"),
    Refusal(
        TooManyMailsError(
            "This address got too many confirmation mails today; please try again tomorrow.", 3600
        ),
        "the address may not be asked by a confirmation mail now",
    ),
    Refusal(RecipientNotFoundError(), "this account has no such test recipient"),
    Refusal(RecipientExistsError(), "the address is a test recipient of this account already"),
    Refusal(RecipientVerifiedError(), "the test recipient has agreed already"),
    Refusal(TooManyRecipientsError(), "the account has as many test recipients as it may have"),
    Refusal(UnknownDomainError(), "this account has no such domain"),
    Refusal(DomainNotVerifiedError(), "the domain isn't verified"),
    Refusal(
        FromModeRefusedError("Receivers would reject this mail."),
        "its mail would get nowhere in that From mode",
    ),
    Refusal(
        LinkHostError(0, LinkHostReason.DOMAIN), "a link host isn't below a verified domain of the account"
    ),
    Refusal(SenderDomainError(), "the sender address isn't at a verified domain of the account"),
    Refusal(TokenNotFoundError(), "there is no such token, or none that this one may see"),
    Refusal(
        BeyondAuthorityError("that token goes beyond this one in scopes"),
        "the other token may do more than this one",
    ),
    Refusal(EndpointNotFoundError(), "there is no such webhook, or none that this token may see"),
    Refusal(DeliveryNotFoundError(), "the webhook has no such delivery"),
    Refusal(EndpointUrlTakenError(), "the domain has a webhook of that URL already"),
    Refusal(TooManyEndpointsError(), "the account has a hundred webhooks"),
    Refusal(
        PingFailedError(Attempt(datetime(2026, 6, 14, tzinfo=UTC), 12, 500, Cause.STATUS)),
        "the URL didn't answer the test ping by a 2xx",
    ),
    Refusal(EndpointDisabledError(), "the webhook is disabled"),
    Refusal(ReplacedSecretError(), "the secret is one that a rotation has replaced"),
    Refusal(
        GrantRefusedError({"scopes": "The scopes can't go beyond the asking token's own."}),
        "the new token would go beyond the asking one, or names a domain or an identity that there isn't",
    ),
    Refusal(JobNotFoundError(), "there is no such job, or none that the token may see"),
    Refusal(TooManyPatternsError(), "the account has as many patterns as it may"),
    Refusal(DraftRefusedError({"subject": ("The subject field is required.",)}), "no mail can be like that"),
    Refusal(AttachmentsTooLargeError(), "the attachments have over 4 MB together"),
    Refusal(
        FilesNotFetchedError({"attachments.0.url": ("its host answers with status 404.",)}),
        "a file that is named by its URL didn't come: it is absent, too large, too slow, or at an address that isn't public",
    ),
    Refusal(
        MailRefusedAtGateError(
            GateAnswer(GateName.SENDER, Verdict.REFUSED, Code.FROM_NOT_VERIFIED, NOT_VERIFIED, "Verify it.")
        ),
        "a gate refuses the mail: its sender, its recipients, the domain, the sandbox or a limit",
    ),
    Refusal(MessageNotFoundError(), "this account has no such scheduled message, or it was cancelled"),
    Refusal(MessageLeftError(), "the message has left, is leaving, or never will"),
    Refusal(BulkNotFoundError(), "this account has sent no such bulk"),
    Refusal(MissingVariablesError(["name"]), "the template needs what isn't given"),
    Refusal(UnfitVariablesError(), "a variable has a value of another kind than the template needs"),
    Refusal(RenderedTooLargeError(), "the template, filled in, is larger than a mail may be"),
    Refusal(TemplateNotFoundError(), "this account has no such template"),
    Refusal(TemplateChangedError(), "the template was changed by another call at the same moment"),
    Refusal(
        TemplateSyntaxError("html", "line 1: call can't be used in a template"), "a part can't be a template"
    ),
    Refusal(LimitReachedError(Limited.DOMAINS, 1), "the account has as many as it may"),
)
_BY_ERROR: Mapping[type[Exception], Refusal] = {type(sample.error): sample for sample in _SAMPLES}
# An unknown path, or an unknown method of a known one: no operation of any document can meet it.
OF_NO_CALL = frozenset({NoSuchCallError})
_OF_EVERY_CALL = (
    UnauthenticatedError,
    AccountSuspendedError,
    TokenPausedError,
    SourceNotAllowedError,
    ForbiddenError,
    LimitExceededError,
    UnavailableError,
    CRASH,
)


def sample_of(error: type[Exception]) -> Refusal:
    """The sample of an error; raises `UnknownErrorError`."""
    if error not in _BY_ERROR:
        raise UnknownErrorError(f"{error.__name__} has no sample: add one to tools/openapi/refusals.py")
    return _BY_ERROR[error]


def errors_of(route: Route, operation: Operation) -> tuple[type[Exception], ...]:
    """Every error that a call can meet: the router's, those of its kind of call, and those declared of it."""
    return tuple(dict.fromkeys([*_OF_EVERY_CALL, *_of_its_kind(route, operation), *operation.refusals]))


def render(refusal: Refusal, dialect: Dialect) -> Rendered:
    """What a caller gets, made by the table of refusals and the dialect's own renderer."""
    problem = problem_of(refusal.error)
    reply = dialect_choice.render(problem, dialect)
    headers = {"WWW-Authenticate"} if problem.kind is Kind.UNAUTHENTICATED else set()
    if problem.retry_after is not None:
        headers.add("Retry-After")
    return Rendered(reply.status, reply.body, frozenset(headers), refusal.when)


def by_status(errors: Iterable[type[Exception]], dialect: Dialect) -> dict[int, list[Rendered]]:
    """These errors as a dialect renders them, by status, lowest first."""
    found: dict[int, list[Rendered]] = {}
    for error in errors:
        rendered = render(sample_of(error), dialect)
        found.setdefault(rendered.status, []).append(rendered)
    return dict(sorted(found.items()))


def is_write(route: Route) -> bool:
    """Whether a call may have an idempotency key."""
    return route.method in {"POST", "PUT", "DELETE"}


def _of_its_kind(route: Route, operation: Operation) -> Iterator[type[Exception]]:
    if route.reach > Reach.IDENTITY:
        yield RestrictedTokenError
    if not route.open_to_test_tokens:
        yield LiveTokenNeededError
    if route.method != "GET":
        yield UnsupportedMediaError
    if is_write(route):
        yield from (IdempotencyKeyError, KeyReusedError, InFlightError, AnswerNotKeptError)
    if operation.body is not None:
        yield InvalidBodyError
        yield InvalidFieldsError
