"""A mail's uploads are read when it leaves; one that is gone ends it, one that can't be read now doesn't."""

from __future__ import annotations

import pytest

from letterhead.mail.message import AttachmentLostError
from letterhead.messages.departure import NotTakenError
from letterhead.messages.draft import Attachment, UploadedFile
from letterhead.messages.upload_reading import WithUploads
from letterhead.unavailable import UnavailableError
from tests.fakes.message_world import NOW, Provider, draft, message
from tests.fakes.sender_identities import ACCOUNT

FILM = UploadedFile("0upload00upload0", 4, '"mark"')
NOTE = Attachment("note.txt", b"note", "text/plain")


class Uploads:
    """Files by account and upload."""

    def __init__(self) -> None:
        self.files = {(ACCOUNT, FILM): b"film"}
        self.broken = False

    def read(self, account_id, file):
        if self.broken:
            raise UnavailableError
        return self.files.get((account_id, file))


@pytest.fixture
def uploads():
    return Uploads()


def leave(uploads, *attachments, **changes):
    provider = Provider()
    sender = WithUploads(provider, uploads)
    sender.send(message(draft=draft(attachments=attachments), **changes), NOW)
    return provider.sent[0].draft.attachments


def test_a_file_goes_with_its_octets(uploads):
    film = Attachment("film.mp4", b"", "video/mp4", inline=True, content_id="film", upload=FILM)
    assert leave(uploads, film, NOTE) == (
        Attachment("film.mp4", b"film", "video/mp4", inline=True, content_id="film"),
        NOTE,
    )


def test_a_mail_without_uploads_asks_for_none(uploads):
    uploads.broken = True
    assert leave(uploads, NOTE) == (NOTE,)


def test_a_file_that_is_gone_ends_the_mail(uploads):
    film = Attachment("film.mp4", b"", "video/mp4", upload=FILM)
    with pytest.raises(AttachmentLostError):
        leave(uploads, film, account_id="0other00account0")
    uploads.files.clear()
    with pytest.raises(AttachmentLostError):
        leave(uploads, film)


def test_a_file_that_cannot_be_read_now_lets_the_mail_come_again(uploads):
    uploads.broken = True
    with pytest.raises(NotTakenError):
        leave(uploads, Attachment("film.mp4", b"", "video/mp4", upload=FILM))
