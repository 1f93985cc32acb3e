#!/usr/bin/python3
"""The documents say what the program does. Run from the repository's root with EIGC=program.

Blocks of README.md and docs/*.md are tried in the order of the text, each document in a folder of
its own that holds copies of examples/, tests/second_checker.py, what it imports and the data files below:

    ```eig                    passes `eigc check` (status 0 or 1)
    ```eig NAME.eig           the same, and stays in the folder under this name
    ```eig fragment           the same behind PREAMBLE
    ```eig error E0301        status 2 (E06 and E07: 1 or 2) and exactly this code; also with `fragment`
    ```eig grammar            a form, or a model for the console: not tried alone
    ```console                `$ eigc ...` is run: everything printed is as in the block, times aside;
                              `$ echo $?` is the status of the command before, `$ cat FILE` shows a file,
                              `$ python3 FILE ...` runs a script; other commands are not tried. A last line
                              `...` leaves out the rest
                              (`test_docs.py --update` writes what is printed today into these blocks: read the difference)
    ```python                 is run, or only compiled if it wants matplotlib and there is none;
                              a ```text block right behind it is what it prints

The contents of docs/language.md name every section, and every word that begins a row of its tables.
Tables that follow `<!-- table: NAME -->` are compared with the .def files.
The first block of each page in docs/diagnostics/ makes the diagnostic of the page."""
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy

ROOT = os.getcwd()
EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
UPDATE = "--update" in sys.argv
HAS_JIT = os.environ.get("LLVM", "1") == "1"
NOT_RUN = {"architecture.md", "certificate.md", "cli.md", "semantics.md", "jit.md", "theory.md", "performance.md"}

PREAMBLE = """model fragment
population E excitatory { size = 3; tau = 20 ms; cost = nonnegative; input = 1 }
population I inhibitory { size = 2; tau = 10 ms; cost = nonnegative }
"""

FILES = {
    "neurons.csv": "name,sign\nAVAL,excitatory\nAVBL,excitatory\nDD01,inhibitory\n",
    "synapses.csv": "source,target,count,type\nAVAL,AVBL,3,chemical\nDD01,AVAL,2,chemical\n",
    "who.csv": "1,0,1\n0,1,0\n",
    "who-with-whom.csv": "source,target\n0,0\nE[2],I[1]\n",
    "pairs.csv": "source,target,weight\n0,0,0.5\nE[2],I[1],0.25\n",
    "receive.csv": "1,0.5\n0.2,2\n",
    "send.csv": "0.3,0.1\n0.2,0\n0,0.4\n",
    "drive.csv": "t,drive\n0,0\n40,1.5\n100,0.2\n",
    "signed.csv": "2,-1\n0,3\n",
    "weights.csv": "0.1,0.2,0.3\n0,0.5,0\n",
    "synapses.mtx": "%%MatrixMarket matrix coordinate real general\n2 3 2\n1 1 0.5\n2 3 0.25\n",
}

failed = 0


def report(ok, name, why=""):
    global failed
    failed += not ok
    print(("ok " if ok else "not ok ") + name)
    if not ok:
        print("    " + str(why).replace("\n", "\n    "))


def folder():
    d = tempfile.mkdtemp()
    shutil.copytree("examples", os.path.join(d, "examples"))
    os.mkdir(os.path.join(d, "tests"))
    for name in ("second_checker.py", "second_functions.py", "rational.py"):
        shutil.copy(f"tests/{name}", os.path.join(d, "tests"))
    for name, text in FILES.items():
        with open(os.path.join(d, name), "w") as f:
            f.write(text)
    numpy.save(os.path.join(d, "weights.npy"), numpy.array([[0.1, 0.2, 0.3], [0.0, 0.5, 0.0]]))
    return d


def blocks(text):
    """(line, info, body) of every fenced block; and what stands before it on the page."""
    out, open_at, info, body = [], None, "", []
    for k, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            if open_at is None:
                open_at, info, body = k, line[3:].strip(), []
            else:
                out.append((open_at, info, "\n".join(body) + "\n"))
                open_at = None
        elif open_at is not None:
            body.append(line)
    return out


# ---- models ----------------------------------------------------------------------

def check(model, where, command=["check"]):
    p = subprocess.run([EIGC, *command, "--diagnostics=gnu", "--color=never", "-"], input=model.encode(), cwd=where,
                       capture_output=True, timeout=60)
    err = p.stderr.decode()
    return p.returncode, re.findall(r"(?:error|warning): .* \[(E\d{4})\]$", err, re.M), err


def try_model(info, body, where):
    words = info.split()[1:]
    for w in words:
        if w.endswith(".eig"):
            with open(os.path.join(where, w), "w") as f:
                f.write(body)
    if "grammar" in words:
        return ""
    status, codes, err = check((PREAMBLE if "fragment" in words else "") + body, where)
    if "error" in words:
        want = words[words.index("error") + 1]
        allowed = (1, 2) if want.startswith(("E06", "E07")) else (2,)
        return "" if set(codes) == {want} and status in allowed else "wanted %s, got status %d\n%s" % (want, status, err)
    return "" if status in (0, 1) and not codes else "status %d\n%s" % (status, err)


# ---- commands ----------------------------------------------------------------------

def untimed(text):
    return re.sub(r" in [0-9.e+-]+ (us|ms|s)$", " in N s", text, flags=re.M)


def commands(body):
    """(command, what it prints) of a console block."""
    out = []
    for line in body.split("\n")[:-1]:
        if line.startswith("$ "):
            out.append([line[2:], []])
        elif out:
            out[-1][1].append(line)
    return [(c, "\n".join(lines) + "\n" if lines else "") for c, lines in out]


def run_command(command, where, status):
    """(output, status), or None when this kind of command is not tried."""
    words = shlex.split(command.split("  #")[0])
    if command == "echo $?":
        return "%d\n" % status, status
    if words[0] == "cat":
        return open(os.path.join(where, words[1])).read(), 0
    if words[0] == "python3":
        words[0] = "/usr/bin/python3"
    elif words[0] == "eigc":
        words[0] = EIGC
        if words[1] == "run" and not HAS_JIT:
            words.insert(2, "--reference")
    else:
        return None
    p = subprocess.run(words, cwd=where, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                       env=dict(os.environ, TERM="dumb"))
    return p.stdout.decode(), p.returncode


def same(wanted, got):
    if wanted.endswith("...\n"):
        return got.startswith(wanted[:-4])
    return wanted == got


def refresh(wanted, got):
    """`got`, cut where `wanted` was, and with its times."""
    if same(untimed(wanted), untimed(got)):
        return wanted
    n = wanted.count("\n") - 1
    return "".join(line + "\n" for line in got.split("\n")[:n]) + "...\n" if wanted.endswith("...\n") else got


def update_console(body, where):
    out, status = "", 0
    for command, wanted in commands(body):
        result = run_command(command, where, status)
        status = result[1] if result else 0
        out += "$ " + command + "\n" + (refresh(wanted, result[0]) if result else wanted)
    return out


def try_console(body, where):
    status = 0
    for command, wanted in commands(body):
        result = run_command(command, where, status)
        if result is None:
            continue
        status = result[1]
        wanted, got = untimed(wanted), untimed(result[0])
        if not same(wanted, got):
            return "$ %s\n--- the document says\n%s--- eigc prints\n%s" % (command, wanted, got)
    return ""


def try_python(body, wanted, where):
    wants_plots = "matplotlib" in body and importlib.util.find_spec("matplotlib") is None
    if wants_plots:
        compile(body, "block", "exec")
        return ""
    p = subprocess.run(["/usr/bin/python3", "-c", body], cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                       env=dict(os.environ, MPLBACKEND="Agg"))
    got = p.stdout.decode()
    if p.returncode or (wanted is not None and got != wanted):
        return "--- the document says\n%s\n--- python prints\n%s" % (wanted, got)
    return ""


def try_document(path):
    where, name = folder(), os.path.basename(path)
    text = open(path).read()
    todo = blocks(text)
    for k, (line, info, body) in enumerate(todo):
        kind = info.split()[0] if info else ""
        why = None
        if kind == "eig":
            why = try_model(info, body, where)
        elif kind == "console" and name not in NOT_RUN:
            if UPDATE:
                text = text.replace("```console\n" + body + "```", "```console\n" + update_console(body, where) + "```")
            else:
                why = try_console(body, where)
        elif kind == "python" and name not in NOT_RUN:
            follows = k + 1 < len(todo) and todo[k + 1][1] == "text"
            why = try_python(body, todo[k + 1][2] if follows else None, where)
        if why is not None:
            report(not why, "%s, line %d: %s" % (path, line, info), why)
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not os.path.exists(os.path.join(os.path.dirname(path), link)):
            report(False, "%s links %s" % (path, link), "there is no such file")
    if UPDATE and name not in NOT_RUN:
        with open(path, "w") as f:
            f.write(text)
    shutil.rmtree(where)


# ---- tables ------------------------------------------------------------------------

def table(text, name):
    """Rows of the table behind `<!-- table: NAME -->`, cells stripped of blanks."""
    part = text.split("<!-- table: %s -->" % name)
    rows = []
    for line in part[-1].lstrip("\n").split("\n"):
        if not line.startswith("|"):
            break
        rows.append([c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]])
    report(len(part) == 2 and len(rows) > 2, "language.md: the table of %s is there" % name)
    return rows[2:]


def rows_of(path, macro):
    """Arguments of every macro(...) line of a .def file, as text."""
    out = []
    for line in open(path):
        m = re.match(macro + r"\((.*)\)\s*$", line)
        if m:
            out.append(m.group(1))
    return out


def fields(text):
    """Top-level commas split the arguments; quotes and brackets hold together."""
    return [f.strip() for f in re.findall(r'((?:"[^"]*"|\([^()]*(?:\([^()]*\)[^()]*)*\)|[^,"(])+)', text)]


def compare(name, wanted, found):
    missing = [r for r in wanted if r not in found]
    extra = [r for r in found if r not in wanted]
    report(not missing and not extra, "language.md: table of %s" % name,
           "missing or different in the document: %s\nonly in the document: %s" % (missing, extra))


def dimension_text(powers):
    names = ["time", "voltage", "current", "length", "angle"]
    over = [n if p == 1 else "%s^%d" % (n, p) for n, p in zip(names, powers) if p > 0]
    under = ["per " + (n if p == -1 else "%s^%d" % (n, -p)) for n, p in zip(names, powers) if p < 0]
    return " ".join(over + under)


def slug(heading):
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def try_contents(text):
    """Every section has its row, with the words that begin the rows of its tables; links within the page lead somewhere."""
    rows = {r[0]: r[1] for r in table(text, "contents")}
    anchors = {slug(h) for h in re.findall(r"^#+ (.*)$", text, re.M)}
    for anchor in set(re.findall(r"\]\(#([^)]*)\)", text)) - anchors:
        report(False, "language.md: the section #%s is there" % anchor)
    missing = []
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        heading, body = part.split("\n", 1)
        row = rows.get("[%s](#%s)" % (heading, slug(heading)))
        words = set(re.findall(r"^\| `([a-z]\w*)", re.sub(r"<!-- table: units -->\n(\|.*\n)+", "", body), re.M))
        if heading == "Expressions":    # its second table is of places, which other sections are about
            words = set(re.findall(r"^\| `([a-z]\w*)\(", body, re.M)) - {"kernel", "activation"}
        if heading == "Requirements":
            words -= {"mean"}
        known = set(re.findall(r"\w+", row or ""))
        missing += [heading] if row is None else ["%s: %s" % (heading, w) for w in sorted(words - known)]
    report(not missing, "language.md: table of contents", "missing: %s" % missing)


def try_units(text):
    wanted = []
    for row in rows_of("compiler/expr/unit.def", "UNIT"):
        name, scale, *powers = [f.strip('"') for f in fields(row)]
        wanted.append((name, Fraction(scale), dimension_text([int(p) for p in powers])))
    found = []
    for names, dimension in [(r[0], r[1]) for r in table(text, "units")]:
        for entry in names.split(","):
            m = re.fullmatch(r"`(\w+)` = (.*)", entry.strip())
            found.append((m[1], Fraction(m[2].split()[0]), dimension) if m else (entry, None, dimension))
    compare("units", wanted, found)


def try_functions(text):
    wanted = []
    for row in rows_of("runtime/function.def", "FUNCTION"):
        _, name, n, what = fields(row)
        what = what.strip('"')
        head = "`%s(%s)`" % (name.strip('"'), "a" if n == "1" else "a, b") if name != "NULL" else None
        wanted.append([head, what] if head else ["`%s`" % what.split(";")[0], what.split("; ")[1] if ";" in what else ""])
    compare("functions", wanted, table(text, "functions"))


def try_costs(text):
    domain = {"ANY": "", "NONNEGATIVE": "at least 0", "POSITIVE": "above 0", "ABOVE_MINUS_ONE": "above -1",
              "ABOVE_ONE": "above 1", "FROM_ONE": "at least 1",
              "UNIT_INTERVAL": "above 0 and at most 1", "BOUND": ""}
    wanted = []
    for row in rows_of("compiler/model/cost/cost.def", "COST"):
        _, name, params, _, what = fields(row)
        head, needs = [], []
        for p in re.findall(r'PARAM\("(\w+)", (NULL|"[^"]*"), (\w+), (\w+)\)', params):
            head.append(p[0] if p[1] == "NULL" else "%s = %s" % (p[0], p[1].strip('"')))
            if domain[p[2]]:
                needs.append("`%s` %s" % (p[0], domain[p[2]]))
        name = name.strip('"')
        wanted.append(["`%s(%s)`" % (name, ", ".join(head)) if head else "`%s`" % name, what.strip('"'), "; ".join(needs)])
    compare("costs", wanted, [r[:3] for r in table(text, "costs")])
    for row in rows_of("compiler/model/cost/cost.def", "ALIAS"):
        alias, of = re.match(r'"(\w+)", (\w+)', row).groups()
        report("`%s`" % alias in text, "language.md names the cost %s" % alias)


def try_methods(text):
    wanted = []
    for row in rows_of("runtime/method.def", "METHOD"):
        _, name, order, stages, adaptive, noise, delays, what = fields(row)
        wanted.append(["`%s`" % name.strip('"'), "by `rtol`" if order == "0" else order, "error" if adaptive == "1" else "fixed",
                       "yes" if noise == "1" else "no", "yes" if delays == "1" else "no", what.strip('"')])
    compare("methods", wanted, table(text, "methods"))


def try_kernels(text):
    needs = {"LENGTH": "a length above 0", "NUMBER": "a number at least 0"}
    wanted = []
    for row in rows_of("compiler/model/kernel.def", "SHAPE"):
        _, name, parameter, condition, what = fields(row)
        wanted.append(["`%s(%s)`" % (name.strip('"'), parameter.strip('"')), what.strip('"'), needs[condition]])
    compare("kernels", wanted, table(text, "kernels"))


def try_codes(path, text):
    known = set(re.findall(r"^DIAG\((E\d{4})", open("lang/base/diag.def").read(), re.M))
    unknown = sorted(set(re.findall(r"\bE\d{4}\b", text)) - known)
    report(not unknown, "%s names diagnostics that exist" % path, unknown)


def try_later(text):
    """Everything in the table of what is not built is answered with E1001 and nothing else."""
    where = folder()
    for what, model, _ in table(text, "not built"):
        m = re.fullmatch(r"`(.*)`", model)
        body = m[1].replace("\\n", "\n") if m else ""
        status, codes, err = check(PREAMBLE + body + "\n", where)
        report(status == 2 and set(codes) == {"E1001"}, "not built: %s" % what, "%s\n%s" % (body, err))
    shutil.rmtree(where)


# ---- pages of diagnostics ------------------------------------------------------------

# Pages whose first block needs a file, a command line or a state of the machine.
NEEDS_MORE = re.compile(r"E00|E0105|E05|E0404|E0520|E0813|E081[45]|E09")
BODY = "population E excitatory { size = 3; tau = 20 ms; cost = nonnegative }\n" \
       "population I inhibitory { size = 2; tau = 10 ms; cost = nonnegative }\n"


SIMULATE = "simulate { duration = 1 ms; method = euler; step = 1 ms }\n"


def makes(code, body, where):
    """The block alone, behind two populations, before a simulate block, or inside a population, says `code`."""
    tries = [body, BODY + body, body + SIMULATE, "population P excitatory {\n%s}\n" % body]
    command = ["run", "--reference"] if code.startswith("E08") or code == "E0713" else ["check"]
    return any(code in check(model, where, command)[1] for model in tries)


def try_pages():
    where = folder()
    for name in sorted(os.listdir("docs/diagnostics")):
        code = name[:5]
        if not re.fullmatch(r"E\d{4}\.md", name):
            continue
        text = open(os.path.join("docs/diagnostics", name)).read()
        found = [b for _, _, b in blocks(text)]
        if NEEDS_MORE.match(code):
            continue
        report(bool(found) and makes(code, found[0], where), "docs/diagnostics/%s: the wrong example" % name,
               found[0] if found else "no block")
    shutil.rmtree(where)


def main():
    documents = ["README.md"] + sorted("docs/" + f for f in os.listdir("docs") if f.endswith(".md"))
    for path in documents:
        try_document(path)
        try_codes(path, open(path).read())
    text = open("docs/language.md").read()
    try_contents(text)
    try_units(text)
    try_functions(text)
    try_costs(text)
    try_methods(text)
    try_kernels(text)
    try_later(text)
    try_pages()
    sys.exit(1 if failed else 0)


main()
