#!/bin/sh
# Installs the grader into /opt/grader/venv, from the files beside this one; as root.
# Packages come from where pip is told to take them (PIP_INDEX_URL, PIP_FIND_LINKS, ...).
set -eu
umask 022 # students' code runs as another user, and needs to read Python
here=$(cd "$(dirname "$0")" && pwd)
venv=/opt/grader/venv

python=""
for name in python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null &&
        "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then
        python=$name
        break
    fi
done
packages=""
[ -n "$python" ] || packages="python3.11 python3.11-venv"
/sbin/ldconfig -p | grep -q 'libseccomp\.so\.2' || packages="$packages libseccomp2"
if [ -n "$packages" ]; then
    apt-get update -q
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
fi

[ -x "$venv/bin/python" ] || "${python:-python3.11}" -m venv "$venv"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# torch for processors alone: gigabytes less.
"$venv/bin/pip" install --quiet --extra-index-url https://download.pytorch.org/whl/cpu \
    -c "$here/constraints.txt" -r "$here/requirements.txt"
for wheel in "$here"/grader-*.whl; do
    # In an image, what changes less often is installed before.
    [ ! -e "$wheel" ] || "$venv/bin/pip" install --quiet --no-deps --no-index "$wheel"
done
