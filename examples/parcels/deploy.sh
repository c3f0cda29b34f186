#!/bin/sh
# Builds the layer and deploys the stack: deploy.sh STACK BUCKET. To the account, or the emulator, that AWS's
# variables name; the bucket must be there.
set -eu
cd "$(dirname "$0")"
rm -rf build
mkdir -p build/layer/python
cp shared/*.py build/layer/python
uv pip install --quiet --no-deps --require-hashes --python-version 3.12 --target build/layer/python -r layer.txt
aws cloudformation package --template-file template.yaml --s3-bucket "$2" --output-template-file build/packaged.yaml >/dev/null
aws cloudformation deploy --stack-name "$1" --template-file build/packaged.yaml --capabilities CAPABILITY_IAM
