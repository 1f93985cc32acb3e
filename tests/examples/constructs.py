"""What the language has, as its tables and docs/language.md list it, each with what it looks like in a model.

A construct is (where it is listed, its name, a regular expression). Rows of tables are found by their names;
the forms of the reference, `pattern = random(p = expr)` in a table or in a block of grammar, by a pattern that
is made from the form, so that a form which the reference gains is one that is looked for."""
import re

FORMS = "docs/language.md"
# Tables of the reference whose first column has forms; the other tables are those of .def files.
HEADERS = {"declaration", "attribute", "requirement", "setting", "place", "file"}
# What stands for something else in a form. `cost = cost` and `place = place` have theirs behind the `=`.
PLACEHOLDERS = set("expr k g th lo hi r n a b c d D L shape declarations".split())
PATH = r"[A-Za-z_][\w.]*(?:\[[^\]\n]*\][\w.]*)*"
VALUE = r"[^;{}\n]+?"
# Forms that say too little of how they look, or more than one thing.
WRITTEN = {
    "duration": r"\bduration\s*=", "method": r"\bmethod\s*=", "step": r"\bstep\s*=", "rtol": r"\brtol\s*=",
    "atol": r"\batol\s*=", "seed": r"\bseed\s*=", "record ... every": r"\brecord\b[^;{}]*?\bevery\b",
    "at": r"\bat\s[^;{}\n=]+=",
    ".npy": r'\bmatrix\("[^"]*\.npy"\)', ".csv": r'\bmatrix\("[^"]*\.csv"\)', ".mtx": r'\bmatrix\("[^"]*\.mtx"\)',
    "require mean(E) - 2 * mean(I) >= expr": r"\brequire\b[^;{}\n]*\bmean\([^;{}\n]*-[^;{}\n]*>=",
    "mean(E) >= lo": r"\brequire\b[^;{}\n]*\bmean\([^;{}\n]*>=",
    "sum(E[0..3]) - 2 * I[1] in [lo, hi]": r"\brequire\b[^;{}\n]*\bsum\([^;{}\n]*\bin\s*\[",
    'samples("FILE", every = TIME, column = "NAME", interpolation = linear)': r'\bsamples\("[^"]*",\s*every\b',
    'samples("FILE.csv", times = "COLUMN", unit = TIME, column = "NAME", interpolation = step)': r'\bsamples\("[^"]*",\s*times\b',
    'weight = edges("file.csv")': r'\bweight\b\s*=[^;{}\n]*\bedges\("[^"\n]*\.csv"\)',
}
# Forms that the text of the reference has between its tables.
IN_TEXT = {
    "weight = [[1, 0, 2], [0, 1, 0]]": r"\bweight\s*=[^;{}\n]*\[\[", "shift(cost, a)": r"\bcost\s*=[^;}\n]*\bshift\(",
    'worm["AVAL"]': r'\b[a-z]\w*\["\w+"\]', "`1/sqrt(n)`": r"\bscale\s*=[^;{}\n]*\bsqrt\(n\)",
    "`E[3]`": r"\b\w+\[\d+\]", "`E[10..19]`": r"\b\w+\[\d+\.\.\d+\]", "a .npy array has one row a time": r'\bsamples\("[^"]*\.npy"',
}
# Never certified (docs/language.md): a balance for all params.
ELSEWHERE = {"balanced"}
NO_FORM = re.compile(r"^(\+|tau |name,sign|\w+,\w+$|[0-9]|NUMBER|tau_i)")


def rows_of(file, macro):
    """The quoted names in the rows of a table."""
    text = re.sub(r"/\*.*?\*/", "", open(file).read(), flags=re.S)
    return re.findall(r'^%s\((?:\w+, *)?"(\w+)"' % macro, text, flags=re.M)


def attributes(file):
    """The attributes that a file of the model reads, but those that are not built."""
    return [m[0] for m in re.findall(r'\.name = "(\w+)"([^}]*)', open(file).read()) if "not_built" not in m[1]]


def names_in(file, array):
    """The texts of an array of names in C."""
    body = re.search(r"\b%s\[\w*\] = \{([^}]*)\}" % array, open(file).read())
    return re.findall(r'"(\w+)"', body[1])


def dimensions():
    """The units of each dimension."""
    found = {}
    for name, powers in re.findall(r'^UNIT\("(\w+)", *"[^"]*", *([-\d, ]+)\)', open("compiler/expr/unit.def").read(), flags=re.M):
        found.setdefault(powers.replace(" ", ""), []).append(name)
    return list(found.values())


def call(name):
    return r"\b%s\(" % name


def table_rows():
    for name in rows_of("compiler/model/cost/cost.def", "COST") + rows_of("compiler/model/cost/cost.def", "ALIAS"):
        yield "cost", name, r"\bcost\s*=[^;}\n]*\b%s\b" % name
    for name in rows_of("compiler/model/kernel.def", "SHAPE"):
        yield "kernel", name, r"\bkernel\([^;}\n]*\b%s\(" % name
    for name in rows_of("runtime/function.def", "FUNCTION"):
        yield "function", name, call(name)
    for name in rows_of("runtime/distribution.def", "DISTRIBUTION") + ["truncated"]:
        yield "distribution", name, call(name)
    for name in rows_of("runtime/method.def", "METHOD"):
        yield "method", name, r"\bmethod\s*=\s*%s\b" % name
    for name in rows_of("compiler/model/require.def", "REQUIREMENT"):
        yield "requirement", name, r"\brequire\s+%s\b" % name
        if name not in ELSEWHERE:
            yield "requirement", name + " for all params", r"\brequire\s+%s\s+for\s+all\s+params\b" % name
    for name in names_in("compiler/model/call.c", "fold_name") + ["input"]:
        yield "record function", name, r"\brecord\b[^;{}]*\b%s\(" % name
        if name != "input":     # of which no bounds are known
            yield "bound on", name, r"\brequire\b[^;{}\n]*\b%s\(" % name
    for part in "population", "connection", "simulate":
        for name in attributes("compiler/model/%s.c" % part):
            yield part + " attribute", name, r"\b%s(\(\w+\))?\s*=" % name
    for name in names_in("compiler/model/samples.c", "arg_name") + ["linear"]:
        yield "samples", name, r"\bsamples\([^;}\n]*\b%s\b" % name
    for units in dimensions():
        yield "dimension", "/".join(units), r"[\d)]\s+(?:\w+ )?(?:per )?(?:%s)\b" % "|".join(units)


def both(form):
    """A form with an optional part, `... [in [lo, hi]]`, is two."""
    m = re.search(r" ?\[((?:in|every|,) .*)\]", form)
    return [form[:m.start()] + form[m.end():], form[:m.start()] + ("" if m[1][0] == "," else " ") + m[1] + form[m.end():]] if m else [form]


def pattern_of(form):
    if form in WRITTEN:
        return WRITTEN[form]
    if "[[" in form:
        return re.escape(form[:form.index("[[")]).replace(r"\ ", r"\s*") + r"\[\["
    form = re.sub(r"\s*\{ [^}]*\}$", "", form)
    out, left = "", ""
    for token in re.findall(r'"[^"]*"|\.\.\.|\.\.|\{[^}]*\}|->|\w+|\s+|.', form):
        if token[0] == '"':
            out += r'"[^"\n]*%s"' % re.escape(re.search(r"(\.\w+)?\"$", token)[1] or "")
        elif token == "...":
            out += r"[^;{}\n]*?"
        elif token[0] == "{":
            out += r"\{[^}]*\}"
        elif token == "SIGN":
            out += "(?:excitatory|inhibitory|mixed)"
        elif re.fullmatch(r"E|I|worm|PATH|SOURCE|TARGET", token):
            out += PATH
        elif token.isupper() or token in PLACEHOLDERS or token == left:
            out += VALUE
        elif token.isdigit():
            out += r"\d+"
        elif token.isspace():
            out += r"\s*"
        elif token.isidentifier():
            out += r"\b%s\b" % token
            left = token
        else:
            out += re.escape(token)
    return out


def forms():
    """The forms of the reference, without its examples."""
    text = re.sub(r"^```.*?^```$", "", open(FORMS).read(), flags=re.S | re.M)
    for form, pattern in IN_TEXT.items():
        assert form in text, form
        yield FORMS, form, pattern
    text = text[:text.index("\n## Not built yet")]
    found, header = [], ""
    for line in text.splitlines():
        if not line.startswith("|"):
            header = ""
        elif not header:
            header = line.split("|")[1].strip()
        elif header in HEADERS and "beside constants" not in line:
            found += re.findall(r"`([^`]*)`", line.split(" | ")[0])
        if header == "section" and line.startswith("| ["):
            found += [w for w in re.findall(r"`([^`]*)`", line.split(" | ")[1]) if re.match(r"[A-Za-z_]+$", w)]
        if line.startswith("    ") and not NO_FORM.match(line.strip()) and line.strip() not in ("simulate {", "}"):
            found.append(line.strip())
    for form in dict.fromkeys(f for found_form in found for f in both(found_form)):
        yield FORMS, form, pattern_of("require " + form if is_requirement(form) else form)


def is_requirement(form):
    """A row of the table of requirements, which stands without its first word."""
    return form not in WRITTEN and bool(re.match(r"(dale|stable|unique_equilibrium|potential_game|balanced|rate >=)"
                                                 r"|E (in|>=|<=)|(E|worm)\[", form))


def constructs():
    return list(table_rows()) + list(forms())


def without_comments(text):
    return re.sub(r"#.*", "", text)
