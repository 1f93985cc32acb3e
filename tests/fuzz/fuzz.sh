#!/bin/sh
# Fuzzes every target of this folder, or those named, for so many seconds each:
#   sh tests/fuzz/fuzz.sh SECONDS [parse ...]
# Needs clang-19 (FUZZ_CC names another, or puts ccache in front). What is found
# goes to build/fuzz/, ends the target and the script with status 1. New inputs
# stay in build/fuzz/corpus-NAME; merge.sh brings the best into tests. An input may take
# FUZZ_TIMEOUT seconds (10): more, on a busy machine. Run from the root.
set -eu
seconds=$1
shift
out=build/fuzz
cc="${FUZZ_CC:-clang-19} -std=c11 -D_GNU_SOURCE -DEIGC_VERIFY=1 -DEIGC_ARENA_MALLOC=1 -g -O1 -ffp-contract=off -I. -Ibuild/gen"
mkdir -p $out/obj
make -s $(make -s print-GEN_SRC)
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_\(.*\)\.c/\1/')

# Headers have no dependency lists here: a newer one rebuilds everything.
if [ -f $out/lib.a ] && [ -n "$(find lang compiler runtime \( -name "*.h" -o -name "*.def" \) -newer $out/lib.a)" ]; then
    rm -f $out/obj/*.o
fi
objects=
for f in $(make -s print-SRC) $(make -s print-GEN_SRC); do
    o=$out/obj/$(echo "$f" | tr / _).o
    [ "$o" -nt "$f" ] || $cc -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -w -c "$f" -o "$o"
    objects="$objects $o"
done
rm -f $out/lib.a
ar rcs $out/lib.a $objects

status=0
for name in "$@"; do
    echo "== $name"
    mutator=                    # of texts: changes trees, not bytes
    case $name in parse|fmt|pipeline) mutator=tests/fuzz/mutate.c ;; esac
    $cc -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_$name.c $mutator $out/lib.a \
        $(make -s print-LDLIBS) -o $out/fuzz_$name
    mkdir -p $out/corpus-$name tests/fuzz/corpus/$name
    words=tests/fuzz/$name.words
    dictionary=
    [ -f $words ] && dictionary=-dict=$words
    $out/fuzz_$name -max_total_time="$seconds" -timeout=${FUZZ_TIMEOUT:-10} -rss_limit_mb=3000 -verbosity=0 -print_final_stats=1 $dictionary \
        -artifact_prefix=$out/$name- $out/corpus-$name tests/fuzz/corpus/$name || status=1
done
exit $status
