#!/bin/sh
# Three sets agree: the rows of diag.def, the pages of docs/diagnostics, and the
# codes that the wrong models of this folder expect. Run from the root.
set -u
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
sed -n 's/^DIAG(\(E[0-9]*\), *[a-z]*, *"\(.*\)").*/\1 \2/p' lang/base/diag.def >"$rows"
status=0

say() {     # ok or not ok, text
    echo "$1 $2"
    [ "$1" = ok ] || status=1
}

[ -s "$rows" ] && say ok "diag.def has rows" || say "not ok" "diag.def has no rows"

while read -r code title; do
    page=docs/diagnostics/$code.md
    if [ ! -f "$page" ]; then
        say "not ok" "$code has no page $page"
    elif [ "$(head -n 1 "$page")" != "# $code: $title" ]; then
        say "not ok" "$page does not begin with '# $code: $title'"
    else
        say ok "$code is explained"
    fi
    if grep -q "^$code " tests/diag/untriggered.txt; then
        grep -l "^$code " tests/diag/*.expect >/dev/null 2>&1 &&
            say "not ok" "$code is in untriggered.txt and has a wrong model" || :
    elif grep -q "^$code " tests/diag/*.expect 2>/dev/null; then
        say ok "$code has a wrong model"
    else
        say "not ok" "$code has no wrong model in tests/diag"
    fi
done <"$rows"

for page in docs/diagnostics/E*.md; do
    code=$(basename "$page" .md)
    grep -q "^$code " "$rows" || say "not ok" "$page explains a code that diag.def does not have"
done
exit $status
