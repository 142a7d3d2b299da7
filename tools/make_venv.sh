#!/bin/sh
# Make a virtual environment with the Python that suits the project best.
#
#   sh tools/make_venv.sh FOLDER [PYTHON]
#
# Theano 1.0.5 runs on Python 3.10 and 3.11; on a newer Python the extra `theano`
# brings PyTensor instead. PYTHON overrides the search.
set -eu

folder=$1
asked=${2:-}

# A name on PATH may be a shim that cannot run, or a Python without venv.
works() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(not (3, 10) <= sys.version_info < (3, '"$2"'))' \
        >/dev/null 2>&1
}

chosen=
if [ -n "$asked" ]; then
    works "$asked" 99 || {
        echo "PYTHON=$asked is not a Python of at least 3.10 with the module venv" >&2
        exit 1
    }
    chosen=$asked
else
    for candidate in python3.11 python3.10 python3 python; do
        if works "$candidate" 12; then
            chosen=$candidate
            break
        fi
    done
fi
if [ -z "$chosen" ]; then
    for candidate in python3 python python3.14 python3.13 python3.12; do
        if works "$candidate" 99; then
            chosen=$candidate
            break
        fi
    done
fi
if [ -z "$chosen" ]; then
    echo "no Python of at least 3.10 with the module venv is on PATH;" >&2
    echo "install one (on Debian: python3 and python3-venv) or say: make PYTHON=/path/to/python" >&2
    exit 1
fi

rm -rf "$folder"
"$chosen" -m venv "$folder"
echo "$folder: $("$folder/bin/python" --version) from $(command -v "$chosen")"
if ! works "$folder/bin/python" 12; then
    echo "this is not Python 3.10 or 3.11, on which alone Theano 1.0.5 runs: the extra theano" \
        "brings PyTensor, which confirms in its place; tests of Theano itself are skipped"
fi
