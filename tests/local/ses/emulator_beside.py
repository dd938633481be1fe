"""An emulator that enforces IAM beside the stand-in, and callers with roles of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from itertools import count

import boto3
import pytest
from botocore.exceptions import ClientError

REMEMBERED_SECONDS = 0.04
REGION = "us-east-1"
ROOT = {"aws_access_key_id": "root", "aws_secret_access_key": "secret"}
DOMAIN_ARN = "arn:aws:ses:us-east-1:000000000000:identity/agency.com"
SET_ARN = "arn:aws:ses:us-east-1:000000000000:configuration-set/letterhead"
NUMBERS = count(1)
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


class Emulator:
    """One ministack, as the local cloud starts it, and what its root does with it."""

    def __init__(self, url):
        self.url = url
        self._clients = {}

    def root(self, service):
        if service not in self._clients:
            self._clients[service] = boto3.client(service, endpoint_url=self.url, region_name=REGION, **ROOT)
        return self._clients[service]

    def close(self):
        for client in self._clients.values():
            client.close()

    def make_role(self, name, *statements):
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
        }
        arn = self.root("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"][
            "Arn"
        ]
        self.allow(name, *statements)
        return arn

    def allow(self, role, *statements):
        """The whole policy of a role: (action, resource) pairs."""
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": resource}
                for action, resource in statements or [("sqs:ListQueues", "*")]
            ],
        }
        self.root("iam").put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(document))

    def make_function(self, name, role_arn, variables):
        code = {"ZipFile": EMPTY_ZIP}
        self.root("lambda").create_function(
            FunctionName=name,
            Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
            Role=role_arn,
            Handler="app.handler",
            Code=code,
            Environment={"Variables": variables},
        )

    def credentials_of(self, role_arn):
        given = self.root("sts").assume_role(RoleArn=role_arn, RoleSessionName="function")["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }


@contextmanager
def an_emulator(scratch):
    """A ministack on a free port, ended afterwards."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environment = kept | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ROOT["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ROOT["aws_secret_access_key"],
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(scratch),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until_it_answers(url, process)
        running = Emulator(url)
        yield running
        running.close()
        process.terminate()
        process.wait(15)


def wait_until_it_answers(url, process):
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health") as answer:
                assert answer.status == 200
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            assert process.poll() is None, "the emulator ended"
            time.sleep(0.1)
    pytest.fail("the emulator never answered")


class Function:
    """A function's view of SES: clients with its role's credentials and its name in the User-Agent."""

    def __init__(self, emulator, ses, name, role, *statements, app_id=None):
        self._emulator = emulator
        self._role = role
        arn = emulator.make_role(role, *statements)
        emulator.make_function(name, arn, {"AWS_SDK_UA_APP_ID": app_id or name})
        credentials = emulator.credentials_of(arn)
        self.v2 = ses.client_for("sesv2", credentials, app_id or name)
        self.v1 = ses.client_for("ses", credentials, app_id or name)
        self.nameless = ses.client_for("sesv2", credentials, None)

    def may(self, *statements):
        self._emulator.allow(self._role, *statements)
        time.sleep(REMEMBERED_SECONDS * 1.5)


def make_configuration_set(ses):
    try:
        ses.v2.create_configuration_set(ConfigurationSetName="letterhead")
    except ses.v2.exceptions.AlreadyExistsException:
        ses.v2.put_configuration_set_sending_options(ConfigurationSetName="letterhead", SendingEnabled=True)


def outcome(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"


def mail(**more):
    return {
        "FromEmailAddress": "hello@agency.com",
        "Destination": {"ToAddresses": ["amy@client.com"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    } | more
