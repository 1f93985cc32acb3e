#!/bin/sh
# Finds which Debian packages are missing for the named purposes and installs
# them, saying so. Silent and fast when nothing is missing.
#   sh tests/packages.sh build [jit] [test]
set -eu

build="gcc make libc6-dev flex bison libgmp-dev libmpfr-dev libmpfi-dev libjansson-dev libflint-dev zlib1g-dev libmd-dev libopenblas0-serial libsundials-cvode6"
jit="llvm-19-dev g++ libzstd1"
# python3-gmpy2: mpmath at the speed of GMP.
test="libsundials-dev python3 python3-gmpy2 python3-mpmath python3-numpy python3-scipy gnuplot-nox"

wanted=
for purpose in "$@"; do
    case $purpose in
    build) wanted="$wanted $build" ;;
    jit) wanted="$wanted $jit" ;;
    test) wanted="$wanted $test" ;;
    *) echo "packages.sh: no list named '$purpose'" >&2; exit 2 ;;
    esac
done

command -v dpkg-query >/dev/null 2>&1 || exit 0    # not Debian: the compiler will say what is missing

missing=
for p in $wanted; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

echo "installing Debian packages:$missing"
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "eigc needs these packages and neither root nor sudo is at hand; as root:" >&2
        echo "  apt-get install --no-install-recommends$missing" >&2
        exit 3
    }
    sudo=sudo
fi
$sudo apt-get update -q >/dev/null
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
