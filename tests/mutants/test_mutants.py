#!/usr/bin/python3
"""Every mutation of a certificate is rejected, unless what the mutant says is still proved by what it holds.

Small certificates of every kind are changed in one place, in every place and way that mutations.py lists, and put before `eigc
verify`. It is tests/second_checker.py, with integers and fractions, that says which mutants are still proofs; a claim that is still
proved has to hold besides when all neurons are written out (written_out.py). Any disagreement fails.

Usage: test_mutants.py              some of each change, in seconds
       test_mutants.py --all        all of them, in minutes; --table: and how many there were of each kind
       test_mutants.py --reasons    why they were rejected, one example each
       test_mutants.py --save FILE  some of each change that is still a certificate, and the second checker's verdicts, for
                                    mutate_verify.py"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bases import EIGC, bases, kinds                      # noqa: E402
from model_facts import Facts                              # noqa: E402
from mutations import OF_READING, is_number, mutants, text_of      # noqa: E402
from second_checker import SAYS, Refused, check as second_check, number     # noqa: E402
from written_out import claim_holds                         # noqa: E402

SHORT = 12             # a short run tries one in so many changes
VERIFY_MANY = os.path.join(os.path.dirname(EIGC), "tests/mutants/verify_many")
DECLINED = "is not proved positive definite"       # numbers beyond the doubles that transforms of kernels are taken in
CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")


def verdicts(texts, *model):
    """Of `eigc verify`: (whether it accepts, the reason), all in one process."""
    done = subprocess.run([VERIFY_MANY, *model], input=b"".join(text.encode() + b"\0" for text in texts), capture_output=True)
    answers = done.stdout.split(b"\0")[:-1]
    assert len(answers) == len(texts), "status %d on\n%s\n%s" % (done.returncode, texts[len(answers)], done.stderr.decode()[-2000:])
    for answer in answers:
        said, _, status = answer.rpartition(b"\n")
        o = json.loads(said)
        assert status in (b"0", b"1", b"2") and o["accepted"] == (status == b"0"), answer
        yield o["accepted"], o["reason"] or " ".join(d["message"] for d in o["diagnostics"])


def second_verdict(text):
    try:
        second_check(text.encode())
    except Refused as refusal:
        return False, str(refusal)
    return True, ""


# ---- what an accepted mutant says -----------------------------------------------------

def meaning(tree):
    """What is left when numbers are numbers, and what is not part of the proof is not looked at. Names of populations count:
    a witness may say one."""
    def of(path, node):
        if isinstance(node, dict):
            return {key: of(path + (key,), x) for key, x in node.items()
                    if key not in ("model", "source", "sha256") and not (key == "name" and "params" in path) and not (key == "proof" and isinstance(x, str))}
        if isinstance(node, list):
            return [of(path + (k,), x) for k, x in enumerate(node)]
        return str(number(node)) if is_number(path, node) else node
    return json.dumps(of((), tree), sort_keys=True)


def names_of_params(tree):
    return [p["name"] for part in (tree, tree.get("ranges", {}), tree.get("attained", {})) for p in part.get("params", [])]


def how_it_holds(base, text):
    """A word for the table; a claim that does not hold raises."""
    tree = json.loads(text)
    if meaning(tree) == base.meaning:
        return "says the same"
    if tree["format"] == "eig-map/1":
        return "proved by the second checker"
    holds = claim_holds(tree)
    assert holds is not False, "the claim does not hold of neurons"
    return "proved by the second checker" if holds is None else "proved, and holds of neurons"


# ---- running ------------------------------------------------------------------------


class Base:
    def __init__(self, name, tree, model):
        self.name, self.tree, self.model = name, tree, model
        self.meaning, self.kinds = meaning(tree), kinds(tree)


def all_bases():
    found = [Base(*base) for base in bases()]
    for base in found:
        second_check(text_of(base.tree).encode())
    return found


def save_texts(found, path):
    """`y` or `n`, the text, a NUL byte. Reading is tried by some, what is proved by all that there are."""
    r, texts = random.Random(1), []
    for base in found:
        donors = [b.tree for b in found if b is not base and (b.tree["format"] == base.tree["format"] or "cells" in base.tree)]
        most = 12 if "sums" in base.tree["matrix"] else 3 if len(text_of(base.tree)) < 1000 else 1
        texts += [text for how, where, text in mutants(base.tree, donors if "cells" in base.tree else r.sample(donors, 3), most, base.name)
                  if how != "too long" and (how not in OF_READING or where in ("matrix/mean_slopes", "attained/matrix/mean_slopes", "matrix/sums", "proofs/*/components", "proofs/*/witness") or r.random() < 0.02)]
    r.shuffle(texts)
    texts = [text for text in texts if '"kernels"' not in text or "e5000" not in text]      # of these some are declined
    with open(path, "wb") as f:
        for text in [text_of(base.tree) for base in found] + texts:
            f.write(b"ny"[second_verdict(text)[0]:][:1] + text.encode() + b"\0")


def try_model(base, texts, others, folder, tally):
    """With --model, what is still a proof, and files of others: accepted only where what they say of the model is true, too.
    How many are accepted and false, or refused and the same as the honest file."""
    wrong, path = 0, os.path.join(folder, "m.eig")
    with open(path, "w") as f:
        f.write(base.model)
    facts = Facts(base.model, base.tree)
    honest = text_of(base.tree)
    for (how, text), (accepted, reason) in zip([("itself", honest)] + texts + others, verdicts([honest] + [text for _, text in texts + others], path)):
        tree = json.loads(text)
        said = tree.get("model") == base.tree["model"] and names_of_params(tree) == names_of_params(base.tree)      # else it may be of none
        true = facts.true_of(tree) if tree["format"] == base.tree["format"] else None
        verdict = "accepted" if accepted else "refused"
        if (accepted and true is False) or (not accepted and said and meaning(tree) == base.meaning) or len(reason) > 400 or CONTROL.search(reason):
            verdict, wrong = "wrong", wrong + 1
            print("# %s, %s, with --model: %s (%s), and it is %s\n# %s" % (base.name, how, accepted, reason, true, ascii(text)[:1500]))
        tally[base.name, how, verdict, {True: "true", False: "false", None: "not known here"}[true]] += 1
    return wrong


def try_base(base, donors, short, tally, reasons):
    """How many disagreements; what is still a proof of something else."""
    wrong, still_proofs = 0, []
    most = 1 if short else 4 if "cells" in base.tree else 0
    here = list(mutants(base.tree, donors, most, base.name, SHORT if short else 1))
    for (how, where, text), (accepted, reason) in zip(here, verdicts([text for _, _, text in here])):
        still, refusal = second_verdict(text)
        verdict = "declined" if still and DECLINED in reason and ("e5000" in text or "e-5000" in text) else "rejected"
        try:
            assert accepted == still or verdict == "declined", "eigc verify: %s (%s); the second checker: %s (%s)" % (accepted, reason, still, refusal)
            if accepted:
                verdict = how_it_holds(base, text)
                still_proofs.append((how, text))
            else:
                assert reason and len(reason) < 400 and not CONTROL.search(reason), "an unclear reason: %r" % reason
                reasons.setdefault(re.sub(r"[0-9]+|\"[^\"]*\"", "#", reason), (how, where, reason, refusal))
        except AssertionError as problem:
            verdict, wrong = "wrong", wrong + 1
            print("# %s: %s, %s: %s\n# %s" % (base.name, how, where, problem, ascii(text)[:1000]))
        tally[base.name, how, verdict] += 1
    return wrong, still_proofs


def print_table(tally, column, title):
    words = ("rejected", "says the same", "proved, and holds of neurons", "proved by the second checker", "declined", "wrong")
    print("# %-46s" % title + "".join(" %9s" % word for word in ("rejected", "same", "neurons", "proved", "declined", "wrong")))
    rows = {}
    for key, n in tally.items():
        rows.setdefault(key[column], Counter())[key[2]] += n
    rows["all"] = sum(rows.values(), Counter())
    for name, row in rows.items():
        print("# %-46s" % name[:46] + "".join(" %9d" % row[word] for word in words))


def print_models(tally):
    words = [(verdict, true) for verdict in ("accepted", "refused", "wrong") for true in ("true", "false", "not known here")]
    print("# with --model" + "".join(" | %s, %s" % word for word in words))
    for name in dict.fromkeys(key[0] for key in tally):
        print("# %-34s" % name[:34] + "".join(" %7d" % sum(n for key, n in tally.items() if key[0] == name and key[2:] == word) for word in words))


def every_kind_is_there(found):
    """Of statements, forms and regions."""
    seen = set().union(*(base.kinds for base in found))
    wanted = set(SAYS) | {"rows", "entries", "populations", "sums", "mean_slopes", "kernels", "ranges", "attained", "everywhere", "witness: V", "witness: zero_sum",
                          "witness: waves", "several components", "map"}
    return wanted - seen


def main(arguments):
    sys.set_int_max_str_digits(0)
    short = "--all" not in arguments
    start, tally, with_model, reasons, wrong = time.time(), Counter(), Counter(), {}, 0
    found = all_bases()
    if "--save" in arguments:
        return save_texts(found, arguments[-1])
    missing = every_kind_is_there(found)
    print("ok" if not missing else "not ok", "there_is_a_certificate_of_every_kind", *sorted(missing))
    with tempfile.TemporaryDirectory() as folder:
        for k, base in enumerate(found):
            near = [b.tree for b in found if b is not base and (b.tree["format"] == base.tree["format"] or "cells" in base.tree)]
            donors = near if not short else [near[(7 * k + 5 * j) % len(near)] for j in range(2)] if near else []
            before = time.time()
            more, still = try_base(base, donors, short, tally, reasons)
            wrong += more
            if base.model:
                others = [("another file", text_of(b.tree)) for b in found if b is not base and (not short or (len(b.name) + k) % SHORT == 0)]
                wrong += try_model(base, still, others, folder, with_model)
            if "--table" in arguments:
                print("# %5.1f s %s" % (time.time() - before, base.name), flush=True)
    if "--table" in arguments:
        print_table(tally, 0, "certificate")
        print_table(tally, 1, "change")
        print_models(with_model)
    if "--reasons" in arguments:
        for how, where, reason, refusal in sorted(reasons.values(), key=lambda x: x[2]):
            print("# %s [%s, %s; %s]" % (reason, how, where, refusal))
    n = sum(tally.values())
    accepted = n - sum(k for key, k in tally.items() if key[2] in ("rejected", "declined", "wrong"))
    of_models = Counter()
    for key, count in with_model.items():
        of_models[key[2:]] += count
    print("# with --model: " + ", ".join("%d %s, %s" % (count, verdict, true) for (verdict, true), count in sorted(of_models.items())))
    print("# %d mutants of %d certificates: %d rejected, %d still proofs, %d wrong, %d s" % (n, len(found), sum(k for key, k in tally.items() if key[2] == "rejected"), accepted, wrong,
                                                                                        time.time() - start))
    print("ok" if not wrong else "not ok", "every_mutant_is_rejected_or_still_a_proof")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
