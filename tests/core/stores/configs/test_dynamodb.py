"""DynamoDB: what is asked of it, what is tried again, and what is said when it says no."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from airflow_data_quality.core.errors import Conflict, DefinitionError, StoreError, Unstorable
from airflow_data_quality.core.stores.configs import dynamodb_writes
from airflow_data_quality.core.stores.configs.dynamodb import DynamoDbShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import a_connection, a_test
from tests.dynamodb import REAL, REGION, answer, dynamodb_client, listening, new_prefix

TRANSACT = "TransactWriteItems"


@pytest.fixture
def prefix() -> str:
    return new_prefix()


@pytest.fixture
def made(client: Any, prefix: str) -> DynamoDbShelf:
    shelf = DynamoDbShelf(client, prefix=prefix)
    shelf.migrate()
    return shelf


@pytest.fixture
def in_dynamodb(made: DynamoDbShelf) -> ConfigStore:
    store = ConfigStore(made)
    store.create(a_connection(), by="setup")
    return store


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once."""
    monkeypatch.setattr(dynamodb_writes, "FIRST_WAIT", 0)


def error(code: str, message: str = "", *, reasons: list[dict[str, str]] | None = None) -> AWSResponse:
    """Returns an error in the words of DynamoDB."""
    body: dict[str, Any] = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}
    if reasons is not None:
        body["CancellationReasons"] = reasons
    return answer(400, json.dumps(body).encode())


def cancelled(*codes: str) -> AWSResponse:
    """Returns what becomes of a transaction with a part for each code."""
    said = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]"
    return error("TransactionCanceledException", said, reasons=[{"Code": code} for code in codes])


def asked(client: Any, call: Callable[[], object]) -> list[str]:
    """Returns the operations that a call asks DynamoDB for."""
    seen: list[str] = []

    def listen(request: Any) -> None:
        seen.append(request.headers["X-Amz-Target"].decode().partition(".")[2])

    with listening(client, "*", listen):
        call()
    return seen


# What is asked --------------------------------------------------------------------------------------------------------


def test_whether_anything_has_changed_is_one_get_item(in_dynamodb: ConfigStore, client: Any) -> None:
    in_dynamodb.create(a_test(), by="ann")
    assert asked(client, in_dynamodb.all_tests) == ["GetItem", *["Scan"] * 4]

    assert asked(client, in_dynamodb.all_tests) == ["GetItem"]
    assert asked(client, in_dynamodb.tests) == ["GetItem"]
    assert asked(client, lambda: in_dynamodb.select(["orders-volume"])) == ["GetItem"]


def test_a_change_is_one_transaction(in_dynamodb: ConfigStore, client: Any) -> None:
    assert asked(client, lambda: in_dynamodb.create(a_test(), by="ann")).count(TRANSACT) == 1
    assert (
        asked(client, lambda: in_dynamodb.apply([a_test(f"t{number}") for number in range(50)], [], by="ann")).count(TRANSACT)
        == 2
    )


def test_a_batch_is_as_large_as_a_transaction_may_be(in_dynamodb: ConfigStore, client: Any) -> None:
    long = [a_test(f"t{number:02}", dataset={"query": "x" * 150_000, "conn_id": "warehouse"}) for number in range(30)]
    sizes: list[int] = []

    def listen(request: Any) -> None:
        sizes.append(len(request.body))

    with listening(client, TRANSACT, listen):
        in_dynamodb.apply(long, [], by="ann")

    assert len(sizes) == 3
    assert max(sizes) < 4_000_000
    assert len(in_dynamodb.all_tests()) == 30


def test_what_is_larger_than_an_item_may_be_is_refused_before_anything_is_stored(in_dynamodb: ConfigStore) -> None:
    large = a_test("large", dataset={"query": "é" * 250_000, "conn_id": "warehouse"})
    reason = r"test 'large' takes 5\d\d,\d\d\d bytes in the log, .* DynamoDB keeps 409,600 in an item: make its texts shorter"

    with pytest.raises(Unstorable, match=reason):
        in_dynamodb.create(large, by="ann")
    with pytest.raises(Unstorable, match=reason):
        in_dynamodb.apply([*(a_test(f"t{number}") for number in range(60)), large], [], by="ann")

    assert in_dynamodb.all_tests() == []
    assert in_dynamodb.revision() == 1


def test_two_prefixes_in_one_account_do_not_see_each_other(in_dynamodb: ConfigStore, client: Any) -> None:
    other = ConfigStore(DynamoDbShelf(client, prefix=new_prefix()))
    other.migrate()
    in_dynamodb.create(a_test(), by="ann")

    assert other.revision() == 0
    assert other.all_tests() == []
    assert list(other.audit("test", "orders-volume")) == []
    with pytest.raises(DefinitionError, match="not registered"):
        other.create(a_test(), by="ann")


@pytest.mark.parametrize("prefix", ["a b", "é", "x" * 201, "/"])
def test_a_prefix_that_no_table_may_have_is_refused(client: Any, prefix: str) -> None:
    with pytest.raises(DefinitionError, match=r"table_prefix is .*; names of tables have letters, digits and _ . - only"):
        DynamoDbShelf(client, prefix=prefix)


def test_the_counter_is_hidden(in_dynamodb: ConfigStore) -> None:
    in_dynamodb.create(a_test(), by="ann")

    assert in_dynamodb.test("#revision") is None
    assert [test.id for test in in_dynamodb.tests()] == ["orders-volume"]


def test_audit_entries_expire_where_that_is_wanted(client: Any, prefix: str) -> None:
    shelf = DynamoDbShelf(client, prefix=prefix, audit_days=30)
    shelf.migrate()
    store = ConfigStore(shelf)
    store.create(a_connection(), by="ann")
    forever = ConfigStore(DynamoDbShelf(client, prefix=prefix))
    forever.create(a_connection("lake"), by="ann")

    entries = client.scan(TableName=f"{prefix}audit_log")["Items"]
    expires = {entry["entity"]["S"]: entry.get("expires_at") for entry in entries}

    assert expires["connection#lake"] is None
    at = store.audit("connection", "warehouse")[0].at + timedelta(days=30)
    assert expires["connection#warehouse"] == {"N": str(int(at.timestamp()))}
    assert shelf.maintain(audit_before=datetime.now(timezone.utc)) == []


# What is tried again --------------------------------------------------------------------------------------------------

PASSING = {
    "another transaction": lambda: cancelled("None", "None", "TransactionConflict"),
    "throttled in part": lambda: cancelled("ThrottlingError", "None", "TransactionConflict"),
    "too little capacity": lambda: cancelled("None", "ProvisionedThroughputExceeded", "None"),
    "throttled": lambda: error("ThrottlingException", "Rate exceeded"),
    "the same one": lambda: error("TransactionInProgressException", "still going on"),
}


@pytest.mark.parametrize("refusal", PASSING)
def test_what_passes_is_tried_again_with_the_same_token(
    in_dynamodb: ConfigStore, client: Any, unhurried: None, refusal: str
) -> None:
    tokens: list[str] = []

    def refuse(request: Any) -> AWSResponse | None:
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        return PASSING[refusal]() if len(tokens) < 9 else None

    with listening(client, TRANSACT, refuse):
        test = in_dynamodb.create(a_test(), by="ann")

    assert len(tokens) == 9
    assert len(set(tokens)) == 1
    assert in_dynamodb.test(test.id) == test
    assert in_dynamodb.revision() == 2

    with listening(client, TRANSACT, lambda request: tokens.append(json.loads(request.body)["ClientRequestToken"])):
        in_dynamodb.create(a_test("other"), by="ann")
    assert len(set(tokens)) == 2


@pytest.mark.parametrize("refusal", PASSING)
def test_what_does_not_pass_is_given_up_and_nothing_is_stored(
    in_dynamodb: ConfigStore, client: Any, unhurried: None, refusal: str
) -> None:
    count = 0

    def refuse(request: Any) -> AWSResponse:
        nonlocal count
        count += 1
        return PASSING[refusal]()

    with listening(client, TRANSACT, refuse), pytest.raises(StoreError) as raised:
        in_dynamodb.create(a_test(), by="ann")

    assert count == 9
    assert not isinstance(raised.value, Conflict)
    assert in_dynamodb.test("orders-volume") is None


def test_a_lost_race_is_no_matter_of_trying_again(in_dynamodb: ConfigStore, client: Any) -> None:
    count = 0

    def refuse(request: Any) -> AWSResponse:
        nonlocal count
        count += 1
        return cancelled("None", "None", "ConditionalCheckFailed", "None", "TransactionConflict")

    with listening(client, TRANSACT, refuse), pytest.raises(Conflict, match="changed by someone else: 'b'") as raised:
        in_dynamodb.apply([a_test("a"), a_test("b")], [], by="ann")

    assert count == 1
    assert raised.value.ids == ("b",)


def test_what_is_wrong_with_a_part_of_a_transaction_is_told(in_dynamodb: ConfigStore, client: Any) -> None:
    reasons = [{"Code": "None"}, {"Code": "ValidationError", "Message": "Item size has exceeded"}, {"Code": "None"}]

    with (
        listening(client, TRANSACT, lambda request: error("TransactionCanceledException", "cancelled", reasons=reasons)),
        pytest.raises(StoreError, match="TransactionCanceledException: ValidationError: Item size has exceeded"),
    ):
        in_dynamodb.create(a_test(), by="ann")


# Tables ---------------------------------------------------------------------------------------------------------------


def test_migrate_makes_what_is_missing_says_so_and_changes_nothing_twice(client: Any, prefix: str) -> None:
    names = [f"{prefix}{name}" for name in ("tests", "connections", "audit_log")]
    shelf = DynamoDbShelf(client, prefix=prefix)

    assert shelf.migrate() == [f"made the table {name}, billed on demand" for name in names]
    ConfigStore(shelf).create(a_connection(), by="ann")
    assert shelf.migrate() == []
    assert client.describe_table(TableName=names[0])["Table"]["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"

    client.delete_table(TableName=names[2])
    with pytest.raises(StoreError, match=f"there is no table {names[2]}; run: airflow data-quality migrate"):
        ConfigStore(shelf).create(a_connection("lake"), by="ann")
    assert shelf.migrate() == [f"made the table {names[2]}, billed on demand"]
    assert [connection.id for connection in ConfigStore(shelf).all_connections()] == ["warehouse"]


@pytest.mark.skipif(REAL is not None, reason="DynamoDB Local has no point-in-time recovery")
def test_migrate_turns_on_what_is_wanted_once_and_nothing_off(client: Any, prefix: str) -> None:
    DynamoDbShelf(client, prefix=prefix).migrate()
    wanted = DynamoDbShelf(client, prefix=prefix, audit_days=7, point_in_time_recovery=True)

    assert wanted.migrate() == [
        *(f"turned on point-in-time recovery of {prefix}{name}" for name in ("tests", "connections", "audit_log")),
        f"turned on expiry of {prefix}audit_log by expires_at",
    ]
    assert wanted.migrate() == []
    assert DynamoDbShelf(client, prefix=prefix).migrate() == []
    backups = client.describe_continuous_backups(TableName=f"{prefix}tests")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = client.describe_time_to_live(TableName=f"{prefix}audit_log")["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires_at")


def test_a_table_that_is_not_ready_for_recovery_yet_is_waited_for(
    client: Any, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_data_quality.core.stores.configs import dynamodb_tables

    monkeypatch.setitem(dynamodb_tables.WAIT, "Delay", 0)
    count = 0

    def refuse(request: Any) -> AWSResponse | None:
        nonlocal count
        count += 1
        said = "Backups are being enabled for the table. Please retry later"
        return error("ContinuousBackupsUnavailableException", said) if count < 4 else None

    with listening(client, "UpdateContinuousBackups", refuse):
        done = DynamoDbShelf(client, prefix=prefix, point_in_time_recovery=True).migrate()

    assert len(done) == 6


def test_two_that_migrate_at_the_same_moment_are_not_in_each_others_way(client: Any, prefix: str) -> None:
    shelf, first = DynamoDbShelf(client, prefix=prefix), []

    def overtake(request: Any) -> None:
        if not first:
            first.append("migrating")
            first.extend(DynamoDbShelf(client, prefix=prefix).migrate())

    with listening(client, "CreateTable", overtake):
        assert shelf.migrate() == []

    assert len(first) == 4
    assert shelf.revision() == 0


def test_a_table_of_somebody_else_is_left_alone(client: Any, prefix: str) -> None:
    client.create_table(
        TableName=f"{prefix}tests",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    store = ConfigStore(DynamoDbShelf(client, prefix=prefix))
    words = (
        f"table {prefix}tests has the key pk (S, HASH), sk (N, RANGE), ours has id (S, HASH): it is somebody else's; "
        "set [data_quality] table_prefix to another one"
    )

    with pytest.raises(StoreError) as raised:
        store.migrate()
    assert str(raised.value) == f"config store {store.place}: {words}"
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    assert [name for name in names if name.startswith(prefix)] == [f"{prefix}tests"]
    with pytest.raises(StoreError) as raised:
        store.all_tests()
    assert words in str(raised.value)


def test_tables_that_nobody_has_made_say_how(client: Any, prefix: str) -> None:
    store = ConfigStore(DynamoDbShelf(client, prefix=prefix))

    for use in (
        store.revision,
        store.all_tests,
        lambda: store.test("a"),
        lambda: store.audit("test", "a"),
        lambda: store.create(a_connection(), by="x"),
    ):
        with pytest.raises(StoreError) as raised:
            use()
        assert str(raised.value) == (
            f"config store DynamoDB at {client.meta.endpoint_url} ({REGION}), tables {prefix}*: there is no table "
            f"{prefix}tests, {prefix}connections, {prefix}audit_log; run: airflow data-quality migrate, "
            "or name the region and the prefix they have"
        )


# When AWS says no -----------------------------------------------------------------------------------------------------

DENIED = (
    "User: arn:aws:iam::123456789012:user/dq is not authorized to perform: dynamodb:PutItem on resource: "
    "arn:aws:dynamodb:eu-west-1:123456789012:table/data_quality_audit_log because no identity-based policy allows "
    "the dynamodb:PutItem action"
)


@pytest.mark.parametrize(
    ("code", "said", "advice"),
    [
        (
            "AccessDeniedException",
            DENIED,
            "allow dynamodb:PutItem on table data_quality_audit_log to whoever the Airflow connection",
        ),
        (
            "AccessDeniedException",
            "User is not authorized",
            "allow what it lacks on its tables to whoever the Airflow connection",
        ),
        (
            "InvalidSignatureException",
            "Signature expired: 20240101T000000Z is now earlier than 20240101T001500Z",
            "set it by NTP",
        ),
        ("InvalidSignatureException", "Signature not yet current: 20240101T003000Z is still later than", "set it by NTP"),
        ("RequestTimeTooSkewed", "The difference is too large", "set it by NTP"),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            "the secret access key is not the one",
        ),
        (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            "the access key is not known there",
        ),
        (
            "MissingAuthenticationTokenException",
            "Request must contain a valid token",
            "there are no credentials; give the Airflow",
        ),
        ("ExpiredTokenException", "The security token included in the request is expired", "have expired: renew them"),
        ("ProvisionedThroughputExceededException", "The level of configured", "let the tables be on demand"),
        ("InternalServerError", "oops", "InternalServerError: oops"),
    ],
)
def test_what_aws_refuses_is_told_with_what_to_do(made: DynamoDbShelf, client: Any, code: str, said: str, advice: str) -> None:
    with listening(client, "GetItem", lambda request: error(code, said)), pytest.raises(StoreError) as raised:
        ConfigStore(made).all_tests()

    assert str(raised.value).startswith(f"config store {made.place}: ")
    assert said in str(raised.value)
    assert advice in str(raised.value)


def test_where_nobody_listens_the_way_is_told(dynamodb_endpoint: str) -> None:
    nowhere = dynamodb_client("http://127.0.0.1:9")

    with pytest.raises(
        StoreError, match=r"DynamoDB at http://127.0.0.1:9 .*Could not connect.*check region and endpoint_url of the"
    ):
        ConfigStore(DynamoDbShelf(nowhere)).all_tests()


def test_a_region_that_is_none_is_not_found() -> None:
    elsewhere = dynamodb_client("http://dynamodb.eu-nowhere-9.invalid", region_name="eu-nowhere-9")

    with pytest.raises(StoreError, match=r"eu-nowhere-9\), tables data_quality_\*: .*check region and endpoint_url"):
        ConfigStore(DynamoDbShelf(elsewhere)).revision()


def test_a_server_that_does_not_answer_is_not_waited_for_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = Config(retries={"total_max_attempts": 1}, read_timeout=0.2)
        client = dynamodb_client(f"http://127.0.0.1:{silent.getsockname()[1]}", config=config)
        with pytest.raises(StoreError, match=r"Read timeout.*check region and endpoint_url"):
            ConfigStore(DynamoDbShelf(client)).revision()


def test_no_credentials_are_told_with_where_they_belong(dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    client = dynamodb_client(dynamodb_endpoint, aws_access_key_id=None, aws_secret_access_key=None)

    with pytest.raises(StoreError, match=r"Unable to locate credentials; give the Airflow connection an access key or a role"):
        ConfigStore(DynamoDbShelf(client)).revision()


def test_only_this_shelf_loads_boto() -> None:
    import subprocess
    import sys

    code = "import sys, airflow_data_quality.core.stores.configs.store, airflow_data_quality.core.stores.configs.sql\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "print('botocore' in sys.modules)"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
