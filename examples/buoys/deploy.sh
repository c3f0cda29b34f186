#!/bin/sh
# Deploys the stack, or does what else it is told: deploy.sh [remove]. To the account, or the emulator, that AWS's
# variables name.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --silent --no-audit --no-fund
npx osls "${1:-deploy}"
