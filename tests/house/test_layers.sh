#!/bin/sh
# Who may include what: every #include "folder/..." and <llvm-c/...> of a module
# is allowed by its row in tests/layers.txt.
awk '
function folder_of(path,   i) { i = match(path, /\/[^\/]*$/); return i ? substr(path, 1, i - 1) : "" }
FNR == NR { if ($0 !~ /^#/ && NF) { known[$1] = 1; for (k = 2; k <= NF; k++) allowed[$1, $k] = 1; allowed[$1, $1] = 1 } next }
/^#include [<"]/ {
    from = folder_of(FILENAME)
    target = $2; gsub(/[<">]/, "", target)
    to = folder_of(target)
    if (target ~ /^llvm-c\//) to = "llvm-c"
    else if ($2 ~ /^</ || !(to in known)) next
    if (target ~ /^lang\/(parser|lexer)\.h$/) to = "lang"
    if (!((from, to) in allowed) && !((from, target) in allowed)) { print FILENAME ":" FNR ": " from " may not include " target; bad++ }
}
END { exit bad > 0 }' tests/layers.txt $(find lang compiler runtime -name '*.[chly]') \
    && echo "ok layers" || echo "not ok layers"
