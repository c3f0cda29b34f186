"""The recipe's own validation commands, as written, on a stack of the default names, find what they should.

"Validation & Testing" of the recipe "Streaming Analytics with Kinesis and Lambda", steps 1 to 4: the commands
below are its text. They run in an account of their own, so that the user's stack is not touched.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bootstrap.deploy import deploy
from bootstrap.destroy import destroy
from bootstrap.settings import SETTINGS, PipelineSettings
from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame import leftovers, stacks
from tests.frame.emulators import ROOT
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run, without_settings

pytestmark = [pytest.mark.emulator_only, pytest.mark.recipe]

STACK = SETTINGS["STACK"].default

NAMES = """
export KINESIS_STREAM_NAME="real-time-analytics-stream"
export LAMBDA_FUNCTION_NAME="kinesis-stream-processor"
export DYNAMODB_TABLE_NAME="analytics-results"
"""
DESCRIBE_LOGS = """
aws logs describe-log-groups \\
	--log-group-name-prefix "/aws/lambda/$LAMBDA_FUNCTION_NAME"
"""
FILTER_LOGS = """
LOG_GROUP_NAME="/aws/lambda/$LAMBDA_FUNCTION_NAME"
aws logs filter-log-events \\
	--log-group-name $LOG_GROUP_NAME \\
	--start-time $(date -d '10 minutes ago' +%s)000
"""
SCAN = """
aws dynamodb scan \\
	--table-name $DYNAMODB_TABLE_NAME \\
	--max-items 5
"""
SCAN_PAGE_VIEWS = """
aws dynamodb scan \\
	--table-name $DYNAMODB_TABLE_NAME \\
	--filter-expression "eventType = :et" \\
	--expression-attribute-values '{":et":{"S":"page_view"}}' \\
	--max-items 3
"""
EVENTS_PROCESSED = """
aws cloudwatch get-metric-statistics \\
	--namespace RealTimeAnalytics \\
	--metric-name EventsProcessed \\
	--start-time $(date -d '1 hour ago' -u +%Y-%m-%dT%H:%M:%S) \\
	--end-time $(date -u +%Y-%m-%dT%H:%M:%S) \\
	--period 300 \\
	--statistics Sum
"""
INVOCATIONS = """
aws cloudwatch get-metric-statistics \\
	--namespace AWS/Lambda \\
	--metric-name Invocations \\
	--dimensions Name=FunctionName,Value=$LAMBDA_FUNCTION_NAME \\
	--start-time $(date -d '1 hour ago' -u +%Y-%m-%dT%H:%M:%S) \\
	--end-time $(date -u +%Y-%m-%dT%H:%M:%S) \\
	--period 300 \\
	--statistics Sum
"""

KINDS: dict[str, dict[str, object]] = {  # what the recipe's producer makes, by type, in the same shapes
    "page_view": {"pageUrl": "/page/7", "loadTime": 1234, "sessionLength": 600, "pagesViewed": 3},
    "purchase": {"amount": 45.67, "currency": "USD", "itemsCount": 2},
    "user_signup": {"signupMethod": "email", "campaignSource": "google"},
    "click": {},
}
SENT = 30


def send(pipeline: Pipeline) -> None:
    """Put events as the recipe's producer does: no eventId, a local time, one PutRecord each."""
    for n in range(SENT):
        kind = list(KINDS)[n % len(KINDS)]
        body = {
            "eventType": kind,
            "userId": f"user_{1000 + n}",
            "sessionId": f"session_{100000 + n}",
            "deviceType": ("desktop", "mobile", "tablet")[n % 3],
            "timestamp": datetime.now(UTC).replace(tzinfo=None).isoformat(),
            "location": {"country": "DE", "city": "Berlin"},
            **KINDS[kind],
        }
        pipeline.kinesis.put_record(
            StreamName=pipeline["StreamName"], Data=json.dumps(body).encode(), PartitionKey=f"user_{1000 + n}"
        )


@pytest.fixture(scope="module")
def recipe(run: Run) -> Iterator[Pipeline]:
    """Give a stack of the recipe's names and the template's own settings, with the recipe's events in it."""
    target = account_of_its_own(run)
    settings = PipelineSettings.from_environment({"STACK": STACK})
    try:
        pipeline = Pipeline(target, deploy(target, settings, lambda _: None).stack)
        send(pipeline)
        eventually(lambda: len(pipeline.items()) == SENT, within=120)
        yield pipeline
    finally:
        destroy(target, STACK, lambda _: None)
    assert leftovers.find(target, "") == []  # nobody else is here


def account_of_its_own(run: Run) -> Target:
    """Return the shared emulator as a new account has it: on an emulator the key chooses the account."""
    account = f"4{secrets.randbelow(10**11):011d}"
    target = replace(stacks.shared_target(run), account=account)
    target.session._session.set_credentials(account, "secret")
    assert target.client("sts").get_caller_identity()["Account"] == account
    return target


def environ(target: Target) -> dict[str, str]:
    """Return what `make env` gives: how the AWS CLI and boto3 find the target."""
    return {
        **without_settings(os.environ),
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": target.endpoint or "",
        "AWS_ACCESS_KEY_ID": target.account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": target.region,
        "TZ": "UTC",
    }


def run_as_written(command: str, target: Target) -> Any:  # noqa: ANN401  what the command printed, as JSON
    """Run a command of the recipe's in bash, after the names that its first step exports."""
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-euo", "pipefail", "-c", NAMES + command],
        env=environ(target),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_function_has_its_log_group(recipe: Pipeline) -> None:
    """Step 2: the log group of the function is found by its prefix."""
    groups = run_as_written(DESCRIBE_LOGS, recipe.target)["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/aws/lambda/kinesis-stream-processor"]


def test_the_log_says_what_the_recipe_expects(recipe: Pipeline) -> None:
    """Step 2: the lines "Received X records" and "Successfully processed X records, 0 failed" add up."""
    events = run_as_written(FILTER_LOGS, recipe.target)["events"]
    text = "\n".join(event["message"] for event in events)
    received = [int(n) for n in re.findall(r"Received (\d+) records from Kinesis", text)]
    processed = re.findall(r"Successfully processed (\d+) records, (\d+) failed", text)
    assert sum(received) == SENT
    assert sum(int(n) for n, _ in processed) == SENT
    assert {failed for _, failed in processed} == {"0"}


def test_the_table_holds_processed_records(recipe: Pipeline) -> None:
    """Step 3: the scan shows five records with the recipe's attributes."""
    found = run_as_written(SCAN, recipe.target)
    assert len(found["Items"]) == 5
    assert found["NextToken"]
    for item in found["Items"]:
        assert {"eventId", "timestamp", "processedAt", "eventType", "userId", "metrics", "rawData"} <= set(
            item
        )


def test_page_views_are_found_by_their_type(recipe: Pipeline) -> None:
    """Step 3: the filtered scan shows three page views, which the recipe's own code loses."""
    items = run_as_written(SCAN_PAGE_VIEWS, recipe.target)["Items"]
    assert [item["eventType"] for item in items] == 3 * [{"S": "page_view"}]
    assert all(set(item["metrics"]["M"]) == {"page_url", "load_time", "bounce_rate"} for item in items)


def test_the_custom_metric_counts_every_event(recipe: Pipeline) -> None:
    """Step 4: the query without dimensions, empty with the recipe's own code, counts all that was sent."""

    def total() -> float:
        points = run_as_written(EVENTS_PROCESSED, recipe.target)["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    eventually(lambda: total() == SENT, within=60)


def test_the_invocations_are_counted(recipe: Pipeline) -> None:
    """Step 4: Lambda's own metric counts the invocations, of which the log tells."""
    points = run_as_written(INVOCATIONS, recipe.target)["Datapoints"]
    assert sum(point["Sum"] for point in points) == sum("START RequestId" in line for line in recipe.log())
