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
    # Every line becomes a C string of its own; "??" must not become a trigraph.
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/??/?\\?/g' -e 's/	/\\t/g' -e 's/\r$//' \
        -e 's/^/     "/' -e 's/$/\\n"/' "$page"
    [ -s "$page" ] || echo '     ""'
    echo '    },'
done
echo '    {0, 0}'
echo '};'
echo 'const size_t explain_n_pages = sizeof explain_pages / sizeof explain_pages[0] - 1;'
