"""What is done to a certificate: every place of its tree, changed in every way that is listed here, one at a time.

A mutant is (how, where, text). `how` is a name of the tables below; `where` is a path in which the places of a list are one
place, "*": mutants of one `how` and `where` are instances of the same change, and a short run takes some of each."""
import json
import random
import re

from rational import Fraction
from second_checker import PROOFS, SAYS, Refused, number

REGIONS = ["stable", "lds", "not-lds", "several-or-none", "attracting", "inhibition-stabilised", "unstable", "several", "bistable", "run-away", "run-away-attracting",
           "run-away-unstable", "run-away-several",           "run-away-none"]
REGIONS += ["centre-" + x for x in REGIONS] + ["undecided"]
WORDS = {"says": sorted(SAYS), "proof": PROOFS, "claim": ("lds", "not-lds"), "region": REGIONS, "format": ("eig-certificate/1", "eig-map/1", "eig-map/2")}

# ---- trees and texts -----------------------------------------------------------------

TWICE = "\x01"                    # behind a key that is there twice
BARE = {}                         # what stands in a text as it is: a name for it in the tree, and the text


def bare(text):
    return BARE.setdefault(text, "\x02%d\x02" % len(BARE))


def text_of(tree):
    text = json.dumps(tree)
    if "\\u0001" in text:
        text = text.replace('\\u0001"', '"')
    if "\\u0002" in text:
        named = list(BARE)
        text = re.sub(r'"\\u0002(\d+)\\u0002"', lambda found: named[int(found[1])], text)
    return text


def places(tree, path=()):
    yield path, tree
    for key, x in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from places(x, path + (key,))


def changed(tree, path, node):
    """A copy, with another node there."""
    if not path:
        return node
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = changed(tree[path[0]], path[1:], node)
    return copy


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def is_number(path, node):
    """Texts that are names, in the places of names, are none."""
    names = ("file", "sha256", "set", "imports", "seed", "name", "source", "population")
    if not isinstance(node, str) or any(key in names for key in path[-2:]):
        return False
    try:
        number(node)
        return True
    except Refused:
        return False


# ---- numbers ---------------------------------------------------------------------

def unit(text):
    """One in the last place of the text."""
    if "/" in text:
        return Fraction(1, int(text.split("/")[1]))
    digits, _, exponent = text.lower().partition("e")
    return Fraction(10) ** (int(exponent or 0) - len(digits.partition(".")[2]))


def in_other_words(text):
    if "/" in text:
        a, b = text.split("/")
        return "%d/%d" % (int(a) * 6, int(b) * 6)
    if "e" in text.lower():
        return re.sub("^(-?)", r"\g<1>00", text)
    return text + ("00e-0" if "." in text else ".0e+00")


NEAR = Fraction(1, 10 ** 30)
VALUES = {
    "one unit more": lambda t: str(number(t) + unit(t)),
    "one unit less": lambda t: str(number(t) - unit(t)),
    "a little more": lambda t: str(number(t) * (1 + NEAR)),
    "a little less": lambda t: str(number(t) * (1 - NEAR)),
    "other sign": lambda t: str(-number(t)),
    "zero": lambda t: "0",
    "double": lambda t: str(number(t) * 2),
    "half": lambda t: str(number(t) / 2),
    "and one": lambda t: str(number(t) + 1),
    "inverse": lambda t: str(1 / number(t)) if number(t) else None,
    "huge": lambda t: "1e5000",
    "minus huge": lambda t: "-1e5000",
    "tiny": lambda t: "1e-5000",
}
WORDINGS = {
    "the same in other words": in_other_words,
    "an exponent too large": lambda t: "1e5001",
    "an exponent much too large": lambda t: "1e-99999999999999999999",
    "too long": lambda t: "1" * 20001,
    "nan": lambda t: "nan",
    "inf": lambda t: "inf",
    "no text": lambda t: "",
    "a blank": lambda t: " " + t,
    "a line end": lambda t: t + "\n",
    "plus": lambda t: "+" + t,
    "two signs": lambda t: "--" + t,
    "no digit before the point": lambda t: ".5",
    "no digit behind the point": lambda t: "5.",
    "over zero": lambda t: "1/0",
    "hexadecimal": lambda t: "0x1p0",
    "digits of another script": lambda t: "\u0661",
    "not a text": bare,
    "NaN": lambda t: bare("NaN"),
    "Infinity": lambda t: bare("-Infinity"),
    "a NUL": lambda t: t + "\0",
}
OTHERS = {"null": None, "true": True, "an empty list": [], "an empty object": {}, "a number": 1, "a word": "x"}
COUNTS = {
    "one more": lambda x: x + 1, "one less": lambda x: x - 1, "minus": lambda x: -x - 1, "zero": lambda x: 0, "double": lambda x: 2 * x,
    "2^31": lambda x: 2 ** 31 + x, "2^32": lambda x: 2 ** 32 + x, "2^53": lambda x: 2 ** 53, "2^63": lambda x: 2 ** 63 + x, "2^64": lambda x: 2 ** 64 + x,
    "a fraction": lambda x: bare("%d.0" % x), "an exponent": lambda x: bare("%de0" % x), "a text": str, "in a list": lambda x: [x],
}

OF_READING = {*WORDINGS, *OTHERS, "2^31", "2^32", "2^53", "2^63", "2^64", "a fraction", "an exponent", "a text", "in a list", "twice, otherwise behind",
              "twice, otherwise before", "renamed", "in capitals", "with a blank", "unknown and empty", "a key of others", "a list of others",
              "one null more", "one list more", "one 0 more", "half a letter", "wide letters", "a control character", "a bare line end", "cut off"}

# ---- objects and lists ----------------------------------------------------------------


def of_object(o):
    keys = list(o)
    for key in keys:
        rest = {k: x for k, x in o.items() if k != key}
        yield "left out", key, rest
        yield "twice", key, {**o, key + TWICE: o[key]}
        yield "twice, otherwise behind", key, {**o, key + TWICE: None}
        yield "twice, otherwise before", key, {key + TWICE: "0", **o}
        for how, name in (("renamed", key + "_"), ("in capitals", key.upper()), ("with a blank", key + " ")):
            yield how, key, {(name if k == key else k): x for k, x in o.items()}
    for a, b in zip(keys, keys[1:] + keys[:1]):
        yield "exchanged", a, {**o, a: o[b], b: o[a]}
    yield "in another order", "", {k: o[k] for k in reversed(keys)}
    yield "unknown", "", {**o, "extra": "1"}
    yield "unknown and empty", "", {**o, "": []}
    for key in ("component", "w", "self", "p", "tau", "rate", "entries", "mean_slopes", "kernels", "witness", "components", "sums", "statements", "seed", "centre"):
        if key not in o:
            yield "a key of others", key, {**o, key: 0}
            yield "a list of others", key, {**o, key: ["1"]}


def of_list(x):
    n = len(x)
    for k in range(n):
        yield "left out", "*", x[:k] + x[k + 1:]
        yield "twice", "*", x[:k] + [x[k]] + x[k:]
        if k:
            yield "exchanged", "*", x[:k - 1] + [x[k], x[k - 1]] + x[k + 1:]
            if isinstance(x[k], dict) and isinstance(x[k - 1], dict):
                if "name" in x[k] and "name" in x[k - 1]:
                    yield "the name of another", "*", x[:k] + [{**x[k], "name": x[k - 1]["name"]}] + x[k + 1:]
                for key in set(x[k]) & set(x[k - 1]):
                    a, b = {**x[k - 1], key: x[k][key]}, {**x[k], key: x[k - 1][key]}
                    yield "exchanged in " + key, "*", x[:k - 1] + [a, b] + x[k + 1:]
    if all(isinstance(cell, dict) and {"lo", "hi"} <= set(cell) and isinstance(cell["lo"], list) for cell in x):
        yield from of_cells(x)
    if n > 2:
        yield "first and last exchanged", "", x[-1:] + x[1:-1] + x[:1]
        yield "turned round", "", x[::-1]
    yield "emptied", "", []
    yield "one null more", "", x + [None]
    yield "one zero more", "", x + ["0"]
    yield "one list more", "", x + [[]]
    yield "one 0 more", "", x + [0]
    if n > 1:
        yield "cut short", "", x[:n // 2]


def of_cells(x):
    """Boxes beside their place, on that of others, and of no volume."""
    for k, cell in enumerate(x):
        for axis, (lo, hi) in enumerate(zip(cell["lo"], cell["hi"])):
            width = number(hi) - number(lo)
            for how, by in (("moved down", -width), ("moved up", width)):
                yield how, "*", x[:k] + [{**cell, "lo": moved(cell["lo"], axis, by), "hi": moved(cell["hi"], axis, by)}] + x[k + 1:]
            yield "an empty one more", "*", x + [{**cell, "hi": moved(cell["hi"], axis, -width)}]
        for other in x[:k] + x[k + 1:]:
            yield "in place of another", "*", [cell if y is other else y for y in x]
            yield "on another's place", "*", x[:k] + [{**cell, "lo": other["lo"], "hi": other["hi"]}] + x[k + 1:]


def moved(values, axis, by):
    return [str(number(y) + by) if k == axis else y for k, y in enumerate(values)]


# ---- all of them --------------------------------------------------------------------

def of_place(path, node):
    """(how, key, node in its place)"""
    if is_number(path, node):
        for how, change in {**VALUES, **WORDINGS}.items():
            if change(node) is not None:
                yield how, "", change(node)
    elif isinstance(node, str):
        for word in WORDS.get(path[-1] if path else "", ()):
            yield "the word " + word, "", word
        for how, word in (("another word", node + "x"), ("no text", ""), ("a NUL", node + "\0"), ("half a letter", bare('"\\ud800"')),
                          ("wide letters", "x" + "\u0416" * 60), ("a line end", node + "\nx: accepted"), ("a control character", node + "\x1b[2J"),
                          ("a bare line end", bare('"a\nb"'))):
            yield how, "", word
    elif isinstance(node, int) and not isinstance(node, bool):
        for how, change in COUNTS.items():
            yield how, "", change(node)
    elif isinstance(node, dict):
        yield from of_object(node)
    elif isinstance(node, list):
        yield from of_list(node)
    for how, other in OTHERS.items():
        yield how, "", other


def stars(path):
    return "/".join("*" if isinstance(key, int) else key for key in path)


# Each of these gives (how, where, what makes the text): most texts are never asked for.

def of_tree(tree):
    for path, node in places(tree):
        for how, key, other in of_place(path, node):
            if other != node or type(other) != type(node) or isinstance(node, dict):
                yield how, (stars(path) + "/" + key).strip("/"), lambda path=path, other=other: text_of(changed(tree, path, other))


def of_text(tree):
    text = text_of(tree)
    for k in range(len(text)):
        yield "cut off", "", lambda k=k: text[:k]
    for how, changed_text in (("text behind it", text + " x"), ("an object behind it", text + "{}"), ("a comma behind it", text + ","),
                              ("blanks around it", "\n\t " + text + " \n"), ("a byte order mark", "\ufeff" + text), ("in a list", "[" + text + "]")):
        yield how, "", lambda changed_text=changed_text: changed_text


PROOF = ("claim", "matrix", "components", "witness", "statements", "ranges")


def grafts(tree, donors):
    """Parts of other files in place of its own."""
    def of_parts(parts):
        return lambda: text_of({**tree, **parts})
    said = {s["says"] for s in tree.get("statements", [])}
    if "everywhere" in tree:
        own = {"everywhere": {**tree["everywhere"], "statements": tree["everywhere"].get("statements", []) + tree["statements"]}}
        yield "a statement from elsewhere", "everywhere", of_parts(own)
        yield "the other proof", "everywhere", of_parts({k: x for k, x in tree["everywhere"].items() if k != "statements"})
        point = {"at": ["1"], "claim": "not-lds", "matrix": {"n": 1, "rows": [["0"]]}, "witness": {"members": [0], "V": [["1"]]}}
        beside = {"params": [{"name": "w", "lo": "0", "hi": "2"}], "refuted": [point]}
        yield "a point in it", "everywhere", of_parts({"everywhere": {**tree["everywhere"], "ranges": beside}})
    ranges = tree.get("ranges", {})
    if "refuted" in ranges and "components" in tree:
        own = {**{k: x for k, x in tree.items() if k in ("claim", "matrix", "components")}, "at": ranges["refuted"][0]["at"]}
        yield "what is not refuted there", "ranges/refuted", of_parts({"ranges": {**ranges, "refuted": [own]}})
    for other in donors:
        for key in ("matrix", "claim", "components", "witness", "statements", "ranges", "proofs", "cells", "params", "terms", "attained", "model"):
            if key in other and other[key] != tree.get(key):
                yield "from elsewhere", key, of_parts({key: other[key]})
        if "everywhere" in tree or "local-slopes" in said:
            yield "from elsewhere", "everywhere", of_parts({"everywhere": {k: x for k, x in other.items() if k in PROOF}})
        if "everywhere" in other:
            yield "from elsewhere", "everywhere", of_parts({"everywhere": other["everywhere"]})
        if "attained" in tree:
            yield "from elsewhere", "attained/matrix", of_parts({"attained": {**tree["attained"], "matrix": other["matrix"]}})
        if "witness" in other and "components" in tree or "components" in other and "witness" in tree:
            evidence = ("claim", "components", "witness")
            both = {**{k: x for k, x in tree.items() if k not in evidence}, **{k: other[k] for k in evidence if k in other}}
            yield "the other proof", "", lambda both=both: text_of(both)
        for s in other.get("statements", []):
            yield "a statement from elsewhere", s["says"], of_parts({"statements": tree.get("statements", []) + [s]})


def mutants(tree, donors, most, seed, one_in=1):
    """Without repetition; of one change at most so many instances (0: all), and of what is left one in so many."""
    groups, r = {}, random.Random(seed)
    for source in (of_tree(tree), grafts(tree, donors), of_text(tree)):
        for how, where, make in source:
            group = groups.setdefault((how, where), [])
            if most != 1 or not group:
                group.append(make)
    chosen = [(how, where, make) for (how, where), makers in groups.items()
              for make in (makers[:1] + r.sample(makers[1:], most - 1) if most and len(makers) > most else makers)]
    seen = {text_of(tree)}
    for how, where, make in r.sample(chosen, len(chosen) // one_in) if one_in > 1 else chosen:
        text = make()
        if text not in seen:
            seen.add(text)
            yield how, where, text
