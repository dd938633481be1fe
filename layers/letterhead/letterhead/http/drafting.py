"""From a request to a draft that can be a mail, its template filled in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.mailersend import email as mailersend
from letterhead.dialects.sendara import send as sendara
from letterhead.dialects.sendmailos import send as sendmailos
from letterhead.messages.draft import DraftRefusedError, MessageType, check, check_size
from letterhead.messages.unsubscribe_link import PLACE, has_place
from letterhead.templates.template import MissingVariablesError, fill
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.identities.addresses import AddressRules
    from letterhead.messages.draft import Draft
    from letterhead.messages.uploads import RememberedUploads
    from letterhead.templates.template import Template, TemplateEngine, TemplateStore
    from letterhead.tokens.token import ApiToken

LINK_VARIABLE = "unsubscribe"
_MOST_DATA = 256 * 1024
TOO_MUCH_DATA = "The variables of a mail may have at most 256 KB."
NO_SUCH_TEMPLATE = "The selected template id is invalid."


class Drafting:
    """Reads drafts in three dialects and fills in the account's templates."""

    def __init__(self, addresses: AddressRules, templates: TemplateStore, engine: TemplateEngine) -> None:
        self._addresses = addresses
        self._templates = templates
        self._engine = engine

    def read(self, body: Mapping[str, object], dialect: Dialect) -> Draft:
        """The draft that a body asks for; raises `InvalidFieldsError`."""
        match dialect:
            case Dialect.MAILERSEND:
                return mailersend.read_email(body, self._addresses)
            case Dialect.SENDARA:
                return sendara.read_send(body, self._addresses)
            case Dialect.SENDMAILOS:
                return sendmailos.read_send(body, self._addresses)

    def ready(
        self, draft: Draft, token: ApiToken, now: datetime, uploads: RememberedUploads
    ) -> tuple[Draft, ...]:
        """The mails that a draft comes to: one, or one for each recipient where each gets a text, or an unsubscribe link, of
        their own.

        Raises `DraftRefusedError`, `AttachmentsTooLargeError`, `MissingVariablesError`, `UnfitVariablesError`,
        `RenderedTooLargeError`; also `UnavailableError` when its uploads can't be looked up.
        """
        check_size(draft.attachments)
        check(draft, now)
        draft = uploads.completed(draft, token.account_id, now)
        template = None if draft.template_id is None else self._template(draft.template_id, token)
        mails = tuple(self._filled(each, template) for each in _apart(draft, template))
        for mail in mails:
            check(mail, now)
        return mails

    def _template(self, text: str, token: ApiToken) -> Template:
        template_id = identifiers.from_any("tpl", text)
        found = None if template_id is None else self._templates.by_id(token.account_id, template_id)
        if found is None or (found.domain_id is not None and token.domain_id not in (None, found.domain_id)):
            raise DraftRefusedError({"template_id": (NO_SUCH_TEMPLATE,)})
        return found

    def _filled(self, draft: Draft, template: Template | None) -> Draft:
        variables = {**draft.variables, **draft.personalization.get(draft.to[0].address.key, {})}
        if variables and len(json.dumps(variables)) > _MOST_DATA:
            raise DraftRefusedError({"personalization": (TOO_MUCH_DATA,)})
        # A variable of the caller's goes before the link of that name, which stands in the mail when it leaves.
        named = {LINK_VARIABLE: PLACE, **variables}
        if template is not None:
            content = fill(template, named, self._engine)
            return replace(
                draft,
                subject=draft.subject or content.subject,
                html=draft.html or content.html,
                text=draft.text or content.text,
                template_id=None,
            )
        if not variables:
            return draft
        return replace(
            draft,
            subject=self._in_line("subject", draft.subject, named) or "",
            html=self._in_line("html", draft.html, named),
            text=self._in_line("text", draft.text, named),
        )

    def _in_line(self, part: str, source: str | None, variables: Mapping[str, object]) -> str | None:
        """A part that came with the call, with its variables filled in."""
        if source is None:
            return None
        try:
            missing = self._engine.variables(source) - variables.keys()
        except ValueError as error:
            raise DraftRefusedError({part: (f"The {part} can't be personalized: {error}.",)}) from error
        if missing:
            raise MissingVariablesError(missing)
        return self._engine.fill(source, variables, html=part == "html")


def _apart(draft: Draft, template: Template | None) -> tuple[Draft, ...]:
    if len(draft.to) == 1:
        return (draft,)
    sources = () if template is None else (template.text, template.html)
    if not (
        draft.message_type is MessageType.MARKETING
        or any(box.address.key in draft.personalization for box in draft.to)
        or has_place(draft.text, draft.html, *sources)
    ):
        return (draft,)
    # Copies go with the first one only, or their readers would get as many as there are recipients.
    first, *others = (replace(draft, to=(box,)) for box in draft.to)
    return (first, *(replace(other, cc=(), bcc=()) for other in others))
