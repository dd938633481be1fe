"""template.yaml held against the code: routes, environments, tables, queues, permissions, names."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from letterhead.http.routes import ROUTES
from letterhead.settings import Settings
from tests.fakes.source_template import FUNCTION, PATH, TABLE, resources, template
from tests.fakes.table_models import models_by_table, schema_in, schema_of

FUNCTIONS = PATH.parent / "functions"
DEAD_LETTER_SECONDS = 14 * 24 * 3600
GATEWAY_SECONDS = 30
NAMES = (
    "FunctionName",
    "TableName",
    "QueueName",
    "TopicName",
    "RoleName",
    "LogGroupName",
    "AlarmName",
    "Name",
)


def folder_of(function: dict[str, Any]) -> str:
    return Path(function["CodeUri"]).name


def functions() -> dict[str, dict[str, Any]]:
    """Functions by their folder's name."""
    return {folder_of(properties): properties for properties in resources(FUNCTION).values()}


def events(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of one type, each with its function's folder."""
    for folder, properties in functions().items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == kind:
                yield folder, event.get("Properties", {})


def setting(function: dict[str, Any], name: str) -> Any:
    return function.get(name, template()["Globals"]["Function"].get(name))


# --- the API ----------------------------------------------------------------------------------------------------------


def test_the_api_has_exactly_the_routes_of_the_table():
    declared = Counter(
        (event["Method"].upper(), event["Path"], folder)
        for folder, event in events("HttpApi")
        if "Path" in event
    )

    assert set(declared) == {(route.method, route.path, route.function) for route in ROUTES}
    assert max(declared.values()) == 1


def test_whatever_has_no_route_goes_to_the_fallback():
    # A HttpApi event without a path is API Gateway's $default route (SAM reference, HttpApi event).
    assert [folder for folder, event in events("HttpApi") if "Path" not in event] == ["fallback"]


def test_all_routes_are_of_one_api_at_its_root():
    assert {event["ApiId"]["Ref"] for _, event in events("HttpApi")} == {"HttpApi"}
    # A named stage would be a part of every path (contracts D.2).
    assert resources("AWS::Serverless::HttpApi")["HttpApi"]["StageName"] == "$default"


def test_a_function_behind_the_api_ends_before_the_gateway_does():
    for folder, _ in events("HttpApi"):
        assert setting(functions()[folder], "Timeout") < GATEWAY_SECONDS


# --- functions --------------------------------------------------------------------------------------------------------


def test_every_folder_of_functions_is_deployed_once():
    assert Counter(folder_of(properties) for properties in resources(FUNCTION).values()) == Counter(
        path.name for path in FUNCTIONS.iterdir() if (path / "app.py").is_file()
    )


def variables_of_settings() -> dict[str, set[str]]:
    """The environment variables that each property of `Settings` reads, be it through another property."""
    (tree,) = ast.parse(inspect.getsource(Settings)).body
    direct: dict[str, set[str]] = {}
    through: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            inner = list(ast.walk(node))
            direct[node.name] = {
                each.args[0].value
                for each in inner
                if isinstance(each, ast.Call)
                and ast.unparse(each.func) in ("self._required", "self._whole", "self.environment.get")
                and isinstance(each.args[0], ast.Constant)
            }
            through[node.name] = {
                each.attr
                for each in inner
                if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "self"
            }

    def read(name: str) -> set[str]:
        return direct.get(name, set()).union(*(read(other) for other in through.get(name, ())))

    return {name: read(name) for name in direct}


def settings_read_by(folder: str) -> set[str]:
    """The properties of the one `settings` that a function's code asks for."""
    tree = ast.parse((FUNCTIONS / folder / "app.py").read_text())
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "settings"
    }


@pytest.mark.parametrize("folder", sorted(functions()))
def test_a_functions_environment_is_what_its_settings_read(folder):
    variables = variables_of_settings()
    read = set().union(*(variables[name] for name in settings_read_by(folder)))
    given = set(functions()[folder].get("Environment", {}).get("Variables", {}))
    for_all = set(template()["Globals"]["Function"]["Environment"]["Variables"])

    # Lambda sets the region; the SDK sends AWS_SDK_UA_APP_ID along and no code of ours reads it. What begins with LOCAL_ is
    # the local cloud's, which gives it to all functions; no template can.
    local = {name for name in read if name.startswith("LOCAL_")}
    assert given - {"AWS_SDK_UA_APP_ID"} == read - {"AWS_REGION"} - local - for_all


@pytest.mark.parametrize("folder", sorted(functions()))
def test_a_function_that_talks_to_ses_says_which_one_it_is(folder):
    # The local cloud's SES judges a caller's permissions by this name (local/ses/permission.py).
    source = (FUNCTIONS / folder / "app.py").read_text()
    variables = functions()[folder].get("Environment", {}).get("Variables", {})
    if "letterhead.adapters.ses_" in source:
        assert variables["AWS_SDK_UA_APP_ID"] == folder
    else:
        assert variables.get("AWS_SDK_UA_APP_ID", folder) == folder


def test_a_table_is_named_by_the_variable_that_bears_its_name():
    for folder, properties in functions().items():
        for name, value in properties.get("Environment", {}).get("Variables", {}).items():
            if name.endswith("_TABLE"):
                assert value == {"Ref": name.title().replace("_", "")}, (folder, name)


def test_only_the_emulators_account_opens_what_is_local():
    # A condition on the account id would be the other way to say it; the emulator takes every such condition for false.
    told = [
        value
        for properties in functions().values()
        for name, value in properties.get("Environment", {}).get("Variables", {}).items()
        if name == "ACCOUNT_ID"
    ]
    assert told
    assert told == [{"Ref": "AWS::AccountId"}] * len(told)


def test_all_functions_share_both_layers_and_keep_their_logs_for_a_while():
    shared = template()["Globals"]["Function"]

    assert shared["Layers"] == [{"Ref": "DependenciesLayer"}, {"Ref": "LetterheadLayer"}]
    group = resources("AWS::Logs::LogGroup")[shared["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    for properties in functions().values():
        assert not {"Layers", "LoggingConfig", "Runtime", "Architectures"} & set(properties)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_every_model_has_its_table():
    assert set(models_by_table()) <= set(resources(TABLE))


@pytest.mark.parametrize("table", sorted(set(resources(TABLE)) & set(models_by_table())))
def test_a_tables_keys_and_indexes_are_its_models(table):
    assert schema_in(resources(TABLE)[table]) == schema_of(models_by_table()[table])


# What stands in them lives for a week at most, or is found out again; losing it costs nobody anything.
PASSING = {"AccessLogTable", "IdempotencyTable", "JobsTable", "LimitsTable", "SweepsTable"}


@pytest.mark.parametrize("table", sorted(set(resources(TABLE)) - PASSING))
def test_a_table_can_be_brought_back_and_is_not_deleted_by_accident(table):
    properties, resource = resources(TABLE)[table], template()["Resources"][table]

    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["KeepsTables", True, False]}
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("table", sorted(set(resources(TABLE)) & set(models_by_table())))
def test_what_a_model_lets_expire_dynamodb_drops(table):
    expiry = "forget_at" if "forget_at" in models_by_table()[table].get_attributes() else None
    ttl = resources(TABLE)[table].get("TimeToLiveSpecification")

    assert ttl == (expiry and {"AttributeName": expiry, "Enabled": True})


def test_every_stream_is_read_and_nothing_else_is():
    streaming = {name for name, properties in resources(TABLE).items() if "StreamSpecification" in properties}
    read = {event["Stream"]["Fn::GetAtt"][0] for _, event in events("DynamoDB")}

    assert streaming == read
    for name in streaming:
        assert resources(TABLE)[name]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


# --- queues -----------------------------------------------------------------------------------------------------------


def queues() -> dict[str, dict[str, Any]]:
    return resources("AWS::SQS::Queue")


def dead_letters_of(queue: dict[str, Any]) -> str | None:
    target = queue.get("RedrivePolicy", {}).get("deadLetterTargetArn")
    return target["Fn::GetAtt"][0] if target else None


def stream_dead_letters() -> set[str]:
    return {
        event["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for _, event in events("DynamoDB")
    }


@pytest.mark.parametrize("queue", sorted(queues()))
def test_a_queue_has_dead_letters_or_holds_them_for_14_days_with_an_alarm(queue):
    catching = {dead_letters_of(properties) for properties in queues().values()} | stream_dead_letters()
    if (target := dead_letters_of(queues()[queue])) is not None:
        assert target in queues()
        assert queues()[queue]["RedrivePolicy"]["maxReceiveCount"] >= 3
        assert queues()[queue]["MessageRetentionPeriod"] < DEAD_LETTER_SECONDS
    else:
        assert queue in catching
        assert queues()[queue]["MessageRetentionPeriod"] == DEAD_LETTER_SECONDS
        assert queue in alarmed_queues()
    assert queues()[queue]["SqsManagedSseEnabled"] is True


def alarmed_queues() -> set[str]:
    return {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
        and alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        and (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    }


def least(value: Any) -> int:
    """A number, or the least that a parameter may be."""
    return int(template()["Parameters"][value["Ref"]]["MinValue"] if isinstance(value, dict) else value)


def test_a_message_stays_hidden_for_as_long_as_its_function_may_run():
    # SQS developer guide, "Using Lambda with SQS": at least the function's timeout, else messages run twice.
    for folder, event in events("SQS"):
        queue = queues()[event["Queue"]["Fn::GetAtt"][0]]
        assert least(queue["VisibilityTimeout"]) >= setting(functions()[folder], "Timeout"), folder
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"], folder


def most(value: Any) -> int:
    """A number, or the most that a parameter may be."""
    return int(template()["Parameters"][value["Ref"]]["MaxValue"] if isinstance(value, dict) else value)


@pytest.mark.parametrize("queue", sorted(name for name in queues() if dead_letters_of(queues()[name])))
def test_all_tries_are_over_long_before_a_queue_forgets_a_message(queue):
    # What is older than its queue keeps messages is dropped, and is no dead letter (SQS, "Dead-letter queues").
    properties = queues()[queue]
    tries = properties["RedrivePolicy"]["maxReceiveCount"]
    assert tries * most(properties["VisibilityTimeout"]) <= properties["MessageRetentionPeriod"] / 2


def test_a_stream_gives_up_on_a_record_into_dead_letters():
    for folder, event in events("DynamoDB"):
        assert 60 <= event["MaximumRecordAgeInSeconds"] <= 86400, folder
        assert event["BisectBatchOnFunctionError"] is True, folder
    assert stream_dead_letters() <= alarmed_queues()


# --- permissions ------------------------------------------------------------------------------------------------------


def statements() -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every role, with whose it is."""
    found = []
    for name, properties in resources(FUNCTION).items():
        found += [(name, each) for policy in properties.get("Policies", []) for each in policy["Statement"]]
    for name, properties in resources("AWS::IAM::Role").items():
        found += [
            (name, each)
            for policy in properties.get("Policies", [])
            for each in policy["PolicyDocument"]["Statement"]
        ]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# What AWS knows no resource for (Service Authorization Reference), and what it is for.
UNSCOPED = {"ses:GetAccount": "the account's own sending rate"}


@pytest.mark.parametrize(("owner", "statement"), statements(), ids=lambda value: str(value)[:60])
def test_a_statement_names_what_it_allows_and_on_what(owner, statement):
    assert statement["Effect"] == "Allow"
    assert not {"NotAction", "NotResource", "Principal"} & set(statement)
    for action in listed(statement["Action"]):
        # A trailing star covers the batch forms alone, as the emulator judges them: SendMessage and SendMessageBatch.
        assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+\*?", action), action
        assert not action.endswith("*") or action in ("sqs:SendMessage*", "sqs:DeleteMessage*"), action
    if set(listed(statement["Action"])) <= set(UNSCOPED):
        return
    for resource in listed(statement["Resource"]):
        if resource == "*":
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCES
            continue
        assert not isinstance(resource, str), f"{resource} isn't one of the stack's own"
        assert any(name in str(resource) for name in (*template()["Resources"], "AWS::AccountId")), resource


# Actions that know no resource (Service Authorization Reference, Amazon SES).
WITHOUT_RESOURCES = {
    "ses:GetIdentityDkimAttributes",
    "ses:GetIdentityMailFromDomainAttributes",
    "ses:GetIdentityVerificationAttributes",
}

# Where a statement reaches beyond one resource, and why.
WILDCARDS = {
    "/messages/*": "the contents of messages are objects made at run time",
    "/uploads/*": "the files of uploads are objects made at run time",
    ":identity/*": "SES identities are made at run time, one for each sending domain",
    "/stream/*": "a table's streams are listed before the current one is known",
    ":alarm:*": "CodeDeploy's, which reads alarms; by which names isn't documented",
}


def test_every_wildcard_of_a_resource_has_its_reason():
    texts = [
        str(resource)
        for _, each in statements()
        if not set(listed(each["Action"])) <= set(UNSCOPED)
        for resource in listed(each["Resource"])
    ]

    assert {
        text for text in texts if "*" in text[1:] and not any(reason in text for reason in WILDCARDS)
    } == set()


def test_every_function_has_a_role_of_its_own():
    roles = [
        properties["Role"]["Fn::GetAtt"][0] for properties in functions().values() if "Role" in properties
    ]

    assert sorted([*roles, "RolloutRole"]) == sorted(resources("AWS::IAM::Role"))
    assert len(set(roles)) == len(roles)
    assert "Role" not in template()["Globals"]["Function"]
    for properties in functions().values():
        assert all(isinstance(policy, dict) for policy in properties.get("Policies", []))


def test_every_function_that_knows_tokens_keeps_the_calls_of_accounts_that_want_it():
    asking = {
        folder
        for folder in functions()
        if "tokens=TokenTable(" in (FUNCTIONS / folder / "app.py").read_text()
    }
    logging = {
        folder for folder in functions() if "    access_log=" in (FUNCTIONS / folder / "app.py").read_text()
    }

    assert asking == logging == {route.function for route in ROUTES if route.dialect}
    assert len(asking) > 1


def test_every_request_is_counted_in_the_metrics_of_its_deployment():
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    sources = {folder: (FUNCTIONS / folder / "app.py").read_text() for folder in functions()}
    serving = {folder for folder, source in sources.items() if "= Api(" in source}

    assert variables == {"METRICS_NAMESPACE": {"Ref": "AWS::StackName"}}
    assert serving == {route.function for route in ROUTES} | {"fallback"}
    assert {folder for folder in serving if "metrics_namespace" in sources[folder]} == serving


def test_the_fallback_may_do_nothing():
    assert not {"Policies", "Role", "Environment"} & set(functions()["fallback"])


# --- the whole --------------------------------------------------------------------------------------------------------


def test_two_stacks_of_one_account_do_not_meet_by_name():
    for name, resource in template()["Resources"].items():
        for key in NAMES:
            given = resource.get("Properties", {}).get(key)
            of_the_stack = isinstance(given, dict) and "Ref" in given  # another resource's name
            assert given is None or of_the_stack or "${AWS::StackName}" in str(given), (name, key)


def test_every_parameter_and_every_condition_is_used():
    text = PATH.read_text()
    unused = [
        name for name in template()["Parameters"] if f"!Ref {name}" not in text and f"${{{name}}}" not in text
    ]
    idle = [name for name in template()["Conditions"] if len(re.findall(rf"\b{name}\b", text)) < 2]

    assert (unused, idle) == ([], [])


def test_the_template_knows_no_account_and_no_region():
    text = PATH.read_text()

    assert re.findall(r"\b\d{12}\b", text) == []
    assert re.findall(r"\b(?:us|eu|ap|sa|ca|me|af|il)-[a-z]+-\d\b", text) == []


def test_letterheads_own_suppression_lists_are_the_only_ones():
    # SES's account-level list is shared by everyone in the AWS account (DESIGN section 7).
    for properties in resources("AWS::SES::ConfigurationSet").values():
        assert properties["SuppressionOptions"] == {"SuppressedReasons": []}
