#!/bin/sh
# docs/theory.md against the program: every cost of cost.def is in its catalogue,
# every theorem that a report may cite is in it, and all are in its table.
status=0
say() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; status=1; fi; }

missing=0
for cost in $(sed -n 's/^COST([A-Z0-9_]*, *"\([a-z0-9_]*\)".*/\1/p' compiler/model/cost/cost.def); do
    grep -q "^| \`$cost[(\`]" docs/theory.md || { echo "docs/theory.md has no cost $cost" >&2; missing=1; }
done
say theory_has_every_cost $missing

missing=0
for n in $(grep -ho 'Theorems\{0,1\} [0-9]*\( and [0-9]*\)\{0,1\}' compiler/check/*.c compiler/check/*/*.c | grep -o '[0-9][0-9]*' | sort -un); do
    grep -q "^\*\*Theorem $n[ .]" docs/theory.md || { echo "docs/theory.md has no Theorem $n" >&2; missing=1; }
done
say theory_has_every_theorem_that_is_cited $missing

sed -n 's/^\*\*Theorem \([0-9]*\) (\([^)]*\)).*/| \1 | \2/p' docs/theory.md | sort > "${TMPDIR:-/tmp}/theorems.$$"
sed -n 's/^\(| [0-9]* | [^|]*[^ |]\) | \[.*/\1/p' docs/theory.md | sort | diff "${TMPDIR:-/tmp}/theorems.$$" - >&2
say theory_lists_its_theorems $?
rm -f "${TMPDIR:-/tmp}/theorems.$$"
exit $status
