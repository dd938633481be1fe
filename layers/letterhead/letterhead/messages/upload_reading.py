"""Giving mails the files that were uploaded for them, when they leave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead.mail.message import AttachmentLostError
from letterhead.messages.departure import NotTakenError
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from letterhead.messages.departure import MessageProvider
    from letterhead.messages.draft import Attachment
    from letterhead.messages.message import Message
    from letterhead.messages.uploads import UploadStore


class WithUploads:
    """A provider that gets the octets of a mail's uploads with it."""

    def __init__(self, provider: MessageProvider, store: UploadStore) -> None:
        self._provider = provider
        self._store = store

    def send(self, message: Message, now: datetime) -> str:
        """As the provider's own; raises `AttachmentLostError`, too, and `NotTakenError` when the store doesn't answer now."""
        if any(each.upload is not None for each in message.draft.attachments):
            try:
                files = tuple(self._read(message))
            except UnavailableError as error:
                raise NotTakenError from error
            message = replace(message, draft=replace(message.draft, attachments=files))
        return self._provider.send(message, now)

    def _read(self, message: Message) -> Iterator[Attachment]:
        for each in message.draft.attachments:
            if each.upload is None:
                yield each
                continue
            content = self._store.read(message.account_id, each.upload)
            if content is None:
                raise AttachmentLostError
            yield replace(each, content=content, upload=None)
