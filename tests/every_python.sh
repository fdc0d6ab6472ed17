#!/usr/bin/env bash
# Runs the tests on each supported Python that is installed, each in an environment of its own under .venvs/.
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
  for candidate in "python$1" "$HOME"/.pyenv/versions/"$1".*/bin/python; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

ran=0
for release in 3.11 3.12 3.13; do
  python=$(find_python "$release")
  if [ -z "$python" ]; then
    echo "Python $release is not installed: skipped"
    continue
  fi
  echo "== Python $release"
  env=.venvs/$release
  [ -x "$env/bin/python" ] || "$python" -m venv "$env"
  "$env/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
  "$env/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
  "$env/bin/python" -m pytest -q
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "none of Python 3.11, 3.12 and 3.13 is installed" >&2; exit 2; }
