#!/bin/sh
# Makes .venv and installs nnviz into it, once; the Makefile calls it before anything else.
#
#   sh scripts/setup.sh        what `nnviz` needs
#   sh scripts/setup.sh dev    and what its tests and checks need
#
# PYTHON=... names the interpreter to use; otherwise the first good one is taken. What was installed
# is stamped, so that a second call returns at once, and an interrupted one starts again.
set -eu
cd "$(dirname "$0")/.."

extra=${1:-}
venv=.venv
stamp=$venv/.installed${extra:+-$extra}
# A moved folder, or a change in what is installed or compiled, asks for a new installation.
wanted="$(pwd) $(cat pyproject.toml scripts/compile_hook.py nnviz/debugger/compiled.c | cksum)"

fail() {
    printf '%s\n' "$@" >&2
    exit 2
}

# Prints e.g. `3.12.1 good`; nothing for a name that doesn't run (as a pyenv shim without its version).
probe() {
    "$1" -c '
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    verdict = "unsupported"
else:
    try:
        import ensurepip, venv
        verdict = "good"
    except ImportError:
        verdict = "incomplete"
print("%d.%d.%d %s" % (sys.version_info[:3] + (verdict,)))' 2>/dev/null || true
}

no_ensurepip() {
    minor=${version%.*}
    fail "$python (Python $version) can't make a virtual environment: its ensurepip is missing." \
        "Install it, then run the same command again:" \
        "  Debian, Ubuntu   sudo apt install python$minor-venv" \
        "  openSUSE         sudo zypper install python$(echo "$minor" | tr -d .)-pip" \
        "or name another Python 3.11 to 3.13 with PYTHON=/path/to/python3"
}

# Sets python and version, or explains what to install.
choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.13 python3.12 python3.11 python3 python
    fi
    incomplete='' found=''
    for python; do
        answer=$(probe "$python")
        version=${answer% *}
        case $answer in
        *good) return ;;
        *incomplete) incomplete=${incomplete:-$python} ;;
        *unsupported) found="$found $python is $version;" ;;
        esac
    done
    if [ -n "$incomplete" ]; then
        python=$incomplete version=$(probe "$incomplete")
        version=${version% *}
        no_ensurepip
    fi
    fail "nnviz needs Python 3.11, 3.12 or 3.13; ${PYTHON:+PYTHON=$PYTHON doesn't give it, }found:${found:- none.}" \
        "Install one, then run the same command again:" \
        "  Debian, Ubuntu   sudo apt install python3 python3-venv" \
        "  Fedora           sudo dnf install python3.13" \
        "  macOS            brew install python@3.13" \
        "or name one that is elsewhere: PYTHON=/path/to/python3.12"
}

make_venv() {
    choose_python
    echo "Using $python (Python $version) for $venv."
    trap 'rm -rf "$venv"' EXIT
    trap 'exit 130' INT TERM
    rm -rf "$venv"
    "$python" -m venv "$venv" || no_ensurepip
    trap - EXIT INT TERM
}

venv_works() {
    "$venv/bin/python" -c 'import pip' 2>/dev/null || return 1
    [ -z "${PYTHON:-}" ] && return
    ours=$(probe "$venv/bin/python") theirs=$(probe "$PYTHON")
    [ "${ours% *}" = "${theirs% *}" ]
}

if ! venv_works; then
    make_venv
elif [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

echo "Installing nnviz${extra:+ and what its checks need} into $venv: once, a minute or two ..."
rm -f "$venv"/.installed*
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".${extra:+[$extra]}" ||
    fail "Installing failed; the lines above say why. The same command tries again."
echo "$wanted" >"$stamp"
echo "$wanted" >"$venv/.installed" # what the checks need includes what nnviz needs
