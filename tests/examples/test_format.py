#!/usr/bin/python3
"""Every example, every circuit they use, every model of the golden tests and every ```eig block of README.md and docs/ is in the
layout of `eigc fmt`, unless it is there to show a syntax error. `test_format.py --update` lays them out."""
import glob
import os
import re
import subprocess
import sys

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
UPDATE = "--update" in sys.argv
BLOCK = re.compile(r"^```eig\b(.*)\n((?:.*\n)*?)^```$", re.M)
failed = 0


def laid_out(text):
    """The text as `eigc fmt` has it, or None where it has syntax errors."""
    p = subprocess.run([EIGC, "fmt", "-"], input=text.encode(), capture_output=True, timeout=60)
    return p.stdout.decode() if p.returncode == 0 else None


def layout_of_block(match):
    new = None if "grammar" in match[1].split() else laid_out(match[2])
    if new is None or new == match[2]:
        return match[0]
    return "```eig%s\n%s```" % (match[1], new)


def layout_of_file(path, text):
    return BLOCK.sub(layout_of_block, text) if path.endswith(".md") else laid_out(text)


for path in sorted(glob.glob("examples/**/*.eig", recursive=True) + glob.glob("tests/golden/*.eig") + glob.glob("docs/**/*.md", recursive=True))\
        + ["README.md"]:
    with open(path) as f:
        old = f.read()
    new = layout_of_file(path, old)
    ok = new == old
    if UPDATE and not ok and new is not None:
        with open(path, "w") as f:
            f.write(new)
    failed += not ok
    print(("ok " if ok else "not ok ") + "format_of_" + re.sub(r"\W", "_", path))
    if not ok:
        print("    `eigc fmt` would change it" if new else "    `eigc fmt` refuses it")
sys.exit(failed != 0)
