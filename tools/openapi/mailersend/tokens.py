"""MailerSend's API tokens."""

from __future__ import annotations

from letterhead.dialects.mailersend.tokens import LONGEST_NAME
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.tokens.account_token import TokenNotFoundError
from letterhead.tokens.authority import BeyondAuthorityError, ReplacedSecretError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import GrantRefusedError
from letterhead.tokens.scopes import SCOPES
from tools.openapi import values
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, array, body, flag, nullable, one_of, optional, ref, resource, text

_TAG = "Tokens"
TAG = {_TAG: "API tokens. None can make, change or hold one that may do more than itself."}
PATH_PARAMETERS = {"token": Parameter("token", Place.PATH, values.short_id(), "The token's id.")}
_SCOPE = ref("Scope")
_OF_DOMAIN = Parameter(
    "domain_id",
    Place.QUERY,
    values.id_of_any_form(DOMAIN_PREFIX, ""),
    "Those alone that are restricted to this sending domain.",
)
_STATUS = one_of(["pause", "unpause"])
_NAME = values.line("What the token is for.", longest=LONGEST_NAME)


_OBJECT = {
    "id": values.short_id(),
    "name": text(),
    "status": one_of(["pause", "unpause"], "`pause`: every call with it is refused until it goes on."),
    "created_at": values.precise_moment(),
    "scopes": array(_SCOPE),
    "has_full": flag("Whether it has every scope."),
    "domain": {
        "anyOf": [resource({"id": values.short_id(), "name": nullable(text())}), {"type": "null"}],
        "description": "The sending domain that it is restricted to.",
    },
    "preview": values.preview(),
    "expires_at": nullable(values.precise_moment()),
    "identity_id": nullable(values.short_id("The sender identity that it is restricted to.")),
    "allowed_networks": values.networks(),
    "last_used": nullable(values.day("The last day on which it was accepted.")),
    "replaced": values.replaced(values.precise_moment()),
}
SCHEMAS: dict[str, Schema] = {
    "Scope": one_of(sorted(SCOPES[Dialect.MAILERSEND])),
    "Token": resource(_OBJECT, "An API token; the keys from `identity_id` on are Letterhead's."),
    "NewToken": resource({**_OBJECT, "accessToken": values.secret()}, "An API token with its secret."),
}
_CHANGE_REFUSALS = (TokenNotFoundError, BeyondAuthorityError, ReplacedSecretError)
_TOKEN = {"token": "$response.body#/data/id"}
_LINKS = {
    "Show": Link("showToken", _TOKEN),
    "Rename": Link("renameToken", _TOKEN),
    "Pause": Link("pauseToken", _TOKEN),
    "Rotate": Link("rotateToken", _TOKEN),
    "Delete": Link("deleteToken", _TOKEN),
}
_SHOWN = Answer(200, "The token.", one("Token"))

OPERATIONS = {
    ("POST", "/v1/token"): Operation(
        "createToken",
        _TAG,
        "Create a token",
        "What isn't said of the new token it has from the one that asks, beyond which it can't go.",
        Answer(200, "The new token, with its secret this once.", one("NewToken"), _LINKS),
        body=body(
            {
                "name": _NAME,
                "scopes": array(
                    _SCOPE,
                    "Scopes of calls that don't exist here are taken and open nothing.",
                    least=1,
                    most=values.MOST_SCOPES,
                ),
                **values.token_restrictions(),
            },
            required=("name", "scopes"),
        ),
        refusals=(GrantRefusedError, ReplacedSecretError),
    ),
    ("GET", "/v1/token"): Operation(
        "listTokens",
        _TAG,
        "List tokens",
        "Newest first. Tokens of the other services' kinds aren't among them.",
        Answer(200, "A page of tokens.", page_of("Token")),
        parameters=(*PARAMETERS, _OF_DOMAIN),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/token/{token}"): Operation(
        "showToken", _TAG, "Show a token", "Without its secret.", _SHOWN, refusals=(TokenNotFoundError,)
    ),
    ("PUT", "/v1/token/{token}"): Operation(
        "renameToken",
        _TAG,
        "Change a token's name, status or scopes",
        "One of them at least; what isn't named stays. Scopes that the token gains must be the asking one's, for as long and "
        "from as many networks.",
        _SHOWN,
        body=body(
            {
                "name": optional(_NAME),
                "status": optional(_STATUS),
                "scopes": nullable(
                    array(_SCOPE, "All that it is to have.", least=1, most=values.MOST_SCOPES)
                ),
            },
        ),
        body_required=False,
        refusals=(*_CHANGE_REFUSALS, GrantRefusedError),
    ),
    ("PUT", "/v1/token/{token}/settings"): Operation(
        "pauseToken",
        _TAG,
        "Pause a token, or let it go on",
        "At once.",
        _SHOWN,
        body=body({"status": _STATUS}, required=("status",)),
        refusals=_CHANGE_REFUSALS,
    ),
    ("POST", "/v1/token/{token}/rotate"): Operation(
        "rotateToken",
        _TAG,
        "Give a token another secret",
        "Its id and everything else stay.",
        Answer(200, "The token, with its new secret this once.", one("NewToken")),
        body=body(values.overlap()),
        body_required=False,
        refusals=_CHANGE_REFUSALS,
    ),
    ("DELETE", "/v1/token/{token}"): Operation(
        "deleteToken",
        _TAG,
        "Delete a token",
        "It is dead at once.",
        Answer(200, "Deleted. The body is empty."),
        refusals=_CHANGE_REFUSALS,
    ),
}
