"""`doctor` with TARGET=aws: what of endpoint, region, account and credentials is in the way, all at once."""

import os
from collections.abc import Iterator, Mapping

from botocore.exceptions import BotoCoreError

from bootstrap.console import say
from bootstrap.errors import SettingError, TargetError
from bootstrap.settings import SETTINGS
from bootstrap.target import Target, caller, endpoints, region, session_of
from tailrace.control.doctor import Finding


def findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at everything that TARGET=aws needs."""
    for name in endpoints(environ):
        yield Finding(f"{name} is set: requests would go there and not to AWS", f"unset {name}", blocks=True)
    account = ""
    try:
        account = SETTINGS["AWS_ACCOUNT_ID"].read(environ)
        if account:
            yield Finding(f"AWS_ACCOUNT_ID is {account}")
        else:
            fix = "set it to the account that you mean (twelve digits)"
            yield Finding("AWS_ACCOUNT_ID is not set", fix, blocks=True)
    except SettingError as wrong:
        yield Finding(str(wrong), "set it to the account that you mean", blocks=True)
    session = None
    try:
        session = session_of(environ)
    except BotoCoreError as wrong:  # a profile that is not there, for example
        yield Finding(f"credentials: {wrong}", "aws configure, or another AWS_PROFILE", blocks=True)
    where = ""
    try:
        where = region(environ) or (session and session.region_name) or ""
        yield (
            Finding(f"region {where}")
            if where
            else Finding("no region is set", "set AWS_REGION", blocks=True)
        )
    except SettingError as wrong:
        yield Finding(str(wrong), "set AWS_REGION to a region's name", blocks=True)
    if session:
        bundle = environ.get("AWS_CA_BUNDLE") or None
        where = where or SETTINGS["AWS_REGION"].default
        yield _credentials(Target("aws", where, account, None, session, bundle))


def _credentials(target: Target) -> Finding:
    """Ask AWS whose the credentials are."""
    try:
        found = caller(target)
    except TargetError as refused:
        return Finding(f"credentials: {refused}", "aws configure, aws sso login, or AWS_PROFILE", blocks=True)
    if target.account and found != target.account:
        fix = "change the credentials (AWS_PROFILE) or AWS_ACCOUNT_ID"
        return Finding(
            f"the credentials belong to account {found}, not to {target.account}", fix, blocks=True
        )
    return Finding(f"credentials of account {found}")


def run() -> int:
    """Print what was found; return 1 if something blocks."""
    found = list(findings(os.environ))
    for each in found:
        say(str(each))
    return int(any(each.blocks for each in found))
