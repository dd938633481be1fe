"""Having the operator function do something from a terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from local.checkout import Checkout
from tools import operate


class Aws:
    """CloudFormation and Lambda as far as the tool asks them; `answer` is the function's."""

    def __init__(self, answer, **outputs) -> None:
        self.answer, self.outputs, self.asked = answer, outputs, []

    def __call__(self, service):
        return {"cloudformation": self, "lambda": self}[service]

    def describe_stacks(self, StackName):  # noqa: N803 - AWS's own spelling
        self.asked.append(StackName)
        return {
            "Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]}]
        }

    def invoke(self, FunctionName, Payload):  # noqa: N803
        self.asked.append((FunctionName, json.loads(Payload)))
        if isinstance(self.answer, Exception):
            raise self.answer
        body, error = self.answer.pop(0) if isinstance(self.answer, list) else self.answer
        return {"Payload": io.BytesIO(json.dumps(body).encode())} | (
            {"FunctionError": error} if error else {}
        )


def test_the_stacks_operator_function_is_invoked_with_the_event():
    aws = Aws(({"account_id": "a"}, None), OperatorFunction="prod-operator")
    event = {"action": "show_account", "account_id": "a"}
    assert operate.invoke(aws, "prod", event) == {"account_id": "a"}
    assert aws.asked == ["prod", ("prod-operator", event)]


REFUSALS = [
    (Aws(({"error": "name: wrong"}, None), OperatorFunction="f"), "name: wrong"),
    (Aws(({"errorType": "KeyError"}, "Unhandled"), OperatorFunction="f"), "KeyError"),
    (Aws(("text", None), OperatorFunction="f"), "text"),
    (Aws(({}, None), ApiUrl="https://x"), "OperatorFunction"),
    (Aws(ClientError({"Error": {"Code": "AccessDenied"}}, "Invoke"), OperatorFunction="f"), "AccessDenied"),
    (Aws(EndpointConnectionError(endpoint_url="http://x"), OperatorFunction="f"), "http://x"),
]


@pytest.mark.parametrize(("aws", "said"), REFUSALS, ids=[said for _, said in REFUSALS])
def test_what_goes_wrong_is_one_line(aws, said):
    with pytest.raises(operate.OperateError, match=said) as raised:
        operate.invoke(aws, "prod", {"action": "list_accounts"})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("act", "read"),
    [
        ("list_accounts", ["list_accounts"]),
        ("", []),
        ("  show_account  account_id=a ", ["show_account", "account_id=a"]),
        (
            'delete_account account_id=a confirm="Your Agency"',
            ["delete_account", "account_id=a", "confirm=Your Agency"],
        ),
        (
            "create_account name='Kate\u2019s Agency' x=y",
            ["create_account", "name=Kate\u2019s Agency", "x=y"],
        ),
        ('create_account name="Kate\'s {Agency}"', ["create_account", "name=Kate's {Agency}"]),
        (
            'set_limits account_id=a limits={"domains": 3, "x": {"y": 1}} z=1',
            ["set_limits", "account_id=a", 'limits={"domains": 3, "x": {"y": 1}}', "z=1"],
        ),
        (
            'issue_token scopes=["read", "a } b"] test_mode=true',
            ["issue_token", 'scopes=["read", "a } b"]', "test_mode=true"],
        ),
    ],
)
def test_an_act_in_one_line_is_read_as_it_is_documented(act, read):
    assert operate.words(act) == read


@pytest.mark.parametrize("act", ['x name="Web Agency', 'x limits={"domains": 3', "x name='a"])
def test_a_line_that_breaks_off_is_refused(act):
    with pytest.raises(operate.OperateError, match="closed"):
        operate.words(act)


def test_without_arguments_the_act_is_the_variables(run):
    environment = {"STACK": "prod", "ACT": 'set_limits account_id=a limits={"domains": 3}'}
    code, _, _, asked = run(environment=environment)
    assert code == 0
    assert asked[-1] == ("f", {"action": "set_limits", "account_id": "a", "limits": {"domains": 3}})


@pytest.fixture
def run(tmp_path: Path, monkeypatch, capsys):
    """Run the tool against a deployed stack that answers as told."""

    def running(*arguments, answer=({"ok": 1}, None), environment=None, ask=None):
        aws = Aws(answer, OperatorFunction="f")
        monkeypatch.setattr(operate.boto3, "Session", lambda: _Session(aws))
        code = operate.main(
            arguments, {"STACK": "prod"} if environment is None else environment, Checkout(tmp_path), ask
        )
        said = capsys.readouterr()
        return code, said.out, said.err, aws.asked

    return running


class _Session:
    def __init__(self, aws) -> None:
        self._aws = aws

    def client(self, service, config):
        assert config.retries == {
            "total_max_attempts": 1
        }  # an act begun twice would show the second's tokens only
        return self._aws(service)


def test_arguments_become_the_event(run):
    _, _, _, asked = run("create_account", "name=A = B", "owner_email=o@a.com", 'limits={"domains": 3}')
    assert asked[1][1] == {
        "action": "create_account",
        "name": "A = B",
        "owner_email": "o@a.com",
        "limits": {"domains": 3},
    }
    _, _, _, asked = run("issue_token", "test_mode=true", "name=5", "domain_id=null")
    assert asked[1][1] == {"action": "issue_token", "test_mode": True, "name": "5", "domain_id": None}


def test_the_answer_is_json_and_tokens_come_with_a_warning(run):
    code, out, err, _ = run(
        "create_account", answer=({"account_id": "a", "tokens": {"sendara": "sk_live_x"}}, None)
    )
    assert (code, json.loads(out)["tokens"]) == (0, {"sendara": "sk_live_x"})
    assert "this once" in err
    assert run("export_account", answer=({"tokens": []}, None))[2] == ""


def test_an_export_is_printed_part_after_part(run):
    parts = [({"part": 1, "next": "domains:"}, None), ({"part": 2, "next": None}, None)]
    code, out, _, asked = run("export_account", "account_id=a", answer=parts)
    assert code == 0
    assert out.index('"part": 1') < out.index('"part": 2')
    assert [event.get("after") for _, event in asked[1::2]] == [None, "domains:"]


def test_an_export_that_breaks_off_says_where_it_goes_on(run):
    parts = [({"part": 1, "next": "domains:"}, None), ({"errorType": "Timeout"}, "Unhandled")]
    code, out, err, _ = run("export_account", "account_id=a", answer=parts)
    assert (code, '"part": 1' in out) == (1, True)
    assert err.count("\n") == 1
    assert "after=domains:" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "say what"), (("x", "y"), "name=value"), (("x", "=y"), "name=value"), (("x", "y={"), "JSON")],
)
def test_arguments_that_say_nothing_are_refused(run, arguments, said):
    code, out, err, asked = run(*arguments)
    assert (code, out, asked) == (1, "", [])
    assert said in err
    assert err.count("\n") == 1


def test_without_a_stack_and_without_a_local_cloud_it_says_what_to_do(run):
    code, _, err, _ = run("list_accounts", environment={})
    assert code == 1
    assert "make run" in err


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        (("suspend_account", "account_id=a1"), "a1"),
        (("delete_account", "account_id=a1", "confirm=Agency"), "a1"),
        (("transfer_name", "name=acme.com", "account_id=a1"), "acme.com"),
        (("release_name", "name=acme.com"), "acme.com"),
    ],
)
def test_what_takes_something_from_somebody_is_asked_about_first(run, act, typed):
    for answers in ({}, {"ask": lambda _: "yes"}, {"environment": {"STACK": "prod", "SURE": "other"}}):
        code, _, err, asked = run(*act, **answers)
        assert (code, asked) == (1, [])
        assert "nothing was done" in err
    asked_for = []
    for answers in (
        {"ask": lambda question: asked_for.append(question) or typed},
        {"environment": {"STACK": "prod", "SURE": typed}},
    ):
        code, _, _, asked = run(*act, **answers)
        assert (code, asked[1][1]["action"]) == (0, act[0])
    assert typed in asked_for[0]


def test_the_operator_function_says_what_an_act_lacks_and_nobody_is_asked(run):
    code, _, err, _ = run("release_name", answer=({"error": "name is missing"}, None))
    assert (code, "name is missing" in err) == (1, True)
