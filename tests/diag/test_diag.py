#!/usr/bin/python3
"""Wrong models: every NAME.expect says which diagnostics NAME.eig has, in order.

    exit N          expected status (default 2)
    command run     default check; of several, each reports the same
    args --set w=3  further arguments
    E0101 3:5-3:9   code and place: line:column, bytes from 1, end inclusive
    E0001 -         a diagnostic without a place
    says TEXT       what the form for people has in it, on one line

Nothing more and nothing less may be reported. Run from the repository's root
with EIGC=program; arguments are the names to run."""
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EIGC = os.environ.get("EIGC", "build/eigc")
PLACED = re.compile(r"^.*:(\d+)\.(\d+)-(\d+)\.(\d+): (?:error|warning): .* \[(E\d{4})\]$")
BARE = re.compile(r"^eigc: (?:error|warning): .* \[(E\d{4})\]$")
# Words of the compiler's inside, which mean nothing to a modeller.
INTERNAL = re.compile(r"\bAST\b|\bAST_|\bEXPR_|\bNULL\b|\(null\)|\bYY|\byy|\$end|\$undefined|\bassert|\bBUG\b|SIZE_MAX"
                      r"|\b0x[0-9a-f]{4,}|%[sdzu]\b|\w\.c:\d+|runtime error:|AddressSanitizer|\bmpq\b|\bmalloc\b"
                      r"|\bnonterminal\b|\blookahead\b")


def read_expect(path):
    case = {"exit": 2, "commands": ["check"], "args": [], "diags": [], "says": []}
    for line in open(path):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "exit":
            case["exit"] = int(words[1])
        elif words[0] == "command":
            case["commands"] = words[1:]
        elif words[0] == "says":
            case["says"].append(line.strip()[len("says "):])
        elif words[0] == "args":
            case["args"] += shlex.split(line)[1:]
        else:
            case["diags"].append(" ".join(words))
    return case


def run(case, command, model, form, folder):
    line = [EIGC, command, "--diagnostics=" + form, "--color=never"] + case["args"]
    if command in ("run", "sweep") and "-o" not in case["args"]:
        line += ["-o", os.path.join(folder, "result.npz")]
    return subprocess.run(line + [model], cwd=ROOT, capture_output=True, timeout=60)


def reported(text):
    out = []
    for line in text.splitlines():
        m = PLACED.match(line)
        if m:
            out.append("%s %s:%s-%s:%s" % (m.group(5), *m.groups()[:4]))
        elif BARE.match(line):
            out.append(BARE.match(line).group(1) + " -")
        elif "more not shown" not in line:
            out.append("unreadable line: " + line)
    return out


def complaints(case, command, name, folder):
    model = os.path.join("tests/diag", name + ".eig")
    gnu = run(case, command, model, "gnu", folder)
    got = reported(gnu.stderr.decode("utf-8", "backslashreplace"))
    wrong = []
    if gnu.returncode < 0:
        wrong.append("killed by signal %d" % -gnu.returncode)
    elif gnu.returncode != case["exit"]:
        wrong.append("status %d, expected %d" % (gnu.returncode, case["exit"]))
    if got != case["diags"]:
        wrong += ["expected:"] + ["  " + d for d in case["diags"]] + ["reported:"] + ["  " + d for d in got]
        wrong += gnu.stderr.decode("utf-8", "backslashreplace").splitlines()
    text = run(case, command, model, "text", folder).stderr.decode("utf-8", "backslashreplace")
    # The model's own lines are quoted; what is said about them is what counts.
    said = "\n".join(line for line in text.splitlines() if not re.match(r"^\s*\d*\s*\|", line))
    for m in INTERNAL.finditer(said):
        wrong.append("internal word '%s' in:\n%s" % (m.group(0), text))
        break
    for code in {d.split()[0] for d in case["diags"]}:
        if code not in text:
            wrong.append("%s is not named in the text form" % code)
    wrong += ["does not say '%s':\n%s" % (s, text) for s in case["says"] if s not in text]
    return wrong


def main():
    names = sys.argv[1:] or sorted(f[:-7] for f in os.listdir(HERE) if f.endswith(".expect"))
    models = {f[:-4] for f in os.listdir(HERE) if f.endswith(".eig")}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            case = read_expect(os.path.join(HERE, name + ".expect"))
            for command in case["commands"]:
                wrong = complaints(case, command, name, folder)
                print("not ok" if wrong else "ok", "diag/" + name, "" if len(case["commands"]) == 1 else command)
                for line in wrong:
                    print("    " + line)
                failed += bool(wrong)
    for name in sorted(models - set(names)) if not sys.argv[1:] else []:
        print("not ok diag/%s has no .expect" % name)
        failed += 1
    sys.stdout.flush()
    return 1 if failed else 0


sys.exit(main())
