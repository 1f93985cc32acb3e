#!/bin/sh
# runtime/ stands on libc, libm and zlib alone: its objects link with nothing else.
out=$(mktemp)
trap 'rm -f "$out"' EXIT
echo 'int main(void) { return 0; }' |
    gcc -x c - -x none -std=c11 -D_GNU_SOURCE -ffp-contract=off -I. -x c runtime/*.c -x none -lz -lm -o "$out" \
    && echo "ok runtime stands alone" || echo "not ok runtime stands alone"
