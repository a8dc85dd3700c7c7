"""What DynamoDB, or the way to it, says no with, and what to do then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
    WaiterError,
)
from botocore.exceptions import ConnectionError as NotConnected

from airflow_data_quality.core.errors import StoreError

CREDENTIALS = (
    "give the Airflow connection an access key or a role, or leave both out where boto3 finds some by itself (environment, "
    "profile, instance or pod role)"
)
SAID = (
    ("Signature expired", "the clock of this host is wrong: set it by NTP, AWS allows 5 minutes"),
    ("Signature not yet current", "the clock of this host is wrong: set it by NTP, AWS allows 5 minutes"),
)
"""A part of what AWS says → what to do."""
CODES = {
    "RequestTimeTooSkewed": SAID[0][1],
    "RequestExpired": SAID[0][1],
    "InvalidSignatureException": "the secret access key is not the one of the access key: correct the Airflow connection",
    "SignatureDoesNotMatch": "the secret access key is not the one of the access key: correct the Airflow connection",
    "UnrecognizedClientException": f"the access key is not known there; {CREDENTIALS}",
    "InvalidClientTokenId": f"the access key is not known there; {CREDENTIALS}",
    "MissingAuthenticationTokenException": f"there are no credentials; {CREDENTIALS}",
    "ExpiredTokenException": "the session's credentials have expired: renew them",
    "TransactionCanceledException": "it stayed so for every retry; try again later",
    "ThrottlingException": "it stayed so for every retry; try again later",
    "ProvisionedThroughputExceededException": "it stayed so for every retry; let the tables be on demand",
    "RequestLimitExceeded": "it stayed so for every retry; ask AWS for a higher limit",
}
"""An error's code → what to do."""
UNREACHABLE = "check region and endpoint_url of the Airflow connection, and the network from here to there"
KINDS: Sequence[tuple[tuple[type[Exception], ...], str]] = (
    ((NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, TokenRetrievalError), CREDENTIALS),
    ((NotConnected, HTTPClientError), UNREACHABLE),
    ((WaiterError,), "look at the table in the AWS console, then run it again"),
)
"""What fails before AWS has said anything → what to do."""
DENIED = ("AccessDeniedException", "AccessDenied")
OF_THE_TABLES = ("ResourceNotFoundException", "ValidationException")
"""What tables that are missing, or other ones than ours, bring about."""


@contextmanager
def explained(place: str, faults: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Turns errors of AWS into a StoreError that says where, why, and what to do.

    Args:
        place: what messages call the store.
        faults: looks at the tables; says what is wrong with them.
    """
    try:
        yield
    except ClientError as error:
        raise StoreError(f"config store {place}: {_advised(error, faults)}") from error
    except BotoCoreError as error:
        advice = next((advice for kinds, advice in KINDS if isinstance(error, kinds)), "")
        raise StoreError("; ".join(filter(None, (f"config store {place}: {error}", advice)))) from error


def code_of(error: ClientError) -> str:
    """Returns the code of what AWS has said."""
    return str(error.response.get("Error", {}).get("Code", ""))


def reasons_of(error: ClientError) -> Sequence[dict[str, Any]]:
    """Returns what AWS says of each part of a transaction."""
    return error.response.get("CancellationReasons") or ()


def _advised(error: ClientError, faults: Callable[[], Sequence[str]]) -> str:
    code, said = code_of(error), _said(error)
    if code in OF_THE_TABLES and (found := faults()):
        return "; ".join(found)
    if code in DENIED:
        return _denied(said)
    advice = next((advice for part, advice in SAID if part in said), CODES.get(code, ""))
    return "; ".join(filter(None, (f"{code}: {said}", advice)))


def _said(error: ClientError) -> str:
    messages = {f"{reason.get('Code')}: {reason.get('Message', '')}" for reason in reasons_of(error) if _is_one(reason)}
    return ", ".join(sorted(messages)) or str(error.response.get("Error", {}).get("Message", ""))


def _is_one(reason: dict[str, Any]) -> bool:
    return reason.get("Code") not in (None, "None")


def _denied(said: str) -> str:
    """Names the action of IAM and the table, as far as AWS names them."""
    action, table = re.search(r"dynamodb:\w+", said), re.search(r"table/([\w.-]+)", said)
    right = action[0] if action else "what it lacks"
    return (
        f"{said}; allow {right} on {f'table {table[1]}' if table else 'its tables'} to whoever the Airflow connection stands for"
    )
