#!/usr/bin/python3
"""The repair on a page of docs/diagnostics/ repairs: where the page's first block
makes its diagnostic (alone, or behind two populations), the second one, in the
same place, makes neither it nor E1001, what is not built. Pages about files, the
command line or a run have other blocks and are left out."""
import os
import re
import subprocess
import sys

EIGC = os.environ.get("EIGC", "build/eigc")
PAGES = "docs/diagnostics"
BEHIND = "population E excitatory { size = 3; tau = 20 ms; cost = nonnegative }\n" \
         "population I inhibitory { size = 2; tau = 10 ms; cost = nonnegative }\n"


def codes(model):
    p = subprocess.run([EIGC, "check", "--diagnostics=gnu", "-"], input=model.encode(), capture_output=True, timeout=60)
    return re.findall(r" \[(E\d{4})\]$", p.stderr.decode(), re.M)


def complaint(code, wrong, repair):
    """None: this page is not about models."""
    left = [set(codes(b + repair)) & {code, "E1001"} for b in ("", BEHIND) if code in codes(b + wrong)]
    if not left:
        return None
    return "" if set() in left else "the repair makes %s" % ", ".join(sorted(left[0]))


def main():
    failed = tried = 0
    for name in sorted(os.listdir(PAGES)):
        code = name[:5]
        found = re.findall(r"^```\n(.*?)^```$", open(os.path.join(PAGES, name)).read(), re.M | re.S)
        why = complaint(code, found[0], found[1]) if len(found) > 1 else None
        if why is None:
            continue
        tried += 1
        failed += why != ""
        print(("not ok" if why else "ok") + " repair of " + code + (": " + why if why else ""))
    enough = tried >= 40
    print(("ok" if enough else "not ok") + " repairs: %d pages tried" % tried)
    sys.exit(1 if failed or not enough else 0)


main()
