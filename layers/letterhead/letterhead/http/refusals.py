"""One table from what concepts raise to what a caller is told.

Errors stand in it by their names, `<module>.<class>` below `letterhead`, so that a function loads no concept only to know its
errors; tests/http/test_refusals.py holds that each name is an error's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.dialects.problem import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from letterhead.identities.settings import LinkHostError


class NoSuchCallError(Exception):
    """There is no such path, or it doesn't know that method but the ones named."""

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__("no such call")
        self.allow = allow


class UnsupportedMediaError(Exception):
    """A body in another form than JSON."""


def _no_such_call(error: NoSuchCallError) -> Problem:
    if error.allow:
        return Problem(Kind.METHOD_NOT_ALLOWED, allow=error.allow)
    return Problem(Kind.NOT_FOUND)


_TAKEN = Problem(Kind.TAKEN, fields={"domain_name": ("The name has already been taken.",)})

_LIMITED_FIELDS = {"domains": "domain_name", "identities": "email"}


def _incomplete_identity(error: Any) -> Problem:
    from letterhead.dialects.mailersend.identities import NEEDED

    return Problem(Kind.INVALID, fields={error.field: (NEEDED[error.field],)})


def _unknown_domain(_: Exception) -> Problem:
    from letterhead.dialects.mailersend.identities import NO_SUCH_DOMAIN

    return Problem(Kind.INVALID, fields={"domain_id": (NO_SUCH_DOMAIN,)})


def _too_many_to_search(_: Exception) -> Problem:
    from letterhead.dialects.mailersend.identities import TOO_MANY_TO_SEARCH

    return Problem(Kind.INVALID, fields={"domain_id": (TOO_MANY_TO_SEARCH,)})


def _no_sender_domain(_: Exception) -> Problem:
    from letterhead.dialects.mailersend.identity_settings import NO_SUCH_SENDER_DOMAIN

    return Problem(Kind.INVALID, fields={"sender_email": (NO_SUCH_SENDER_DOMAIN,)})


def _no_link_host(error: LinkHostError) -> Problem:
    from letterhead.dialects.mailersend.link_hosts import link_host_field

    field, text = link_host_field(error)
    return Problem(Kind.INVALID, fields={field: (text,)})


def _too_many_patterns(_: Exception) -> Problem:
    from letterhead.suppressions.pattern import MOST_PATTERNS

    text = f"The account may have at most {MOST_PATTERNS} patterns."
    return Problem(Kind.INVALID, fields={"patterns": (text,)})


_MAILERSENDS_MARK = " #MS42207"  # contracts A.8: a part of its sentence, which stands in its answers alone
_GATE_KINDS = {
    "from_not_verified": Kind.FROM_NOT_VERIFIED,
    "identity_not_verified": Kind.FROM_NOT_VERIFIED,
    "no_shared_sender": Kind.FROM_NOT_VERIFIED,
    "dmarc_rejects": Kind.FROM_NOT_VERIFIED,
    "recipient_suppressed": Kind.SUPPRESSED,
    "daily_limit": Kind.TOO_MANY,
    "warm_up_limit": Kind.TOO_MANY,
}


def _refused_at_gate(error: Any) -> Problem:
    answer = error.answer
    kind = _GATE_KINDS.get(answer.code, Kind.FORBIDDEN)
    text = f"{answer.detail.removesuffix(_MAILERSENDS_MARK)} {answer.fix}".strip()
    if kind is Kind.FROM_NOT_VERIFIED:
        return Problem(kind, text, {"from.email": (answer.detail,)})
    return Problem(kind, text, retry_after=error.retry_after)


def _missing_variables(error: Any) -> Problem:
    texts = tuple(f"The template needs {name}, which isn't given." for name in error.names)
    return Problem(Kind.INVALID, fields={"personalization": texts})


def _ping_failed(error: Any) -> Problem:
    attempt = error.attempt
    became = f"answered {attempt.status}" if attempt.status else str(attempt.cause).replace("_", " ")
    return Problem(Kind.INVALID, fields={"url": (f"The url must take a test ping with a 2xx: {became}.",)})


_UNFIT_VARIABLES = "The template compares, counts or joins a variable that has a value of another kind, as text for a number."
_TOO_MANY_WEBHOOKS = "An account may have at most 100 webhooks."

_PROBLEMS: dict[str, Callable[..., Problem]] = {
    "tokens.authentication.UnauthenticatedError": lambda _: Problem(Kind.UNAUTHENTICATED),
    "tokens.authentication.AccountSuspendedError": lambda _: Problem(
        Kind.FORBIDDEN, "this account is suspended"
    ),
    "tokens.authentication.TokenPausedError": lambda _: Problem(Kind.FORBIDDEN, "this API key is paused"),
    "tokens.authentication.SourceNotAllowedError": lambda _: Problem(
        Kind.FORBIDDEN, "this API key may not be used from this address"
    ),
    "http.admission.ForbiddenError": lambda _: Problem(Kind.FORBIDDEN),
    "http.admission.RestrictedTokenError": lambda _: Problem(
        Kind.FORBIDDEN, "this API key is restricted to a part of its account"
    ),
    "http.admission.LiveTokenNeededError": lambda _: Problem(
        Kind.FORBIDDEN, "a test key changes nothing outside: use a live key for this"
    ),
    "tokens.account_token.TokenNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "tokens.authority.BeyondAuthorityError": lambda error: Problem(Kind.FORBIDDEN, str(error)),
    "tokens.authority.ReplacedSecretError": lambda _: Problem(
        Kind.FORBIDDEN, "this API key has been replaced: manage keys with its successor"
    ),
    "tokens.issuing.GrantRefusedError": lambda error: Problem(
        Kind.INVALID, fields={field: (text,) for field, text in error.fields.items()}
    ),
    "http.refusals.NoSuchCallError": _no_such_call,
    "http.refusals.UnsupportedMediaError": lambda _: Problem(Kind.UNSUPPORTED_MEDIA),
    "dialects.problem.InvalidBodyError": lambda error: Problem(
        Kind.INVALID, str(error), {"body": (str(error),)}
    ),
    "dialects.problem.InvalidFieldsError": lambda error: Problem(Kind.INVALID, fields=error.fields),
    "domains.names.DomainNameError": lambda error: Problem(
        Kind.INVALID, fields={"domain_name": (f"The domain name {error}.",)}
    ),
    "domains.domain.DomainNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "domains.domain.DomainExistsError": lambda _: _TAKEN,
    "domains.registration.NameReservedError": lambda _: Problem(
        Kind.INVALID, fields={"domain_name": ("The domain name is one of this service's own.",)}
    ),
    "http.activity_calls.ActivityNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "activity.recipients.NoSuchRecipientError": lambda _: Problem(Kind.NOT_FOUND),
    "identities.identity.IdentityNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "identities.identity.AddressTakenError": lambda _: Problem(
        Kind.TAKEN, fields={"email": ("The email has already been taken.",)}
    ),
    "identities.resending.AlreadyVerifiedError": lambda _: Problem(
        Kind.INVALID, fields={"email": ("The email has already been verified.",)}
    ),
    "identities.changes.IncompleteIdentityError": _incomplete_identity,
    "identities.exact_sending.AddressRefusedError": lambda _: Problem(Kind.UNAVAILABLE, retry_after=60),
    "identities.pages.TooManyToSearchError": _too_many_to_search,
    "identities.from_mode.FromModeRefusedError": lambda error: Problem(
        Kind.INVALID, fields={"from_mode": (str(error),)}
    ),
    "identities.limits.TooManyMailsError": lambda error: Problem(
        Kind.TOO_MANY, error.message, retry_after=error.retry_after
    ),
    "accounts.limits.LimitReachedError": lambda error: Problem(
        Kind.LIMIT_REACHED,
        f"This account may have at most {error.limit} {error.what}.",
        {_LIMITED_FIELDS[error.what]: (f"This account may have at most {error.limit} {error.what}.",)},
    ),
    "identities.creation.UnknownDomainError": _unknown_domain,
    "identities.creation.DomainNotVerifiedError": lambda _: Problem(
        Kind.INVALID,
        fields={"domain_id": ("The domain must be verified before it can have sender identities.",)},
    ),
    "identities.settings.SenderDomainError": _no_sender_domain,
    "identities.settings.LinkHostError": _no_link_host,
    "jobs.job.JobNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "suppressions.pages.TooManyPatternsError": _too_many_patterns,
    "sandbox.recipient.RecipientNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "sandbox.recipient.RecipientExistsError": lambda _: Problem(
        Kind.INVALID, fields={"email": ("The email is a test recipient already.",)}
    ),
    "sandbox.recipient.RecipientVerifiedError": lambda _: Problem(
        Kind.INVALID, fields={"id": ("The test recipient has been verified already.",)}
    ),
    "sandbox.recipient.TooManyRecipientsError": lambda _: Problem(
        Kind.LIMIT_REACHED, "An account may have at most 3 test recipients."
    ),
    "limits.standing.LimitExceededError": lambda error: Problem(
        Kind.TOO_MANY, "Too many requests.", retry_after=error.retry_after
    ),
    "idempotency.key.IdempotencyKeyError": lambda error: Problem(
        Kind.INVALID, fields={error.field: (str(error),)}
    ),
    "idempotency.run.KeyReusedError": lambda _: Problem(
        Kind.KEY_CONFLICT, "This idempotency key was used for another request."
    ),
    "idempotency.run.InFlightError": lambda error: Problem(
        Kind.KEY_CONFLICT,
        "The request with this idempotency key is still being worked on.",
        retry_after=error.retry_after,
    ),
    "idempotency.run.AnswerNotKeptError": lambda _: Problem(
        Kind.KEY_CONFLICT,
        "The request with this idempotency key was carried out; its answer was too large to be kept.",
    ),
    "messages.draft.DraftRefusedError": lambda error: Problem(Kind.INVALID, fields=error.fields),
    "messages.draft.AttachmentsTooLargeError": lambda _: Problem(
        Kind.TOO_LARGE, "The attachments may have 4 MB together."
    ),
    "messages.gates.MailRefusedAtGateError": _refused_at_gate,
    "messages.linked_files.FilesNotFetchedError": lambda error: Problem(
        Kind.INVALID, fields=error.fields, provisional=True
    ),
    "messages.message.MessageNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "messages.schedules.MessageLeftError": lambda _: Problem(
        Kind.INVALID, fields={"message_id": ("The message can't be cancelled any more.",)}
    ),
    "messages.bulk.BulkNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "templates.template.MissingVariablesError": _missing_variables,
    "templates.template.UnfitVariablesError": lambda _: Problem(
        Kind.INVALID, fields={"personalization": (_UNFIT_VARIABLES,)}
    ),
    "templates.template.RenderedTooLargeError": lambda _: Problem(
        Kind.INVALID, fields={"template_id": ("The template, filled in, is larger than a mail may be.",)}
    ),
    "templates.template.TemplateNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "templates.template.TemplateChangedError": lambda _: Problem(Kind.UNAVAILABLE, retry_after=1),
    "templates.template.TemplateSyntaxError": lambda error: Problem(
        Kind.INVALID, fields={error.part: (f"The {error.part} can't be a template: {error.reason}.",)}
    ),
    "webhooks.endpoint.EndpointNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "webhooks.delivery.DeliveryNotFoundError": lambda _: Problem(Kind.NOT_FOUND),
    "webhooks.endpoint.EndpointUrlTakenError": lambda _: Problem(
        Kind.TAKEN, fields={"url": ("The url has already been taken.",)}
    ),
    "webhooks.endpoint.TooManyEndpointsError": lambda _: Problem(
        Kind.LIMIT_REACHED, _TOO_MANY_WEBHOOKS, {"url": (_TOO_MANY_WEBHOOKS,)}
    ),
    "webhooks.pinging.PingFailedError": _ping_failed,
    "webhooks.replaying.EndpointDisabledError": lambda _: Problem(
        Kind.INVALID, fields={"enabled": ("The webhook is disabled: enable it first.",)}
    ),
    "unavailable.UnavailableError": lambda error: Problem(Kind.UNAVAILABLE, retry_after=error.retry_after),
    "domains.ports.NameRefusedError": lambda _: Problem(
        Kind.INVALID, fields={"domain_name": ("The domain name is not accepted by the mail provider.",)}
    ),
    "domains.ports.ProviderRefusedError": lambda _: Problem(
        Kind.PROVIDER_REFUSED,
        "The mail provider refuses this until the operator of this service has acted; trying again before then won't help.",
    ),
}


def problem_of(error: Exception) -> Problem:
    """What a caller is told about an error; whatever isn't in the table is ours and says nothing."""
    for kind in type(error).__mro__:
        name = f"{kind.__module__.removeprefix('letterhead.')}.{kind.__qualname__}"
        if name in _PROBLEMS:
            return _PROBLEMS[name](error)
    return Problem(Kind.INTERNAL)
