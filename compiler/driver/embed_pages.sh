#!/bin/sh
# usage: embed_pages.sh FOLDER > explain_pages.c
# Turns FOLDER/E*.md into the array of compiler/driver/explain.h.
set -eu
export LC_ALL=C
folder=$1

echo '#include "compiler/driver/explain.h"'
echo
echo 'const ExplainPage explain_pages[] = {'
for page in "$folder"/E*.md; do
    [ -f "$page" ] || continue
    code=$(basename "$page" .md)
    printf '    {"%s",\n' "$code"
    awk '{
        gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); gsub(/\t/, "\\t"); gsub(/\r/, ""); gsub(/\?\?/, "?\\?")
        printf "     \"%s\\n\"\n", $0
    } END { if (NR == 0) print "     \"\"" }' "$page"
    echo '    },'
done
echo '    {0, 0}'
echo '};'
echo 'const size_t explain_n_pages = sizeof explain_pages / sizeof explain_pages[0] - 1;'
