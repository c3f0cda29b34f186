#!/bin/sh
# Deploys the stack, to the account or the emulator that AWS's variables name; CDK's own stack with it, once.
set -eu
cd "$(dirname "$0")"
export CDK_DISABLE_CLI_TELEMETRY=1
[ -d node_modules ] || npm ci --silent --no-audit --no-fund
npx cdk bootstrap --no-notices
npx cdk deploy --no-notices --require-approval never
