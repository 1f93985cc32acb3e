#!/bin/sh
# Brings inputs that fuzz.sh found into tests/fuzz/corpus, as few as reach every
# edge of the code that all of them reach:
#   sh tests/fuzz/merge.sh FOLDER-OF-CORPORA [parse ...]
# FOLDER-OF-CORPORA (build/fuzz) holds corpus-NAME; the targets are built by fuzz.sh.
set -eu
from=$1
shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_\(.*\)\.c/\1/')
for name in "$@"; do
    [ -d "$from/corpus-$name" ] || continue
    build/fuzz/fuzz_$name -merge=1 -use_counters=0 -timeout=10 -rss_limit_mb=3000 -verbosity=0 \
        tests/fuzz/corpus/$name "$from/corpus-$name" 2>&1 | grep '^MERGE-OUTER: .* new' || true
    du -sb tests/fuzz/corpus/$name
done
