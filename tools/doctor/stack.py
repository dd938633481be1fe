"""The deployed stack: is everything on, kept, watched and empty that should be?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from tools.doctor.finding import Finding, Mark, gone, judged
from tools.doctor.patient import Patient, Resource

_ANYTHING = '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}'
_ANEW = "aws lambda update-function-configuration --function-name"
WELL = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


def state(patient: Patient) -> Iterator[Finding]:
    """Did the last deployment end well, and is the stack kept from deletion where it holds data for good?"""
    stack = patient.stack or {}
    yield judged(
        "stack_state",
        stack["StackStatus"] in WELL,
        f"the stack {patient.stack_name} is {stack['StackStatus']}",
        "see its events in CloudFormation, mend what they name, and `make deploy` again",
    )
    protected = bool(stack.get("EnableTerminationProtection"))
    yield judged(
        "termination_protection",
        protected or patient.parameter("DeletionProtection") == "false",
        f"the stack is {'' if protected else 'not '}protected from deletion",
        f"aws cloudformation update-termination-protection --enable-termination-protection --stack-name {patient.stack_name}",
    )


def functions(patient: Patient) -> Iterator[Finding]:
    """May every function run, and is every event source read?"""
    client, still = patient.client("lambda"), False
    resources = list(patient.of_kind("AWS::Lambda::Function"))
    for resource in resources:
        for says, fix in _stills(
            resource.physical_id, client.get_function(FunctionName=resource.physical_id)
        ):
            still = True
            yield Finding("function", Mark.CROSS, f"{resource.name} {says}", fix)
    if not still:
        yield judged("function", True, f"all {len(resources)} functions may run", "")
    mappings = list(patient.of_kind("AWS::Lambda::EventSourceMapping"))
    off = []
    for resource in mappings:
        state = client.get_event_source_mapping(UUID=resource.physical_id)["State"]
        if state not in ("Enabled", "Enabling", "Updating", "Creating"):
            off.append((resource, state))
    for resource, state in off:
        yield Finding(
            "event_source",
            Mark.CROSS,
            f"{resource.name} is {state}: what it should read waits",
            f"aws lambda update-event-source-mapping --enabled --uuid {resource.physical_id}",
        )
    if not off:
        yield judged("event_source", True, f"all {len(mappings)} queues and streams are read", "")


def _stills(name: str, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What keeps a function from running, each with what to do."""
    made = found["Configuration"]
    state, update = made.get("State", "Active"), made.get("LastUpdateStatus", "Successful")
    if state == "Inactive":
        yield (
            "has been put to rest by Lambda",
            f"aws lambda invoke --function-name {name} /dev/null; the first call fails and wakes it",
        )
    elif state == "Failed":
        yield f"is Failed: {made.get('StateReason', 'no reason given')}", f"mend that; {_ANEW} {name}"
    if update == "Failed":
        reason = made.get("LastUpdateStatusReason", "no reason given")
        yield f"still runs as it was: its update Failed: {reason}", f"mend that; {_ANEW} {name}"
    if found.get("Concurrency", {}).get("ReservedConcurrentExecutions") == 0:
        fix = f"aws lambda delete-function-concurrency --function-name {name}"
        yield "is turned off: its reserved concurrency is 0", fix


def schedules(patient: Patient) -> Iterator[Finding]:
    """Is every schedule on?"""
    for resource in patient.of_kind("AWS::Events::Rule"):
        name = resource.physical_id.rpartition("/")[2]
        state = patient.client("events").describe_rule(Name=name)["State"]
        fix = f"aws events enable-rule --name {name}"
        yield judged("schedule", state == "ENABLED", f"the schedule {resource.name} is {state}", fix)


def dead_letters(patient: Patient) -> Iterator[Finding]:
    """Is there anything that couldn't be processed?"""
    queues = [each for each in patient.of_kind("AWS::SQS::Queue") if each.name.endswith("DeadLetters")]
    full = False
    for queue in queues:
        attributes = patient.client("sqs").get_queue_attributes(
            QueueUrl=queue.physical_id, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        if (count := int(attributes["ApproximateNumberOfMessages"])) > 0:
            full = True
            yield Finding(
                "dead_letters",
                Mark.CROSS,
                f"{count} in {queue.name}",
                f"`make redrive QUEUE={queue.name}` shows them, and with GO=1 has them tried again (docs/operate.md)",
            )
    if not full:
        yield judged("dead_letters", True, f"all {len(queues)} dead-letter queues are empty", "")


def alarms(patient: Patient) -> Iterator[Finding]:
    """Does any alarm ring, and would anybody hear it?"""
    called = {each.physical_id: each.name for each in patient.of_kind("AWS::CloudWatch::Alarm")}
    names = list(called)
    ringing, there = [], set()
    for start in range(0, len(names), 100):
        page = patient.client("cloudwatch").describe_alarms(AlarmNames=names[start : start + 100])
        ringing += [each for each in page["MetricAlarms"] if each["StateValue"] == "ALARM"]
        there |= {each["AlarmName"] for each in page["MetricAlarms"]}
    for name in names:
        if name not in there:
            yield gone(patient.stack_name, f"there is no alarm {name} any more")
    for alarm in ringing:
        name = called[alarm["AlarmName"]]
        says = f"{name} rings: {alarm.get('AlarmDescription') or alarm['AlarmName']}"
        yield Finding("alarm", Mark.CROSS, says, f"do what docs/operate.md says of {name}")
    if not ringing and there.issuperset(names):
        yield judged("alarm", True, f"none of {len(names)} alarms rings", "")
    topic = patient.named("AlarmTopic")
    if topic is not None:
        page = patient.client("sns").list_subscriptions_by_topic(TopicArn=topic.physical_id)
        heard = [each for each in page["Subscriptions"] if each["SubscriptionArn"].startswith("arn:")]
        yield judged(
            "alarm_reader",
            bool(heard),
            f"{len(heard)} confirmed subscriptions to the alarms",
            "deploy with AlarmEmail=… and open the link in AWS's mail, or subscribe anything to the stack's AlarmTopic",
        )


def tables(patient: Patient) -> Iterator[Finding]:
    """Can every table be brought back, and is none deleted by accident?"""
    client, open_tables, unkept = patient.client("dynamodb"), [], []
    for resource in patient.of_kind("AWS::DynamoDB::Table"):
        table = client.describe_table(TableName=resource.physical_id)["Table"]
        if not patient.declared(resource.name, "DeletionProtectionEnabled"):
            continue  # what stands in it lives for a week at most
        if not table.get("DeletionProtectionEnabled"):
            open_tables.append(resource)
        backups = client.describe_continuous_backups(TableName=resource.physical_id)
        recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            unkept.append(resource)
    meant = patient.parameter("DeletionProtection") == "false"
    yield judged(
        "table_protection",
        not open_tables or meant,
        "tables are protected from deletion"
        if not open_tables
        else f"open to deletion: {_names(open_tables)}",
        _each(open_tables, "aws dynamodb update-table --deletion-protection-enabled --table-name"),
    )
    yield judged(
        "table_recovery",
        not unkept,
        "tables can be brought back to any second of 35 days"
        if not unkept
        else f"can't be brought back to an earlier second: {_names(unkept)}",
        _each(
            unkept,
            "aws dynamodb update-continuous-backups"
            " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true --table-name",
        ),
    )


def logs(patient: Patient) -> Iterator[Finding]:
    """Do log lines go away some day?"""
    for resource in patient.of_kind("AWS::Logs::LogGroup"):
        page = patient.client("logs").describe_log_groups(logGroupNamePrefix=resource.physical_id)
        group = next(
            (each for each in page["logGroups"] if each["logGroupName"] == resource.physical_id), None
        )
        if group is None:
            fix = f"aws logs create-log-group --log-group-name {resource.physical_id}"
            yield Finding("log_group", Mark.CROSS, "there is no log group: log lines are lost", fix)
            continue
        days = group.get("retentionInDays")
        yield judged(
            "log_retention",
            days is not None,
            f"log lines are kept {days} days" if days else "log lines are kept for ever",
            f"aws logs put-retention-policy --log-group-name {resource.physical_id} --retention-in-days 30",
        )


def keys(patient: Patient) -> Iterator[Finding]:
    """Are the keys usable? Without them no link is derived and no secret read."""
    for resource in patient.of_kind("AWS::SecretsManager::Secret"):
        try:
            found = patient.client("secretsmanager").describe_secret(SecretId=resource.physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            fix = (
                f"aws cloudformation set-stack-policy --stack-name {patient.stack_name} --stack-policy-body '{_ANYTHING}';"
                f" then give {resource.name} another name all over template.yaml and `make deploy`, which makes a new one"
                " and the policy again. Links sent before stay dead"
            )
            yield Finding("secret", Mark.CROSS, f"the secret {resource.name} is gone for good", fix)
            continue
        usable = "DeletedDate" not in found
        yield judged(
            "secret",
            usable,
            f"the secret {resource.name} is {'there' if usable else 'about to be deleted'}",
            f"aws secretsmanager restore-secret --secret-id {resource.physical_id}; links sent before are dead without it",
        )
    for resource in patient.of_kind("AWS::KMS::Key"):
        found = patient.client("kms").describe_key(KeyId=resource.physical_id)["KeyMetadata"]
        dying = found["KeyState"] == "PendingDeletion"
        cancelling = f"aws kms cancel-key-deletion --key-id {resource.physical_id}; " if dying else ""
        fix = f"{cancelling}aws kms enable-key --key-id {resource.physical_id}"
        says = f"the key {resource.name} is {found['KeyState']}"
        yield judged("kms_key", found["KeyState"] == "Enabled", says, fix)


def _names(resources: Sequence[Resource]) -> str:
    return ", ".join(each.name for each in resources)


def _each(resources: Sequence[Resource], command: str) -> str:
    return "; ".join(f"{command} {each.physical_id}" for each in resources)
