#!/bin/sh
# Golden dumps: NAME.eig with NAME.DUMP beside it is compared with what
# `eigc dump --DUMP NAME.eig` prints. Run from the root with EIGC=program.
#   sh tests/golden/test_golden.sh [--bless] [NAME]...
# --bless rewrites the files that are there; read the difference before you
# commit it. A new one starts as an empty file.
set -u
EIGC=${EIGC:-build/eigc}
bless=no
if [ "${1:-}" = --bless ]; then
    bless=yes
    shift
fi
got=$(mktemp)
err=$(mktemp)
trap 'rm -f "$got" "$err"' EXIT
status=0

compare() {     # model, expectation, dump
    if ! "$EIGC" dump "--$3" "$1" >"$got" 2>"$err"; then
        echo "not ok golden ${2#tests/golden/}"
        cat "$err"
        status=1
    elif [ $bless = yes ]; then
        cmp -s "$got" "$2" || { cp "$got" "$2" && echo "blessed $2"; }
    elif diff -u "$2" "$got" >"$err"; then
        echo "ok golden ${2#tests/golden/}"
    else
        echo "not ok golden ${2#tests/golden/}"
        cat "$err"
        status=1
    fi
}

[ $# -gt 0 ] || set -- $(ls tests/golden/*.eig 2>/dev/null | sed 's,.*/,,; s,\.eig$,,')
for name in "$@"; do
    for expectation in "tests/golden/$name".*; do
        case $expectation in
        *.eig) ;;
        *.tokens | *.ast | *.model | *.net | *.check | *.plan)
            compare "tests/golden/$name.eig" "$expectation" "${expectation##*.}" ;;
        *)
            echo "not ok $expectation: a golden file is .tokens, .ast, .model, .net, .check or .plan"
            status=1 ;;
        esac
    done
done
exit $status
