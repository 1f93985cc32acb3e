#!/bin/sh
# What `make demo` shows: verdicts and runs of the Wilson-Cowan pair and the worm.
#   sh examples/demo.sh build/eigc OUTPUT_FOLDER
set -eu
eigc=$1
out=$2
mkdir -p "$out"

say() { printf '\n$ %s\n' "$*"; }
try() { say "$@"; "$@"; }

for name in 01-wilson-cowan 04-worm; do
    try "$eigc" check "examples/$name.eig" --certificate "$out/$name.json"
    try "$eigc" verify "$out/$name.json"
    try "$eigc" run "examples/$name.eig" -o "$out/$name.npz"
done

# Past the edge: the verdict is a refutation, with its witness. The requirement is not met, so the status is 1.
say "$eigc" check examples/04-worm.eig --set g=0.035 --certificate "$out/04-worm-refuted.json"
"$eigc" check examples/04-worm.eig --set g=0.035 --certificate "$out/04-worm-refuted.json" && exit 1
try "$eigc" verify "$out/04-worm-refuted.json"

printf '\nResults and proofs are in %s:\n' "$out"
ls -l "$out" | awk 'NR > 1 { printf "  %s (%s bytes)\n", $NF, $5 }'
