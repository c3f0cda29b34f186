#!/bin/sh
# Builds and deploys the stack: deploy.sh STACK. To the account, or the emulator, that AWS's variables name.
set -eu
cd "$(dirname "$0")"
if [ ! -x build/deployer/bin/sam ]; then
    uv venv --quiet --relocatable --python "$(command -v python3.13)" build/deployer
    uv pip install --quiet --require-hashes --python build/deployer/bin/python -r deployer.txt
fi
export SAM_CLI_TELEMETRY=0
PATH=$PWD/build/deployer/bin:$PATH
sam build --build-dir build/sam
sam deploy --template-file build/sam/template.yaml --stack-name "$1" --resolve-s3 --capabilities CAPABILITY_IAM \
    --no-confirm-changeset --no-progressbar
