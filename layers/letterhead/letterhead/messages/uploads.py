"""Files that are too large for a request: put into the store first, then named by the mails that carry them.

An upload belongs to the account that asked for it: whoever looks for one says whose it is to be, and there is no other way to
one. What a mail is accepted with is what leaves: a file that was put there again since is another one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.messages.draft import DraftRefusedError, UploadedFile
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.messages.draft import Attachment, Draft

UPLOAD_PREFIX = "upl"
# Octets of the files of a mail in all (contracts A.8), which in base64 stay below the 40 MB of SES (SES quotas, message size).
LARGEST_FILES = 25 * 1024 * 1024
OPEN_FOR = timedelta(minutes=15)
# From when it was asked for. With the three days ahead of `send_at` and the three for which a mail may be held back a file is
# needed for seven days, and the store keeps it for eight.
USABLE_FOR = timedelta(hours=24)
MOST_IN_REQUEST = 50

NO_SUCH_UPLOAD = "The {where}.upload_id names no file that was uploaded in the last 24 hours."
TOO_LARGE = f"The attachments may have {LARGEST_FILES // 1024 // 1024} MB together, uploaded files included."
TOO_MANY = f"One request may name at most {MOST_IN_REQUEST} uploads."


@value_type
class UploadForm:
    """Where and with which fields a file is posted (multipart/form-data, the field `file` last)."""

    url: str
    fields: Mapping[str, str]


@value_type
class Upload:
    """An upload that is open until `expires_at`."""

    upload_id: str
    form: UploadForm
    expires_at: datetime


class UploadStore(Protocol):
    """Where uploads are kept, each below its account."""

    def form(self, account_id: str, upload_id: str, *, most: int, lasting: timedelta) -> UploadForm:
        """A form by which a file of at most `most` octets can be put there for so long."""

    def find(self, account_id: str, upload_id: str) -> UploadedFile | None:
        """What this account has put there, or None. Raises `UnavailableError`."""

    def read(self, account_id: str, file: UploadedFile) -> bytes | None:
        """Its octets; None when it isn't there, or isn't that file any more. Raises `UnavailableError`."""


class RememberedUploads:
    """The uploads of one request: those that it names, each looked up once, and the one that it opens."""

    def __init__(self, store: UploadStore) -> None:
        self._store = store
        self._found: dict[str, UploadedFile | None] = {}

    def open(self, account_id: str, now: datetime) -> Upload:
        """A new upload of an account's."""
        upload_id = identifiers.new_id(now)
        form = self._store.form(account_id, upload_id, most=LARGEST_FILES, lasting=OPEN_FOR)
        return Upload(upload_id, form, now + OPEN_FOR)

    def completed(self, draft: Draft, account_id: str, now: datetime) -> Draft:
        """The draft, its uploads with what is known of them.

        Raises `DraftRefusedError` for those that this account hasn't, hasn't finished or has had for too long, and for more
        than a mail may have; `UnavailableError` when they can't be looked up.
        """
        if all(each.upload is None for each in draft.attachments):
            return draft
        wrong: dict[str, tuple[str, ...]] = {}
        attachments: list[Attachment] = []
        for position, each in enumerate(draft.attachments):
            if each.upload is None:
                attachments.append(each)
                continue
            where = f"attachments.{position}"
            found = self._find(account_id, each.upload.upload_id, now)
            if found is None:
                wrong[f"{where}.upload_id"] = (NO_SUCH_UPLOAD.format(where=where),)
            else:
                attachments.append(replace(each, upload=found))
        if sum(map(size_of, attachments)) > LARGEST_FILES:
            wrong["attachments"] = (TOO_LARGE,)
        if wrong:
            raise DraftRefusedError(wrong)
        return replace(draft, attachments=tuple(attachments))

    def _find(self, account_id: str, upload_id: str, now: datetime) -> UploadedFile | None:
        if identifiers.made_at(upload_id) + USABLE_FOR < now:
            return None
        if upload_id not in self._found:
            if len(self._found) >= MOST_IN_REQUEST:
                raise DraftRefusedError({"attachments": (TOO_MANY,)})
            self._found[upload_id] = self._store.find(account_id, upload_id)
        return self._found[upload_id]


def size_of(file: Attachment) -> int:
    """Its octets, wherever they are."""
    return len(file.content) if file.upload is None else file.upload.size
