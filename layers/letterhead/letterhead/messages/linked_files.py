"""Files that a mail names by where they are: they are fetched while the mail is taken, or it isn't taken.

Whoever may send may have this service ask for a URL; it asks as a stranger would, with nothing of the caller's or its own, and
only where outbound requests may go at all (`letterhead.outbound.rules`), after each redirect too.
"""

from __future__ import annotations

import mimetypes
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from letterhead.messages.draft import DraftRefusedError
from letterhead.messages.uploads import LARGEST_FILES, TOO_LARGE, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.messages.draft import Attachment, Draft
    from letterhead.outbound.exchange import Answer, OutboundHttp

LARGEST_FILE = 5 * 1024 * 1024  # octets; contracts C.3
LARGEST_TOGETHER = 7 * 1024 * 1024  # with what the request itself carries; contracts C.3
SECONDS = 10.0  # for all of a mail's files: the request has 29 for everything
MOST_REDIRECTS = 3

_CONNECT_SECONDS = 3.0
_HEADERS = {"User-Agent": "Letterhead", "Accept": "*/*"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110 section 15.4
# RFC 6838 section 4.2.
_MEDIA_TYPE = re.compile(r"([a-z0-9][a-z0-9!#$&^_.+-]{0,126})/([a-z0-9][a-z0-9!#$&^_.+-]{0,126})")
# What says nothing of a file; the second is S3's word where none was given.
_GENERIC = ("application/octet-stream", "binary/octet-stream")
_LONGEST_NAME = 150
_NAMELESS = "attachment"
_TOO_LARGE_TOGETHER = (
    f"The attachments may have {LARGEST_TOGETHER // 1024 // 1024} MB together where some are fetched."
)


class FilesNotFetchedError(Exception):
    """Files of a mail couldn't be fetched; maps each (`attachments.0.url`) to the reason. The next try may go well."""

    def __init__(self, fields: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


class LinkedFiles:
    """What fetches them."""

    def __init__(self, http: OutboundHttp) -> None:
        self._http = http

    def check(self, draft: Draft) -> None:
        """Raise `DraftRefusedError` for the URLs that are never asked for, whatever there is; nobody is asked."""
        if not has_links(draft):
            return
        from letterhead.outbound.rules import NotAllowedError

        wrong = {}
        for position, each in enumerate(draft.attachments):
            if each.url is not None:
                try:
                    self._http.check_url(each.url)
                except NotAllowedError as error:
                    wrong[f"attachments.{position}.url"] = (str(error),)
        if wrong:
            raise DraftRefusedError(wrong)

    def fetched(self, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The attachments, each with its content; at the same time, for they have `SECONDS` together.

        Raises `FilesNotFetchedError`.
        """
        from concurrent.futures import ThreadPoolExecutor

        linked = [position for position, each in enumerate(attachments) if each.url is not None]
        with ThreadPoolExecutor(max_workers=len(linked)) as threads:
            outcomes = dict(
                zip(linked, threads.map(lambda at: self._outcome(attachments[at]), linked), strict=True)
            )
        wrong = {
            f"attachments.{position}.url": (f"The attachments.{position}.url can't be used: {outcome}",)
            for position, outcome in outcomes.items()
            if isinstance(outcome, str)
        }
        if wrong:
            raise FilesNotFetchedError(wrong)
        whole = tuple(
            each if (outcome := outcomes.get(position)) is None or isinstance(outcome, str) else outcome
            for position, each in enumerate(attachments)
        )
        if sum(len(each.content) for each in whole) > LARGEST_TOGETHER:
            raise FilesNotFetchedError({"attachments": (_TOO_LARGE_TOGETHER,)})
        if sum(map(size_of, whole)) > LARGEST_FILES:
            raise FilesNotFetchedError({"attachments": (TOO_LARGE,)})
        return whole

    def _outcome(self, file: Attachment) -> Attachment | str:
        """The file with its content, or what stands against it."""
        from letterhead.outbound.exchange import TimedOutError, UnreachableError
        from letterhead.outbound.rules import NotAllowedError

        try:
            answer = self._answer(file.url or "")
        except (NotAllowedError, UnreachableError) as error:
            return str(error)
        except TimedOutError:
            return f"the file didn't come within {SECONDS:g} seconds."
        fault = _fault(answer)
        if fault is not None:
            return fault
        content_type = file.content_type or _content_type(answer.content_type, file.filename)
        return replace(file, content=answer.first_bytes, content_type=content_type, url=None)

    def _answer(self, url: str) -> Answer:
        """What the last host in a row of redirects answers, or the last redirect that is followed."""
        from letterhead.outbound.exchange import Deadlines, TimedOutError

        left = SECONDS
        for followed in range(MOST_REDIRECTS + 1):
            deadlines = Deadlines(min(_CONNECT_SECONDS, left), left)
            answer = self._http.get(url, headers=_HEADERS, deadlines=deadlines, most_bytes=LARGEST_FILE)
            if answer.status not in _REDIRECTS or answer.location is None or followed == MOST_REDIRECTS:
                break
            url = urldefrag(urljoin(url, answer.location)).url
            left -= answer.seconds
            if left <= 0:
                raise TimedOutError
        return answer


def has_links(draft: Draft) -> bool:
    """Whether some of its files have yet to be fetched."""
    return any(each.url is not None for each in draft.attachments)


def name_in(url: str) -> str:
    """What a file is called by the last part of its URL's path: without what no file system takes in a name."""
    try:
        last = unquote(urlsplit(url).path).replace("\\", "/").rpartition("/")[2]
    except ValueError:
        return _NAMELESS
    name = "".join(each for each in last if each.isprintable() and each not in '<>:"|?*').strip(" .")
    return name[-_LONGEST_NAME:].strip(" .") or _NAMELESS


def _fault(answer: Answer) -> str | None:
    if answer.status in _REDIRECTS and answer.location is not None:
        return f"it redirects more than {MOST_REDIRECTS} times."
    if answer.status != 200:
        return f"its host answers with status {answer.status}."
    if answer.cut:
        return f"the file has more than {LARGEST_FILE // 1024 // 1024} MB."
    if answer.broken_off:
        return "the connection ended before the file did."
    if (answer.content_encoding or "identity").strip().lower() != "identity":
        # Inflated it might have any size, and what it is compressed for is a browser.
        return "its host sends the file compressed, which nobody has asked it for."
    return None


def _content_type(answered: str | None, filename: str) -> str:
    """The host's word for what the file is, where it says something that a mail's part can be."""
    match = _MEDIA_TYPE.fullmatch((answered or "").partition(";")[0].strip().lower())
    if match is not None and match[0] not in _GENERIC and match[1] not in {"multipart", "message"}:
        return match[0]
    return mimetypes.guess_type(filename)[0] or _GENERIC[0]
