#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image: Python, a sandbox, the grader.
set -eu
root=${AUTOGRADER_ROOT:-/autograder}
export DEBIAN_FRONTEND=noninteractive

good() {
    command -v "$1" >/dev/null && "$1" -c '
import ensurepip, sys, venv
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        good "$python" && return
    done
    return 1
}

if ! command -v bwrap >/dev/null || ! find_python; then
    apt-get update -qq
    apt-get install -qqy bubblewrap || echo "no bubblewrap; other layers of the sandbox remain"
    for version in 3.12 3.11 3.13; do
        find_python && break
        apt-get install -qqy "python$version" "python$version-venv" || true
    done
fi
if ! find_python; then
    echo "no Python 3.11 to 3.13 with venv is to be had; choose a newer base image" >&2
    exit 1
fi

"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$root"/source/*.whl
chmod -R go-w "$root/venv" "$root/source"
