"""Imports and exports from API Gateway's event to the last step of their jobs."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc

import boto3
import pytest

from letterhead import identifiers
from letterhead.adapters.tables.jobs import JobItem, JobTable
from letterhead.adapters.tables.outbox import OutboxItem
from letterhead.jobs.job import JobMovedError
from letterhead.suppressions.suppression import SuppressionList
from letterhead.tokens.dialect import Dialect
from tests.fakes.aws import REGION
from tests.fakes.sending_domains import NOW
from tests.functions.suppressions.conftest import Caller

CSV = {"content-type": "text/csv"}


@pytest.fixture
def queue(tables):
    client = boto3.client("sqs", region_name=REGION)
    return client, client.create_queue(QueueName="JobsQueue")["QueueUrl"]


@pytest.fixture
def call(queue, load, monkeypatch):
    # Moto copies its tables at each transaction, so that many rows take minutes.
    monkeypatch.setattr("letterhead.suppressions.importing.ROWS_A_STEP", 10)
    monkeypatch.setattr("letterhead.suppressions.exporting.ROWS_A_STEP", 10)
    return Caller(load("suppressions", JOBS_QUEUE_URL=queue[1]))


@pytest.fixture
def worker(queue, load):
    return load("suppression_jobs", JOBS_QUEUE_URL=queue[1])


@pytest.fixture
def work(queue, worker):
    """Hands the worker what is on the queue until there is nothing; how often that was."""
    client, url = queue

    def working() -> int:
        times = 0
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            times += 1
            (message,) = messages
            record = {"messageId": message["MessageId"], "body": message["Body"]}
            assert worker({"Records": [record]}) == {"batchItemFailures": []}
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return times

    return working


def import_csv(call, text, query="", **more):
    body = text if isinstance(text, bytes) else text.encode()
    return call("POST", "/v1/suppressions/import", body=body, headers=CSV, query=query, **more)


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_small_file_is_imported_at_once(call):
    text = "email,list\na@x.com,hard_bounces\nb@x.com,\n*@y.com,\nA@X.com,hard-bounces\nnobody,\nc@x.com,friends\n"
    answer = import_csv(call, text, f"list=unsubscribes&domain_id={call.client.domain_id}")
    assert answer.status == 200, answer.text
    job = answer.json["data"]
    assert (job["status"], job["added"], job["unchanged"], job["refused"]) == ("completed", 2, 1, 3)
    assert job["progress"] == {"rows": 6, "total_rows": 6}
    assert call.shown("hard-bounces") == ["a@x.com"]
    assert call.shown("unsubscribes") == ["b@x.com"]
    report = call("GET", f"/v1/jobs/{job['id']}/result")
    assert report.headers["content-type"].startswith("text/csv")
    assert read(report.text) == [
        ["row", "value", "error"],
        ["4", "*@y.com", "is a pattern, which only the blocklist has"],
        ["6", "nobody", "isn't a valid email address"],
        ["7", "c@x.com", "names no list"],
    ]
    assert call("GET", f"/v1/jobs/{job['id']}").json["data"] == job
    (block,) = call.look_up("a@x.com").json["data"]["blocks"]
    assert block["provenance"]["added_by"] == "import"


def test_a_large_file_becomes_a_job_that_is_done_once(call, work):
    addresses = [f"a{number}@example.com" for number in range(52)]
    answer = import_csv(call, "email\n" + "\n".join(addresses), "list=blocklist")
    assert answer.status == 202
    job = answer.json["data"]
    assert job["status"] == "processing"
    assert job["progress"] == {"rows": 20, "total_rows": 52}
    assert work() == 1
    done = call("GET", f"/v1/jobs/{job['id']}").json["data"]
    assert (done["status"], done["added"], done["refused"]) == ("completed", 52, 0)
    assert done["progress"]["rows"] == 52
    again = import_csv(call, "\n".join(addresses[:33]), "list=blocklist").json["data"]
    work()
    done = call("GET", f"/v1/jobs/{again['id']}").json["data"]
    assert (done["added"], done["unchanged"]) == (0, 33)
    events = [item.data["recipient"] for item in OutboxItem.query(call.account_id)]
    assert sorted(events) == sorted(addresses)


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("number", range(0, 14, 3))
def test_a_job_that_is_killed_goes_on_and_counts_exactly(
    call, worker, queue, dynamodb_faults, no_pauses, number, performed
):
    job = import_csv(call, "\n".join(f"a{n}@example.com" for n in range(45))).json["data"]
    client, url = queue
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    record = {"messageId": "one", "body": message["Body"]}
    dynamodb_faults.break_call(number, performed=performed)
    assert worker({"Records": [record]}) == {"batchItemFailures": [{"itemIdentifier": "one"}]}
    dynamodb_faults.mend()
    for _ in range(3):
        assert worker({"Records": [record]}) == {"batchItemFailures": []}
    done = call("GET", f"/v1/jobs/{job['id']}").json["data"]
    assert (done["status"], done["added"], done["unchanged"]) == ("completed", 45, 0)
    assert len(list(OutboxItem.query(call.account_id))) == 45


def test_a_worker_without_time_hands_the_job_on(call, worker, work, monkeypatch):
    import_csv(call, "\n".join(f"a{n}@example.com" for n in range(45)))
    monkeypatch.setattr(worker.app, "WORKS_FOR", -worker.app.WORKS_FOR)
    client = boto3.client("sqs", region_name=REGION)
    message = {"kind": "job", "account_id": call.account_id, "job_id": "0unknown00000000"}
    assert worker({"Records": [{"messageId": "x", "body": json.dumps(message)}]}) == {"batchItemFailures": []}
    url = worker.app.settings.jobs_queue_url
    (first,) = client.receive_message(QueueUrl=url)["Messages"]
    worker({"Records": [{"messageId": "x", "body": first["Body"]}]})
    (second,) = client.receive_message(QueueUrl=url)["Messages"]
    assert second["Body"] == first["Body"]
    monkeypatch.undo()


def test_of_two_that_work_on_a_job_one_steps_back(call, worker):
    answer = import_csv(call, "\n".join(f"a{n}@example.com" for n in range(25)))
    jobs = JobTable("JobsTable")
    job = jobs.by_id(call.account_id, answer.json["data"]["id"])
    moved = worker.app.work.go_on(job, lambda: False)
    with pytest.raises(JobMovedError):
        worker.app.work.go_on(job, lambda: False)
    assert jobs.by_id(call.account_id, job.job_id) == moved
    jobs.forget(call.account_id)
    assert list(JobItem.query(call.account_id)) == []


def test_an_export_can_be_imported_again(call, work):
    call.add("hard-bounces", "+tag@x.com", "amy@x.com")
    call("POST", "/v1/suppressions/blocklist", json={"patterns": ["info*@*"], "recipients": ["=1@y.com"]})
    call.put("rory@x.com", SuppressionList.SPAM_COMPLAINTS, call.other.domain_id, diagnostic="=HYPERLINK(1)")
    answer = call("POST", "/v1/suppressions/export")
    assert answer.status == 200, answer.text
    job = answer.json["data"]
    assert (job["type"], job["progress"]["rows"]) == ("suppression_export", 5)
    text = call("GET", f"/v1/jobs/{job['id']}/result").text
    table = read(text)
    assert table[0] == ["email", "list", "domain_id", "reason", "created_at", "expires_at", "note"]
    assert {row[0] for row in table[1:]} == {"'+tag@x.com", "amy@x.com", "info*@*", "'=1@y.com", "rory@x.com"}
    assert "'=HYPERLINK(1)" in text
    for which in ("hard-bounces", "spam-complaints", "blocklist"):
        call.remove(which, all=True)
    again = import_csv(call, text).json["data"]
    assert (again["added"], again["refused"]) == (5, 0)
    assert sorted(call.shown("hard-bounces")) == ["+tag@x.com", "amy@x.com"]
    assert call.shown("spam-complaints", f"domain_id={call.other.domain_id}") == ["rory@x.com"]
    assert sorted(call.shown("blocklist")) == ["=1@y.com", "info*@*"]


def test_a_long_export_is_a_job_whose_result_comes_in_parts(call, work, monkeypatch):
    import_csv(call, "\n".join(f"a{n:04}@example.com" for n in range(45)), "list=unsubscribes")
    work()
    answer = call("POST", "/v1/suppressions/export", query="list=unsubscribes")
    assert answer.status == 202
    work()
    monkeypatch.setattr("letterhead.dialects.jobs.PIECES_AT_ONCE", 3)
    job = answer.json["data"]["id"]
    first = call("GET", f"/v1/jobs/{job}/result")
    url, _, _ = first.headers["link"].strip("<").partition(">")
    second = call("GET", f"/v1/jobs/{job}/result", query=url.partition("?")[2])
    assert "link" not in second.headers
    table = read(first.text + second.text)
    assert len({row[0] for row in table[1:]}) == len(table) - 1 == 45
    assert call("GET", f"/v1/jobs/{job}").json["data"]["status"] == "completed"
    assert call("GET", f"/v1/jobs/{job}/result", query="part=x").status == 422


WRONG = [
    (b"\xff\xfe\xff", "", "body"),
    ("bücher@x.com".encode("latin-1"), "", "body"),
    (b'"a@x.com', "", "body"),
    (b"", "", "body"),
    (b"email\n", "", "body"),
    (b"a@x.com", "list=friends", "list"),
    (b"a@x.com", "domain_id=nonsense", "domain_id"),
    (b"a@x.com", "domain_id=0unknown00000000", "domain_id"),
]


@pytest.mark.parametrize(("content", "query", "field"), WRONG)
def test_what_cannot_be_imported_names_its_field(call, content, query, field):
    answer = import_csv(call, content, query)
    assert answer.status == 422
    assert set(answer.json["errors"]) == {field}
    assert list(JobItem.query(call.account_id)) == []


def test_a_body_that_does_not_say_it_is_csv_is_refused(call):
    for headers in ({}, {"content-type": "application/json"}, {"content-type": "text/plain"}):
        answer = call("POST", "/v1/suppressions/import", body="a@x.com", headers=headers)
        assert answer.status == 415, headers


def test_a_token_of_a_domain_imports_and_exports_that_domains_entries_only(call):
    call.add("hard-bounces", "amy@x.com")
    call.add("hard-bounces", "rory@x.com", domain=call.other)
    token = call.token(domain_id=call.client.domain_id)
    text = f"email,domain_id\na@x.com,{call.client.domain_id}\nb@x.com,{call.other.domain_id}\nc@x.com,\n"
    job = import_csv(call, text, "list=unsubscribes", token=token).json["data"]
    assert (job["added"], job["refused"]) == (2, 1)
    report = call("GET", f"/v1/jobs/{job['id']}/result", token=token).text
    assert read(report)[1] == ["3", "b@x.com", "names no domain of this account"]
    assert sorted(call.shown("unsubscribes", f"domain_id={call.client.domain_id}")) == ["a@x.com", "c@x.com"]
    mine = call("POST", "/v1/suppressions/export", token=token).json["data"]
    assert "rory" not in call("GET", f"/v1/jobs/{mine['id']}/result", token=token).text
    whole = call("POST", "/v1/suppressions/export").json["data"]
    assert call("GET", f"/v1/jobs/{whole['id']}", token=token).status == 404
    assert call("GET", f"/v1/jobs/{whole['id']}/result", token=token).status == 404
    foreign = call("POST", "/v1/suppressions/export", query=f"domain_id={call.other.domain_id}", token=token)
    assert foreign.status == 422


def test_the_other_dialects_have_jobs_in_their_own_words(call):
    made = import_csv(call, "a@x.com\n", dialect=Dialect.SENDARA)
    assert (made.status, made.json["added"]) == (200, 1)
    assert call("GET", f"/v1/jobs/{made.json['id']}", Dialect.SENDARA).json == made.json
    other = call("POST", "/api/v1/suppressions/export", Dialect.SENDMAILOS)
    job = other.json["job"]
    assert (other.json["success"], job["progress"]["rows"]) == (True, 1)
    shown = call("GET", f"/api/v1/jobs/{job['id']}/result", Dialect.SENDMAILOS)
    assert "a@x.com" in shown.text
    unknown = identifiers.to_prefixed("job", identifiers.new_id(NOW))
    assert call("GET", f"/v1/jobs/{unknown}", Dialect.SENDARA).status == 404
    assert call("GET", "/v1/jobs/nonsense", Dialect.SENDARA).status == 404


def test_a_long_file_is_taken_in_bounded_memory(call, monkeypatch):
    monkeypatch.setattr("letterhead.suppressions.job_work.import_step", lambda job, *_, **__: (job, ""))
    monkeypatch.setattr("letterhead.http.job_calls._STEPS_AT_ONCE", 0)

    def taken(number):
        text = "email\n" + "\n".join(f"somebody-{each:06}@example.com" for each in range(number))
        tracemalloc.start()
        answer = import_csv(call, text)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.status == 202
        assert answer.json["data"]["progress"]["total_rows"] == number
        return peak

    taken(2_000)  # what a first call imports and keeps is no file's
    assert taken(20_000) < 30_000_000  # 1,500 octets a row
