"""Reading what a message consists of, as the three services write it: addresses, files, moments."""

from __future__ import annotations

import binascii
import mimetypes
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.identities.addresses import AddressError
from letterhead.messages.draft import Attachment, Mailbox, UploadedFile
from letterhead.messages.linked_files import name_in
from letterhead.messages.uploads import NO_SUCH_UPLOAD, UPLOAD_PREFIX

if TYPE_CHECKING:
    from letterhead.dialects.fields import Fields
    from letterhead.identities.addresses import AddressRules, EmailAddress

LONGEST_NAME = 191
_NAMED = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^"<>@]*))\s*<([^<>\s]+)>\s*', re.DOTALL)
_GENERIC = "application/octet-stream"


def address(fields: Fields, where: str, value: object, rules: AddressRules) -> EmailAddress | None:
    """An address; what is wrong with it is noted at `where`."""
    if not isinstance(value, str) or not value.strip():
        fields.wrong(where, f"The {where} field is required.")
        return None
    try:
        return rules.parse(value.strip())
    except AddressError:
        fields.wrong(where, f"The {where} must be a valid email address.")
        return None


def mailbox(fields: Fields, where: str, value: object, rules: AddressRules) -> Mailbox | None:
    """MailerSend's `{"email", "name"}`."""
    if not isinstance(value, Mapping):
        fields.wrong(where, f"The {where} must be an object.")
        return None
    found = address(fields, f"{where}.email", value.get("email"), rules)
    name = value.get("name")
    if name is not None and not isinstance(name, str):
        fields.wrong(f"{where}.name", f"The {where}.name must be a string.")
        return None
    name = (name or "").strip()
    if len(name) > LONGEST_NAME:
        fields.wrong(f"{where}.name", f"The {where}.name may not be greater than {LONGEST_NAME} characters.")
    return None if found is None else Mailbox(found, name)


def mailboxes(fields: Fields, where: str, value: object, rules: AddressRules) -> tuple[Mailbox, ...]:
    """A list of those; nothing where it is absent."""
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.wrong(where, f"The {where} must be an array.")
        return ()
    found = (mailbox(fields, f"{where}.{position}", each, rules) for position, each in enumerate(value))
    return tuple(box for box in found if box is not None)


def named_address(fields: Fields, where: str, value: object, rules: AddressRules) -> Mailbox | None:
    """An address, bare or as `"Name" <address>` (RFC 5322 section 3.4)."""
    if not isinstance(value, str) or not value.strip():
        fields.wrong(where, f"The {where} field is required.")
        return None
    match = _NAMED.fullmatch(value)
    name, text = "", value
    if match is not None:
        quoted, plain, text = match.groups()
        name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (plain or "").strip()
    found = address(fields, where, text, rules)
    return None if found is None else Mailbox(found, name)


def files(
    fields: Fields, value: object, *, type_key: str, id_key: str, may_be_linked: bool = False
) -> tuple[Attachment, ...]:
    """Attachments with a `filename` and base64 `content` or an `upload_id`, or, where the service has that, the `url` of the
    file, which may name it too; the type is guessed from the name where none is given."""
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.wrong("attachments", "The attachments must be an array.")
        return ()
    found = (
        _file(fields, f"attachments.{position}", each, type_key, id_key, may_be_linked)
        for position, each in enumerate(value)
    )
    return tuple(file for file in found if file is not None)


def _file(
    fields: Fields, where: str, value: object, type_key: str, id_key: str, may_be_linked: bool
) -> Attachment | None:
    if not isinstance(value, Mapping):
        fields.wrong(where, f"The {where} must be an object.")
        return None
    filename, content = value.get("filename"), value.get("content")
    url = _url(fields, where, value, may_be_linked)
    if filename is None and url is not None:
        filename = name_in(url)
    if not isinstance(filename, str) or not filename.strip():
        fields.wrong(f"{where}.filename", f"The {where}.filename field is required.")
        return None
    upload = _upload(fields, where, value) if "upload_id" in value else None
    if upload is None and url is None and not isinstance(content, str):
        fields.wrong(f"{where}.content", f"The {where}.content field is required.")
        return None
    try:
        octets = b64decode("".join(content.split()), validate=True) if isinstance(content, str) else b""
    except (binascii.Error, ValueError):
        fields.wrong(f"{where}.content", f"The {where}.content must be base64.")
        return None
    content_id, disposition = value.get(id_key), value.get("disposition")
    if disposition not in (None, "inline", "attachment"):
        fields.wrong(f"{where}.disposition", f"The selected {where}.disposition is invalid.")
    if content_id is not None and not isinstance(content_id, str):
        fields.wrong(f"{where}.{id_key}", f"The {where}.{id_key} must be a string.")
        return None
    content_type = value.get(type_key)
    if not isinstance(content_type, str) or not content_type:
        content_type = "" if url is not None else mimetypes.guess_type(filename)[0] or _GENERIC
    is_inline = disposition == "inline" or (disposition is None and content_id is not None)
    return Attachment(filename.strip(), octets, content_type, is_inline, content_id or None, upload, url)


def _url(fields: Fields, where: str, value: Mapping[str, object], may_be_linked: bool) -> str | None:
    url = value.get("url")
    if url is None or (not may_be_linked and (value.get("content") is not None or "upload_id" in value)):
        return None
    if not may_be_linked:
        fields.wrong(
            f"{where}.url", f"The {where}.url is not fetched here: send the file as content, in base64."
        )
    elif not isinstance(url, str) or not url:
        fields.wrong(f"{where}.url", f"The {where}.url must be a string.")
    elif value.get("content") is not None or "upload_id" in value:
        fields.wrong(f"{where}.url", f"The {where}.url may not stand beside content or upload_id.")
    else:
        return url
    return ""


def _upload(fields: Fields, where: str, value: Mapping[str, object]) -> UploadedFile | None:
    text = value["upload_id"]
    if value.get("content") is not None:
        fields.wrong(f"{where}.upload_id", f"The {where}.upload_id may not stand beside content.")
    upload_id = identifiers.from_any(UPLOAD_PREFIX, text) if isinstance(text, str) else None
    if upload_id is None:
        fields.wrong(f"{where}.upload_id", NO_SUCH_UPLOAD.format(where=where))
        return UploadedFile("")
    return UploadedFile(upload_id)


def unix_moment(fields: Fields, name: str, value: object) -> datetime | None:
    """A moment in Unix seconds."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**34:
        fields.wrong(name, f"The {name.replace('_', ' ')} must be a Unix timestamp.")
        return None
    return datetime.fromtimestamp(value, UTC)


def rfc3339_moment(fields: Fields, name: str, value: object) -> datetime | None:
    """A moment as RFC 3339 writes it, with its offset."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    fields.wrong(name, f"The {name.replace('_', ' ')} must be an RFC 3339 date-time.")
    return None


def texts(fields: Fields, name: str, *, most: int) -> tuple[str, ...]:
    """A list of strings; nothing where it is absent."""
    return fields.texts(name, most=most) or ()
