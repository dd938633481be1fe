"""Files that are too large for a request: asked for, named by a mail, and never another account's."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from letterhead import identifiers
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.messages import MessageItem, MessageTable
from letterhead.adapters.uploaded_files import UploadedFiles
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.messages.uploads import LARGEST_FILES, MOST_IN_REQUEST
from letterhead.tokens.dialect import Dialect
from tests.fakes.agency import Agency
from tests.fakes.aws import REGION
from tests.fakes.sending_domains import registered_domain
from tests.fakes.stored_domains import put

MB = 1024 * 1024


@pytest.fixture
def s3(tables):
    client = boto3.client("s3")
    client.create_bucket(Bucket="ContentsBucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture
def function(s3, load):
    return load("email")


@pytest.fixture
def agency(s3):
    agency = Agency()
    made = registered_domain(
        "web-agency.com",
        agency.account.account_id,
        domain_id=identifiers.new_id(datetime.now(UTC)),
        can_send=True,
        statuses=dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED),
    )
    put(agency.domains, made)
    return agency


def opened(function, agency):
    answer = function.call("POST", "/v1/uploads", agency.token(Dialect.MAILERSEND).text)
    assert answer.status == 201, answer.text
    return answer.json["data"]


def place(s3, account_id, upload_id, content=b"film"):
    s3.put_object(Bucket="ContentsBucket", Key=f"uploads/{account_id}/{upload_id}", Body=content)


def mail(*upload_ids, **changes):
    files = [{"filename": "film.mp4", "upload_id": each} for each in upload_ids]
    return {
        "from": {"email": "news@web-agency.com"},
        "to": [{"email": "rita@reader.example"}],
        "subject": "Hello",
        "text": "Hi",
        "attachments": files,
    } | changes


def send(function, agency, content, path="/v1/email"):
    return function.call("POST", path, agency.token(Dialect.MAILERSEND).text, json=content)


def refused(answer):
    assert answer.status == 422, answer.text
    assert list(MessageItem.scan()) == []
    return list(answer.json["errors"])


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda _rival, upload: upload, id="its id alone"),
        pytest.param(lambda rival, upload: f"../{rival}/{upload}", id="a way up"),
        pytest.param(lambda rival, upload: f"{rival}/{upload}", id="its account's name before it"),
        pytest.param(lambda rival, upload: f"uploads/{rival}/{upload}", id="the whole key"),
        pytest.param(lambda _rival, upload: f"{upload}\x00", id="an octet more"),
        pytest.param(lambda _rival, upload: [upload], id="no text"),
    ],
)
def test_another_accounts_upload_is_not_there(function, agency, s3, forged):
    rival = Agency("rival").account.account_id
    upload_id = identifiers.new_id(datetime.now(UTC))
    place(s3, rival, upload_id)
    assert refused(send(function, agency, mail(forged(rival, upload_id)))) == ["attachments.0.upload_id"]


def test_the_form_takes_one_key_of_the_accounts_own_and_a_bounded_size(function, agency):
    token = agency.token(Dialect.SENDMAILOS)
    answer = function.call("POST", "/api/v1/uploads", token.text).json["upload"]
    upload_id = identifiers.from_uuid(answer["id"])
    policy = json.loads(base64.b64decode(answer["fields"]["policy"]))
    conditions = policy["conditions"]
    key = f"uploads/{agency.account.account_id}/{upload_id}"
    assert {"key": key} in conditions
    assert {"bucket": "ContentsBucket"} in conditions
    assert ["content-length-range", 1, 25 * MB] in conditions
    assert (answer["fields"]["key"], answer["largest"]) == (key, 25 * MB)
    assert answer["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15, seconds=1)
    assert answer["url"].endswith("/ContentsBucket")


def test_a_mail_keeps_what_it_was_accepted_with(function, agency, s3):
    upload_id = opened(function, agency)["id"]
    place(s3, agency.account.account_id, upload_id, b"x" * 10 * MB)
    answer = send(function, agency, mail(upload_id, upload_id))
    assert answer.status == 202, answer.text
    (item,) = MessageItem.scan()
    store = MessageTable("MessagesTable", MessageContents("ContentsBucket"), timedelta(days=30))
    first, second = store.by_id(item.account_id, item.message_id).draft.attachments
    assert (first.content, first.content_type, first.upload.size) == (b"", "video/mp4", 10 * MB)
    assert first.upload == second.upload
    uploads = UploadedFiles("ContentsBucket")
    assert uploads.read(item.account_id, first.upload) == b"x" * 10 * MB
    assert uploads.read("another account", first.upload) is None
    place(s3, agency.account.account_id, upload_id, b"y" * 10 * MB)
    assert uploads.read(item.account_id, first.upload) is None
    s3.delete_object(Bucket="ContentsBucket", Key=f"uploads/{item.account_id}/{upload_id}")
    assert uploads.read(item.account_id, first.upload) is None


def test_unfinished_unknown_and_old_uploads_are_refused(function, agency, s3):
    account_id, now = agency.account.account_id, datetime.now(UTC)
    unfinished = opened(function, agency)["id"]
    old = identifiers.new_id(now - timedelta(hours=24, seconds=5))
    place(s3, account_id, old)
    wanted = [f"attachments.{position}.upload_id" for position in range(3)]
    assert refused(send(function, agency, mail(unfinished, "0gone000gone0000", old))) == wanted
    place(s3, account_id, unfinished)
    young = identifiers.new_id(now - timedelta(hours=23))
    place(s3, account_id, young)
    assert send(function, agency, mail(unfinished, young)).status == 202


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"upload_id": ""}, "attachments.0.upload_id"),
        ({"upload_id": None}, "attachments.0.upload_id"),
        ({"upload_id": 7}, "attachments.0.upload_id"),
        ({"content": "YQ=="}, "attachments.0.upload_id"),
        ({"filename": ""}, "attachments.0.filename"),
    ],
)
def test_what_names_an_upload_wrongly_is_told(function, agency, s3, changes, field):
    upload_id = opened(function, agency)["id"]
    place(s3, agency.account.account_id, upload_id)
    file = {"filename": "film.mp4", "upload_id": upload_id} | changes
    assert refused(send(function, agency, mail(attachments=[file]))) == [field]


def test_files_beyond_what_a_mail_may_have_are_refused(function, agency, s3):
    upload_id = opened(function, agency)["id"]
    small = {"filename": "a.txt", "content": "YQ=="}
    named = {"filename": "film.mp4", "upload_id": upload_id}
    place(s3, agency.account.account_id, upload_id, b"x" * LARGEST_FILES)
    assert refused(send(function, agency, mail(attachments=[named, small]))) == ["attachments"]
    assert refused(send(function, agency, mail(upload_id, upload_id))) == ["attachments"]
    assert send(function, agency, mail(upload_id)).status == 202


def test_a_request_names_a_bounded_number_of_uploads_and_each_is_looked_up_once(function, agency, s3):
    now = datetime.now(UTC)
    uploads = [identifiers.new_id(now) for _ in range(MOST_IN_REQUEST + 1)]
    for each in uploads:
        place(s3, agency.account.account_id, each)
    answer = send(function, agency, [mail(each) for each in (*uploads, uploads[0])], "/v1/bulk-email")
    shown = function.call(
        "GET",
        f"/v1/bulk-email/{answer.json['bulk_email_id']}",
        agency.token(Dialect.MAILERSEND).text,
    ).json["data"]
    assert list(shown["validation_errors"]) == [f"message.{MOST_IN_REQUEST}"]
    assert shown["total_recipients_count"] == MOST_IN_REQUEST + 1


def test_explain_tells_what_is_wrong_with_an_upload(function, agency):
    upload_id = opened(function, agency)["id"]
    explained = send(function, agency, mail(upload_id), "/v1/email/explain").json["data"]
    assert list(explained["errors"]) == ["attachments.0.upload_id"]
    assert not explained["can_send"]


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("403", 403)])
def test_nothing_is_sent_while_uploads_cannot_be_looked_up(function, agency, code, status):
    upload_id = opened(function, agency)["id"]
    with Stubber(function.app.keepers.uploads._client) as stub:
        stub.add_client_error("head_object", code, http_status_code=status)
        answer = send(function, agency, mail(upload_id))
    assert answer.status == 503, answer.text
    assert list(MessageItem.scan()) == []
