#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: a Python that is new enough, what the grader needs, the digits.
set -euo pipefail
cd "${AUTOGRADER_ROOT:-/autograder}/source"

python=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
    python="$candidate"
    break
  fi
done
packages=()
if [ -z "$python" ]; then
  python=python3.11
  packages=(python3.11 python3.11-venv)
elif ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
  packages=("$python-venv") # which Debian and Ubuntu keep apart
fi
if [ ${#packages[@]} -gt 0 ] && ! { apt-get update && apt-get install -y "${packages[@]}"; }; then
  echo "There is no ${packages[*]} for this image. Choose a newer one: Ubuntu 22.04 has Python 3.11." >&2
  exit 1
fi

"$python" -m venv .venv
# Gradescope's machines have no GPU; PyTorch's index for the CPU has a tenth of the usual download.
command -v nvidia-smi > /dev/null \
  || .venv/bin/pip install -q --no-deps torch torchvision -c constraints.txt --index-url https://download.pytorch.org/whl/cpu \
  || echo "PyTorch's own index was not reached: the usual, larger build is taken"
.venv/bin/pip install -q -e . -c constraints.txt
# Without a network the grader draws digits of its own, and says so.
.venv/bin/python -c 'from graders.digits.find import find_digits; find_digits(None, train_size=10_000, test_size=10_000)' \
  || echo "no digits were fetched"
