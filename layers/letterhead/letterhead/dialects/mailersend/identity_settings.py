"""The settings of an account's confirmation mails, in MailerSend's style: requests into concepts, concepts into answers."""

from __future__ import annotations

from dataclasses import fields
from string import ascii_letters, digits, hexdigits
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.link_hosts import link_host_object, read_link_hosts
from letterhead.dialects.plain_text import line, paragraphs
from letterhead.dialects.reply import Reply
from letterhead.identities.addresses import AddressError, AddressRules, EmailAddress
from letterhead.identities.from_header import mailbox
from letterhead.identities.links import LINK_LIFETIME
from letterhead.identities.settings import ConfirmationSender, IdentitySettings, SettingsChange
from letterhead.mail.confirmation_mail import ConfirmationFacts, confirmation_mail
from letterhead.mail.template_check import HtmlCleaner, TemplateError, check_html, check_subject, check_text
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain

NO_SUCH_SENDER_DOMAIN = "The sender email must be at a verified domain of this account."
_LONGEST_LINE = 191
_LONGEST_LOCAL_PART = 64  # RFC 5321 section 4.5.3.1.1
_LONGEST_BUTTON = 60
_LONGEST_URL = 2000
_LONGEST_MESSAGE = 500
_LONGEST_TEXT = 20_000
_LONGEST_HTML = 50_000
_URL_CHARACTERS = frozenset(ascii_letters + digits + "-._~:/?#[]@!$&'()*+,;=%")  # RFC 3986 section 2
_HEX = frozenset(hexdigits)
_NOT_TEXT = frozenset({"sender_domain_id", "link_hosts"})


@value_type
class SettingsRules:
    """What it takes libraries to know about settings."""

    addresses: AddressRules
    html: HtmlCleaner


@value_type
class WantedSettings:
    """What a caller wants otherwise; `sender` is the own sender address, where one is asked for; `link_hosts` are
    domains' ids, each with a host or None for the usual one."""

    change: SettingsChange
    sender: EmailAddress | None = None
    link_hosts: tuple[tuple[str, str | None], ...] | None = None


@value_type
class Preview:
    """What a preview is of: the settings, the sender, whose mail it would be, and for which domain."""

    settings: IdentitySettings
    sender: ConfirmationSender
    asker: str
    domain: str
    base_url: str
    now: datetime


def read_settings(body: Mapping[str, object], rules: SettingsRules) -> WantedSettings:
    """What `PUT /v1/identities/settings` asks for: an absent field stays, null brings its default back.

    Raises `InvalidFieldsError` with every field that is wrong.
    """
    given = Fields(body)
    read = {
        "sender_name": line(given, "sender_name", longest=_LONGEST_LINE),
        "sender_local_part": _local_part(given, rules),
        "subject": _checked(given, "subject", line(given, "subject", longest=_LONGEST_LINE), check_subject),
        "html": _checked(
            given,
            "html",
            given.text("html", longest=_LONGEST_HTML),
            lambda html: check_html(html, rules.html),
        ),
        "text": _checked(given, "text", paragraphs(given, "text", longest=_LONGEST_TEXT), check_text),
        "logo_url": _logo(given),
        "button_color": _color(given, "button_color"),
        "background_color": _color(given, "background_color"),
        "button_text": line(given, "button_text", longest=_LONGEST_BUTTON),
        "success_message": paragraphs(given, "success_message", longest=_LONGEST_MESSAGE),
    }
    sender = _own_sender(given, rules)
    link_hosts = read_link_hosts(given)
    given.finish()
    values = {name: value for name, value in read.items() if given.has(name)}
    if given.has("sender_email"):
        values |= {"sender_email": None, "sender_domain_id": None}
    return WantedSettings(SettingsChange(values), sender, link_hosts)


def read_preview_domain(body: Mapping[str, object]) -> str | None:
    """The domain that a preview names, if it names one; what can't be an id names none of the account's."""
    given = Fields(body)
    text = given.text("domain_id")
    given.finish()
    return (identifiers.from_any(identifiers.DOMAIN_PREFIX, text) or text) if text else None


def shown(settings: IdentitySettings) -> Reply:
    """The answer to a read and to a change: every setting, null where the default holds."""
    names = [field.name for field in fields(settings) if field.name not in _NOT_TEXT]
    plain = {name: getattr(settings, name) for name in names}
    return Reply(
        200, {"data": {**plain, "link_hosts": [link_host_object(one) for one in settings.link_hosts]}}
    )


def previewed(preview: Preview) -> Reply:
    """The answer to a preview: a mail to a person who doesn't exist, with a link that leads nowhere."""
    facts = ConfirmationFacts(
        asker=preview.asker,
        name="Jane Doe",
        address="jane@client.example",
        domain=preview.domain,
        url=f"{preview.base_url}/confirmations/preview",
        expires_at=preview.now + LINK_LIFETIME,
        note="Hi Jane, this is where your note stands.",
    )
    content = confirmation_mail(facts, preview.settings.template)
    return Reply(
        200,
        {
            "data": {
                "from": mailbox(preview.sender.name, preview.sender.address),
                "subject": content.subject,
                "html": content.html,
                "text": content.text,
                "success_message": preview.settings.success_message,
            }
        },
    )


def sample_domain(domain: SendingDomain | None) -> tuple[str, str]:
    """The name that a preview's mail is from, and as people read it."""
    return (domain.name, domain.shown_name) if domain else ("your-domain.example", "your-domain.example")


def _checked(given: Fields, name: str, value: str | None, check: Callable[[str], str]) -> str | None:
    if value is None:
        return None
    try:
        return check(value)
    except TemplateError as error:
        given.wrong(name, f"The {name} {error}.")
        return None


def _local_part(given: Fields, rules: SettingsRules) -> str | None:
    name = "sender_local_part"
    text = given.text(name, longest=_LONGEST_LOCAL_PART)
    if text is None:
        return None
    try:
        address = rules.addresses.parse(f"{text}@example.com")
    except AddressError:
        address = None
    if address is None or address.local != text or address.needs_smtputf8:
        given.wrong(
            name, "The sender local part must be what can stand before the @ of an address, in ASCII."
        )
    return text


def _own_sender(given: Fields, rules: SettingsRules) -> EmailAddress | None:
    name = "sender_email"
    text = given.text(name, longest=_LONGEST_LINE)
    if text is None:
        return None
    try:
        address = rules.addresses.parse(text)
    except AddressError:
        given.wrong(name, "The sender email must be a valid email address.")
        return None
    if address.needs_smtputf8:
        given.wrong(name, "The sender email may have only ASCII characters before the @.")
    return address


def _logo(given: Fields) -> str | None:
    text = given.text("logo_url", longest=_LONGEST_URL)
    if text is not None and not _is_plain_https(text):
        given.wrong(
            "logo_url",
            "The logo url must be an https address without credentials, percent-encoded where it has to be.",
        )
    return text


def _is_plain_https(text: str) -> bool:
    if not _URL_CHARACTERS.issuperset(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def _color(given: Fields, name: str) -> str | None:
    text = given.text(name)
    if text is not None and not (
        len(text) == len("#rrggbb") and text[0] == "#" and _HEX.issuperset(text[1:])
    ):
        given.wrong(name, f"The {name.replace('_', ' ')} must be a colour of the form #rrggbb.")
    return text
