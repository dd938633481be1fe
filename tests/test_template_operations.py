"""template.yaml as an operator runs it: what roles may do beyond one resource, what is watched, what to do then."""

from __future__ import annotations

import json
import re
from collections import Counter

from letterhead.adapters.completion_queue import LOOK_BACK_SECONDS
from letterhead.messages.departure import EVIDENCE_AFTER
from tests.fakes.source_template import FUNCTION, PATH, resources, template
from tests.test_template import events, functions, listed, setting, statements

# --- permissions ------------------------------------------------------------------------------------------------------


def test_a_role_that_sam_makes_writes_to_our_log_group_alone():
    # SAM's own policy for such roles allows all log groups; the boundary leaves ours.
    assert template()["Globals"]["Function"]["PermissionsBoundary"] == {"Ref": "LogsBoundary"}
    everything_else, ours = resources("AWS::IAM::ManagedPolicy")["LogsBoundary"]["PolicyDocument"][
        "Statement"
    ]
    assert everything_else == {"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"}
    assert ours["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert ours["Resource"] == {"Fn::GetAtt": ["FunctionLogs", "Arn"]}
    assert not any("PermissionsBoundary" in properties for properties in functions().values())


# What Lambda's poller does with the function's role, and nothing judges on the emulator (Lambda developer guide, "Event source
# mappings").
OF_QUEUES = {"sqs:ReceiveMessage", "sqs:DeleteMessage*", "sqs:GetQueueAttributes"}
OF_STREAMS = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}


def actions_on(role: str, resource: str) -> set[str]:
    """What a role may do on a resource, by the resource's logical id and, for a stream, its attribute."""
    return {
        action
        for owner, each in statements()
        if owner == role and any(resource in str(one) for one in listed(each["Resource"]))
        for action in listed(each["Action"])
    }


def test_a_role_can_read_the_event_sources_of_its_function():
    for folder, event in events("SQS"):
        role = functions()[folder]["Role"]["Fn::GetAtt"][0]
        assert actions_on(role, event["Queue"]["Fn::GetAtt"][0]) >= OF_QUEUES, folder
    for folder, event in events("DynamoDB"):
        role, table = functions()[folder]["Role"]["Fn::GetAtt"][0], event["Stream"]["Fn::GetAtt"][0]
        assert actions_on(role, f"['{table}', 'StreamArn']") >= OF_STREAMS - {"dynamodb:ListStreams"}, folder
        assert "dynamodb:ListStreams" in actions_on(role, f"{{{table}.Arn}}/stream"), folder


def test_a_permission_is_given_once():
    given = Counter(
        (owner, action, str(resource))
        for owner, each in statements()
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
    )
    assert [pair for pair, times in given.items() if times > 1] == []


def test_a_domain_that_goes_is_looked_back_at_when_nobody_can_be_making_its_identity_any_more():
    makers = {owner for owner, each in statements() if "ses:CreateEmailIdentity" in listed(each["Action"])}
    seconds = {
        owner: setting(each, "Timeout")
        for name, each in resources(FUNCTION).items()
        if (owner := each["Role"]["Fn::GetAtt"][0] if "Role" in each else name) in makers
    }
    assert seconds.keys() == makers
    assert 1.5 * max(seconds.values()) < LOOK_BACK_SECONDS


# --- what is watched --------------------------------------------------------------------------------------------------


def test_every_alarm_tells_the_topic_and_is_quiet_when_nothing_comes():
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        silence = "breaching" if name.endswith("NotRunAlarm") else "notBreaching"
        assert alarm["TreatMissingData"] == silence, name


def test_a_schedule_that_nobody_keeps_is_noticed():
    watched = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for name, alarm in resources("AWS::CloudWatch::Alarm").items()
        if name.endswith("NotRunAlarm")
        and (alarm["MetricName"], alarm["ComparisonOperator"], alarm["Threshold"])
        == ("Invocations", "LessThanThreshold", 1)
    }
    scheduled = {
        name
        for name, properties in resources(FUNCTION).items()
        if any(event["Type"].startswith("Schedule") for event in properties.get("Events", {}).values())
    }
    assert watched == scheduled


def test_every_alarm_has_its_line_in_the_runbook():
    runbook = (PATH.parent / "docs" / "operate.md").read_text()
    assert [name for name in resources("AWS::CloudWatch::Alarm") if f"`{name}`" not in runbook] == []


def test_a_mail_of_which_nobody_knows_whether_it_left_is_tried_until_that_is_known():
    queue = resources("AWS::SQS::Queue")["MessageQueue"]
    pause = template()["Parameters"][queue["VisibilityTimeout"]["Ref"]]["MinValue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] * pause >= 1.5 * EVIDENCE_AFTER.total_seconds()


def test_the_dashboard_shows_every_metric_that_is_documented():
    body = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    documented = re.findall(
        r"^\| `([A-Z]\w+)` \| (?:count|milliseconds) \|",
        (PATH.parent / "docs" / "operate.md").read_text(),
        re.MULTILINE,
    )
    assert {"Registrations", "Verifications", "Findings", "Events", "GateRefusals"} <= set(documented)
    assert [name for name in documented if f'MetricName=\\"{name}\\"' not in body] == []
    assert "ApproximateAgeOfOldestMessage" in body


def test_the_dashboard_is_json_once_its_names_are_filled_in():
    body = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[\w:]+\}", "filled-in", body))["widgets"]

    assert all(each["properties"]["title"] and each["properties"]["metrics"] for each in widgets)
    places = [(each["x"], each["y"]) for each in widgets]
    assert len(set(places)) == len(places)


def test_a_search_of_the_dashboard_names_dimensions_under_which_the_metric_is_emitted():
    body = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    searched = re.findall(
        r"SEARCH\('\{\\\"\$\{AWS::StackName\}\\\",([\w,]+)\} MetricName=\\\"(\w+)\\\"'", body
    )
    rows = re.findall(
        r"^\| `([A-Z]\w+)` \| (?:count|milliseconds) \| (.+?) \|",
        (PATH.parent / "docs" / "operate.md").read_text(),
        re.MULTILINE,
    )
    documented = {(",".join(re.findall(r"`(\w+)`", dimensions)), name) for name, dimensions in rows}
    assert set(searched) == documented
