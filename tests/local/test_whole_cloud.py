"""The commands as a person runs them, on a small stack: started, used, refused a second time, stopped, killed."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest

from local.checkout import REPOSITORY, Checkout
from local.process_lock import lock_holder
from local.stack_file import read_stack

SMALL_STACK = Path(__file__).with_name("small_stack")
START_SECONDS = 90


class Cloud:
    """The commands of one checkout, run as processes."""

    def __init__(self, root):
        self.checkout = Checkout(root)
        self.processes = []

    def command(self, *words):
        return [sys.executable, "-m", "local", "--project", str(self.checkout.root), *words]

    def run(self, *words):
        return subprocess.run(
            self.command(*words),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def up(self):
        log = (self.checkout.root / "up.log").open("w")
        process = subprocess.Popen(self.command("up"), cwd=REPOSITORY, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        while "Letterhead is up" not in self.said():
            assert process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return process

    def said(self):
        return (self.checkout.root / "up.log").read_text()

    def emulator_is_gone(self):
        deadline = time.monotonic() + 15
        while lock_holder(self.checkout.emulator_lock) is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        return lock_holder(self.checkout.emulator_lock) is None


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    root = tmp_path_factory.mktemp("checkout") / "stack"
    shutil.copytree(SMALL_STACK, root, ignore=shutil.ignore_patterns("__pycache__"))
    cloud = Cloud(root)
    yield cloud
    cloud.run("down")
    for process in cloud.processes:
        process.wait(10)


@pytest.fixture
def stack(cloud):
    """The running stack; started by the first test that asks for it."""
    running = read_stack(cloud.checkout.stack_file)
    if running is None:
        cloud.up()
        running = read_stack(cloud.checkout.stack_file)
    return running


def get(url, method="GET", body=None):
    request = urllib.request.Request(url, method=method, data=body)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def aws(stack, service):
    return boto3.client(
        service,
        endpoint_url=stack.aws.endpoint_url,
        region_name=stack.aws.region,
        aws_access_key_id=stack.aws.access_key_id,
        aws_secret_access_key=stack.aws.secret_access_key,
    )


@pytest.mark.parametrize(
    ("method", "path", "route", "parameters"),
    [
        ("GET", "/v1/things?a=1&a=2&b=c+d", "GET /v1/things", None),
        ("GET", "/v1/things/fixed", "GET /v1/things/fixed", None),
        ("DELETE", "/v1/things/amy+x%40book.example", "ANY /v1/things/{id}", {"id": "amy+x@book.example"}),
        ("GET", "/v1/things/a%2Fb", "$default", None),
        ("PATCH", "/nowhere", "$default", None),
    ],
)
def test_requests_reach_the_route_of_the_template(stack, method, path, route, parameters):
    status, body = get(stack.origin + path, method, b"{}")

    event = json.loads(body)["event"]
    assert status == 200
    assert (event["routeKey"], event["pathParameters"]) == (route, parameters)
    assert event["rawQueryString"] == path.partition("?")[2]
    assert event["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_functions_have_their_layer_and_the_origins_address(stack):
    answer = json.loads(get(stack.origin + "/v1/things")[1])

    assert answer["word"] == "from the layer"
    assert answer["public_url"] == stack.origin


def test_all_workers_share_one_copy_of_a_layer(cloud, stack):
    assert {get(stack.origin + path)[0] for path in ("/v1/things", "/crash")} == {200, 500}

    workers = list(cloud.checkout.scratch.glob("ministack-lambda-*"))
    assert len(workers) > 2
    assert len(list(cloud.checkout.scratch.rglob("words.py"))) == 1


def test_functions_see_the_runtimes_packages_and_none_of_the_emulators(stack):
    answer = json.loads(get(stack.origin + "/v1/things")[1])

    assert answer["seen"] == {"boto3": True, "yaml": False, "ministack": False}


def test_a_crash_shows_nothing_but_is_in_the_logs(cloud, stack):
    status, body = get(stack.origin + "/crash")

    assert (status, body) == (500, b'{"message":"Internal Server Error"}')
    assert "about to crash" in cloud.run("logs").stdout


def test_the_account_is_the_operators(stack):
    assert stack.tokens == {
        dialect: f"sk_live_{dialect}" for dialect in ("mailersend", "sendara", "sendmailos")
    }
    assert stack.account_id


def test_iam_is_enforced(stack):
    status, body = get(stack.control + "/run/operator", "POST", b'{"action": "write"}')

    assert (status, json.loads(body)) == (200, {"denied": "AccessDeniedException"})


def test_items_expire_where_the_template_says_so(stack):
    dynamodb = aws(stack, "dynamodb")
    (table,) = dynamodb.list_tables()["TableNames"]

    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "forget_at"}


def test_the_mailbox_and_the_page_answer(stack):
    assert get(stack.control + "/mailbox") == (200, b"[]")
    assert get(stack.control + "/")[0] == 200


def test_a_second_up_in_the_same_checkout_is_refused_in_one_line(cloud, stack):
    second = cloud.run("up")

    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.startswith("letterhead: This checkout's local cloud is already up (process ")
    assert second.stderr.count("\n") == 1
    assert get(stack.origin + "/v1/things")[0] == 200


def test_down_stops_everything_and_the_next_start_builds_nothing(cloud, stack):
    first = cloud.processes[-1]

    down = cloud.run("down")

    assert (down.returncode, down.stdout) == (0, "The local cloud is stopped.\n")
    assert first.wait(5) == 0
    assert not cloud.checkout.stack_file.exists()
    assert not cloud.checkout.scratch.exists()
    assert "about to crash" in cloud.checkout.log("functions").read_text()
    again = cloud.run("down")
    assert (again.returncode, again.stdout) == (0, "No local cloud was running here.\n")
    cloud.up()
    assert "Nothing to build" in cloud.said()


def test_ctrl_c_ends_it_well(cloud, stack):
    process = cloud.processes[-1]

    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0
    assert not cloud.checkout.stack_file.exists()
    assert cloud.emulator_is_gone()


def test_a_killed_one_leaves_nothing_running_and_the_next_start_works(cloud, stack):
    process = cloud.processes[-1]

    process.send_signal(signal.SIGKILL)
    process.wait(5)

    assert cloud.emulator_is_gone()
    cloud.up()
    running = read_stack(cloud.checkout.stack_file)
    assert get(running.origin + "/v1/things")[0] == 200


def test_an_emulator_that_dies_ends_it_with_one_line(cloud, stack):
    process = cloud.processes[-1]

    emulator = lock_holder(cloud.checkout.emulator_lock)
    assert emulator is not None
    subprocess.run(["kill", "-KILL", str(emulator)], check=True)

    assert process.wait(20) == 1
    assert not cloud.checkout.stack_file.exists()
    assert cloud.said().splitlines()[-1] == (
        "letterhead: The AWS emulator ended by itself: see .local/logs/emulator.log"
    )


def test_a_tour_that_fails_ends_the_cloud_and_the_command(cloud):
    assert read_stack(cloud.checkout.stack_file) is None

    tour = cloud.run("run")

    assert tour.returncode == 1
    assert "expected status 201" in tour.stdout
    assert not cloud.checkout.stack_file.exists()
    assert cloud.emulator_is_gone()


def test_a_stack_that_cannot_be_built_is_one_line(tmp_path):
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Bad: {Type: AWS::Serverless::Function}\n"
    )

    up = Cloud(tmp_path).run("up")

    assert up.returncode == 1
    assert up.stderr.count("\n") == 1
    assert up.stderr.startswith("letterhead: `sam build` failed: ")
    assert "(all of it: .local/logs/sam-build.log)" in up.stderr
    assert not (tmp_path / ".local/stack.json").exists()
