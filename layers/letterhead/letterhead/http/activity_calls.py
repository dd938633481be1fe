"""Activity, messages, recipients and analytics over HTTP. All calls only read, but the one that forgets a recipient."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.activity.activity import day_of
from letterhead.activity.analytics import groups_of
from letterhead.activity.recipients import NoSuchRecipientError, domain_in
from letterhead.dialects.mailersend import activity as mailersend
from letterhead.dialects.mailersend import analytics
from letterhead.dialects.mailersend.ids import read_message_id
from letterhead.dialects.mailersend.pages import NO_SUCH_CURSOR, PageAddress
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.sendara import messages as sendara
from letterhead.domains.domain import DomainNotFoundError
from letterhead.domains.pages import DomainQuery
from letterhead.messages.reading import MessageQuery, told_by
from letterhead.reputation.rates import LONGEST_WINDOW, rates_of
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.restriction import DomainPagesInReach, DomainsInReach
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from letterhead.activity.activity import Activity
    from letterhead.activity.counts import Counts
    from letterhead.activity.log import ActivityHistory
    from letterhead.activity.recipients import Recipient, RecipientList
    from letterhead.dialects.mailersend.pages import PageQuery
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.pages import DomainPage
    from letterhead.http.request import Request
    from letterhead.messages.reading import MessageFacts, Messages
    from letterhead.reputation.rates import ReputationLimits
    from letterhead.tokens.token import ApiToken

_DOMAINS_AT_ONCE = 100
# How many messages a filtered list looks at before it gives what it has, and a cursor.
_MOST_SEARCHED = 300
# How many mails a recipient is shown with.
_MOST_MAILS = 25


class ActivityNotFoundError(Exception):
    """This account has no such activity or message, or it isn't kept any more."""


class ActivityDomains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page of the account's domains."""


class KeyedSends(Protocol):
    """Where the keys are known that senders gave their messages."""

    def message_of(self, token: ApiToken, key: str, now: datetime) -> str | None:
        """The id of the message that any token of the account was sent with under that key, or None."""


@value_type
class ActivityCalls:
    """The calls; `operations` has them by the names of the table of routes. A restricted token sees its own domain's part."""

    domains: ActivityDomains
    history: ActivityHistory
    messages: Messages
    keys: KeyedSends
    recipients: RecipientList
    counts: Counts
    limits: ReputationLimits

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        return {
            "activity.list": self.list,
            "activity.show": self.show,
            "activity.list_messages": self.list_messages,
            "activity.show_message": self.show_message,
            "activity.list_recipients": self.list_recipients,
            "activity.show_recipient": self.show_recipient,
            "activity.delete_recipient": self.delete_recipient,
            "activity.list_domain_recipients": self.list_domain_recipients,
            "activity.show_analytics": self.show_analytics,
            "activity.show_reputation": self.show_reputation,
        }

    def list(self, request: Request) -> Reply:
        """`GET /v1/activity/{domain}`."""
        domain = self._domain(request, request.parameters["domain"])
        page, query = mailersend.read_activity(request.query, domain.domain_id)
        found = self.history.page(query, request.now)
        url = f"{request.base_url}/v1/activity/{domain.domain_id}"
        return mailersend.activities_listed(page, found, request.query, url)

    def show(self, request: Request) -> Reply:
        """`GET /v1/activities/{activity}`."""
        found = self.history.by_id(request.account_id, request.parameters["activity"], request.now)
        if found is None or not request.token.sees_domain(found.domain_id):
            raise ActivityNotFoundError
        return mailersend.activity_shown(found)

    def list_messages(self, request: Request) -> Reply:
        """`GET /v1/messages`."""
        if request.dialect is Dialect.SENDARA:
            return self._messages_of_sendara(request)
        page = mailersend.read_page_alone(request.query)
        query = MessageQuery(
            size=page.size + 1,
            skipped=mailersend.skipped_of(page),
            after=page.after,
            domain_id=request.token.domain_id,
        )
        found = self.messages.page(request.account_id, query, request.now)
        return mailersend.messages_listed(page, found, f"{request.base_url}/v1/messages")

    def show_message(self, request: Request) -> Reply:
        """`GET /v1/messages/{message}`."""
        text = request.parameters["message"]
        if request.dialect is Dialect.SENDARA:
            return sendara.shown(*self._message(request, sendara.read_id(text)))
        message, activities = self._message(request, read_message_id(text))
        domain = self.domains.by_id(request.account_id, message.domain_id)
        return mailersend.message_shown(message, activities, domain)

    def list_recipients(self, request: Request) -> Reply:
        """`GET /v1/recipients`: domain after domain, the newest one first, or those of one."""
        page, domain_id = mailersend.read_recipients(request.query)
        url = f"{request.base_url}/v1/recipients"
        if domain_id is None:
            return self._recipients(request, page, self._every_domain(request), PageAddress(url, {}))
        domain = self._asked(request, domain_id)
        return self._recipients_of(request, page, domain, PageAddress(url, {"domain_id": domain.domain_id}))

    def show_recipient(self, request: Request) -> Reply:
        """`GET /v1/recipients/{mailed}`: with the mails to them among the account's last messages."""
        recipient = self._recipient(request)
        query = MessageQuery(size=_MOST_SEARCHED, domain_id=recipient.domain_id)
        found = (
            message
            for message in self.messages.page(request.account_id, query, request.now)
            if recipient.address in (*message.recipients, *message.dropped)
        )
        mails = [(message, self._history(request, message)) for message in islice(found, _MOST_MAILS)]
        domain = self.domains.by_id(request.account_id, recipient.domain_id)
        return mailersend.recipient_shown(recipient, mails, domain)

    def delete_recipient(self, request: Request) -> Reply:
        """`DELETE /v1/recipients/{mailed}`: lists that block them keep them."""
        recipient_id = request.parameters["mailed"]
        domain_id = domain_in(recipient_id)
        seen = domain_id is not None and request.token.sees_domain(domain_id)
        if not (seen and self.recipients.forget(request.account_id, recipient_id, request.now)):
            raise NoSuchRecipientError
        return Reply(204)

    def list_domain_recipients(self, request: Request) -> Reply:
        """`GET /v1/domains/{domain}/recipients`."""
        domain = self._domain(request, request.parameters["domain"])
        page = mailersend.read_page_alone(request.query, of_recipients=True)
        url = f"{request.base_url}/v1/domains/{domain.domain_id}/recipients"
        return self._recipients_of(request, page, domain, PageAddress(url, {}))

    def show_analytics(self, request: Request) -> Reply:
        """`GET /v1/analytics/date`."""
        domain_id, query = analytics.read_analytics(request.query, request.now)
        if domain_id is None:
            domains = [domain.domain_id for domain in self._every_domain(request)]
        else:
            domains = [self._asked(request, domain_id).domain_id]
        return analytics.analytics_shown(query, request.query, groups_of(query, domains, self.counts))

    def show_reputation(self, request: Request) -> Reply:
        """`GET /v1/analytics/reputation`."""
        domain_id, identity_id = analytics.read_reputation(request.query)
        domain = self._asked(request, domain_id)
        first, last = day_of(request.now - LONGEST_WINDOW), day_of(request.now)
        counts = [
            count
            for count in self.counts.days(domain_id, first, last)
            if identity_id in (None, count.identity_id)
        ]
        return analytics.reputation_shown(domain, identity_id, rates_of(counts, request.now), self.limits)

    def _messages_of_sendara(self, request: Request) -> Reply:
        values = dict(request.query)
        if values.get("idempotency_key"):
            found_id = self.keys.message_of(request.token, values["idempotency_key"], request.now)
            return sendara.shown(*self._message(request, found_id))
        wanted = sendara.read_list(values)
        found: list[tuple[MessageFacts, str]] = []
        last: str | None = None
        if wanted.nothing:
            return sendara.listed((), None)
        query = MessageQuery(
            size=_MOST_SEARCHED,
            after=wanted.after,
            domain_id=request.token.domain_id,
            since=wanted.since,
            until=wanted.until,
        )
        candidates = self.messages.page(request.account_id, query, request.now)
        for message in candidates:
            if len(found) == wanted.size:
                return sendara.listed(found, last)
            last = message.message_id
            status = sendara.status_word(message, self._history(request, message))
            if wanted.fits(message, status):
                found.append((message, status))
        return sendara.listed(found, last if len(candidates) == _MOST_SEARCHED else None)

    def _recipient(self, request: Request) -> Recipient:
        found = self.recipients.by_id(request.account_id, request.parameters["mailed"], request.now)
        if found is None or not request.token.sees_domain(found.domain_id):
            raise NoSuchRecipientError
        return found

    def _message(self, request: Request, message_id: str | None) -> tuple[MessageFacts, Sequence[Activity]]:
        """A message and its activities, which may be kept when it isn't any more."""
        if message_id is None:
            raise ActivityNotFoundError
        message = self.messages.by_id(request.account_id, message_id, request.now)
        activities = self.history.of_message(request.account_id, message_id, request.now)
        message = message or told_by(activities)
        if message is None or not request.token.sees_domain(message.domain_id):
            raise ActivityNotFoundError
        return message, activities

    def _history(self, request: Request, message: MessageFacts) -> Sequence[Activity]:
        if not message.has_history:
            return ()
        return self.history.of_message(request.account_id, message.message_id, request.now)

    def _recipients_of(
        self, request: Request, page: PageQuery, domain: SendingDomain, address: PageAddress
    ) -> Reply:
        if page.after is not None and page.after[:16] != domain.domain_id:
            raise InvalidFieldsError({"cursor": (NO_SUCH_CURSOR,)})
        return self._recipients(request, page, iter([domain]), address)

    def _recipients(
        self, request: Request, page: PageQuery, domains: Iterator[SendingDomain], address: PageAddress
    ) -> Reply:
        skipped = mailersend.skipped_of(page)
        found: list[tuple[Recipient, SendingDomain]] = []
        last_domain_id = None if page.after is None else page.after[:16]
        for domain in domains:
            # The domain of the page before may be gone by now: the list goes on with the next older one.
            if last_domain_id is not None and domain.domain_id > last_domain_id:
                continue
            behind = page.after if domain.domain_id == last_domain_id else None
            wanted = skipped + page.size + 1 - len(found)
            of_domain = self.recipients.page(domain.domain_id, size=wanted, after=behind, now=request.now)
            found += [(recipient, domain) for recipient in of_domain]
            if len(found) > skipped + page.size:
                break
        shown = found[skipped : skipped + page.size]
        return mailersend.recipients_listed(page, shown, address, has_more=len(found) > skipped + page.size)

    def _domain(self, request: Request, domain_id: str) -> SendingDomain:
        found = None
        if identifiers.is_id(domain_id):
            found = DomainsInReach(self.domains, request.token).by_id(request.account_id, domain_id)
        if found is None or found.leaving:
            raise DomainNotFoundError
        request.subject.domain_id = found.domain_id
        return found

    def _asked(self, request: Request, domain_id: str) -> SendingDomain:
        """The domain that a query names."""
        with suppress(DomainNotFoundError):
            return self._domain(request, domain_id)
        raise InvalidFieldsError({"domain_id": (analytics.NO_SUCH_DOMAIN,)})

    def _every_domain(self, request: Request) -> Iterator[SendingDomain]:
        pages = DomainPagesInReach(self.domains, self.domains, request.token)
        after: str | None = None
        while True:
            query = DomainQuery(size=_DOMAINS_AT_ONCE, after=after, counted=False)
            page = pages.page(request.account_id, query)
            yield from page.domains
            if not page.is_full:
                return
            after = page.domains[-1].domain_id
