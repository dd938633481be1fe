"""One call: method, path, the function that serves it, and the scope that it needs in its dialect."""

from __future__ import annotations

from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.values import value_type

MAILERSEND, SENDARA, SENDMAILOS = Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS
ACCOUNT, DOMAIN, IDENTITY = Reach.ACCOUNT, Reach.DOMAIN, Reach.IDENTITY


@value_type
class Route:
    """One call. `path` has its parameters in braces, as API Gateway writes them.

    `dialect` and `scope` say whose call it is and what its token needs; a public page has neither. `operation` is
    `<function>.<act>`. `reach` is how much of its account a token has to reach at least; a call that is open to restricted
    tokens shows them their own part only. `test_mode` says whether a test token may make it: one that says nothing is open to
    them if it only reads. `body_type` is the media type of its body. `key_in_body` says that the body may have the idempotency
    key, which goes before the header's.
    """

    method: str
    path: str
    operation: str
    dialect: Dialect | None = None
    scope: str = ""
    reach: Reach = Reach.ACCOUNT
    test_mode: bool | None = None
    body_type: str = "application/json"
    key_in_body: bool = False

    @property
    def open_to_test_tokens(self) -> bool:
        """Whether a test token may make the call."""
        return self.method == "GET" if self.test_mode is None else self.test_mode

    @property
    def function(self) -> str:
        """The function that serves it."""
        return self.operation.partition(".")[0]
