"""Whatever a caller puts into a mail, reading it ends in a draft or in SES's refusal."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from email import message_from_bytes, policy

from hypothesis import given, settings
from hypothesis import strategies as st

from local.ses.composing import with_ses_headers
from local.ses.draft import read_draft
from local.ses.errors import SesError
from local.ses.events import SentMail, events_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ODD_TEXT = st.sampled_from(
    [
        "a@b.com",
        "<>",
        "a@",
        "@",
        '"',
        "(",
        "a@[1.2.3.4]",
        "=?utf-8?q?=0A?=",
        "ü@ü.de",
        "A: b@c.de;",
        ",",
        "\\",
        "a@b..c",
    ]
) | st.text(max_size=12)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["From", "To", "Cc", "Bcc", "X-SES-MESSAGE-TAGS", "Content-Type", "Subject"]),
        ODD_TEXT,
    ),
    max_size=6,
)


def sent(draft):
    raw = with_ses_headers(draft.raw, "1@email.amazonses.com", NOW)
    return SentMail(
        message_id="1",
        sent_at=NOW,
        source="a@b.com",
        source_arn="arn:aws:ses:us-east-1:000000000000:identity/b.com",
        account_id="000000000000",
        destination=draft.recipients,
        message=message_from_bytes(raw, policy=policy.default),
        tags=draft.tags,
    )


@settings(max_examples=50, deadline=None)
@given(HEADERS, st.binary(max_size=40))
def test_no_raw_mail_breaks_sending(headers, body):
    lines = [b"From: a@b.com", *(f"{name}: {value}".encode("utf-8", "replace") for name, value in headers)]
    raw = b"\r\n".join([*lines, b"", body])

    with contextlib.suppress(SesError):
        draft = read_draft({"Content": {"Raw": {"Data": raw}}, "Destination": {"ToAddresses": ["x@y.com"]}})
        assert draft.has_virus is False
        json.dumps(events_of(sent(draft), rejected=False, now=NOW))
    assert with_ses_headers(raw, "1@email.amazonses.com", NOW).startswith(
        b"Message-ID: <1@email.amazonses.com>\r\n"
    )


@settings(max_examples=50, deadline=None)
@given(ODD_TEXT, ODD_TEXT, ODD_TEXT, ODD_TEXT, ODD_TEXT)
def test_no_simple_mail_breaks_sending(sender, recipient, subject, text, filename):
    attachment = {"FileName": filename, "RawContent": b"x", "ContentType": subject, "ContentId": text}
    simple = {
        "Subject": {"Data": subject},
        "Body": {"Text": {"Data": text}, "Html": {"Data": text, "Charset": recipient}},
        "Attachments": [attachment],
    }

    with contextlib.suppress(SesError):
        read_draft(
            {
                "FromEmailAddress": sender,
                "Destination": {"ToAddresses": [recipient]},
                "ReplyToAddresses": [sender],
                "Content": {"Simple": simple},
            }
        )
