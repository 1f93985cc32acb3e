#!/usr/bin/python3
"""eigc check --only: one conclusion, its exit status, its proof."""
import json
import os
import re

from cli import PAIR, check, eigc, equal, main, test, write

NAMES = re.findall(r'^CONCLUSION\(\w+, "([a-z-]+)"', open("compiler/check/conclusion.def").read(), re.M)

NOISY = """population E excitatory { size = 3; tau = 20; cost = nonnegative; noise = 1 }
connect E -> E { weight = 0.1 }
require stable
simulate { duration = 1; method = euler_maruyama; step = 0.1 }
"""
SIGNS = """population E excitatory { tau = 10; cost = nonnegative }
population I inhibitory { tau = 10; cost = nonnegative }
connect E -> I { weight = matrix("w.csv") }
"""


def report(only, *args, status=0):
    r = eigc("check", "--json", "--only=" + only, *args)
    equal(r.status, status, r)
    return json.loads(r.out)


@test
def the_manual_has_the_conclusions(folder):
    manual = open("docs/cli.md").read()
    equal(re.findall(r"^\| `--only=([a-z-]+)` \| ", manual[manual.index("`--only CONCLUSION`"):], re.M)[:len(NAMES)], NAMES)
    help = " ".join(eigc("check", "--help").out.split())
    for name in NAMES:
        check(name in help, help)


@test
def a_conclusion_is_that_of_the_whole_check(folder):
    for more in [], ["--set", "w_EE=1.2"]:
        whole = json.loads(eigc("check", "--json", *more, PAIR).out)
        equal(whole["only"], None)
        for name in NAMES:
            part = report(name, PAIR, *more, status=0 if not more or name == "dale" else 1)
            equal(sorted(part), sorted(whole), "keys")
            equal(part["only"], name)
            for key, since in ("dale", 0), ("activations", 0), ("lds", 1), ("stability", 2), ("statements", 2):
                equal(part[key], whole[key] if NAMES.index(name) >= since else [] if key == "statements" else None, (name, key))
            equal((part["requirements"], part["remedies"], part["binding"], part["ranges"]), ([], [], [], None))


@test
def the_status_is_about_the_conclusion_alone(folder):
    model = write(folder, "noisy.eig", NOISY)
    equal(eigc("check", model).status, 1)
    for name, status in ("dale", 0), ("diagonal-stability", 0), ("stability", 1):
        equal(eigc("check", "-q", "--only", name, model).status, status, name)


@test
def wrong_signs_are_said_all_the_same(folder):
    write(folder, "w.csv", "-0.5\n")
    model = write(folder, "signs.eig", SIGNS)
    for name in NAMES:
        r = eigc("check", "--only", name, model)
        equal(r.status, 1, r)
        check("E0601" in r.err, r)


@test
def a_proof_is_written_and_accepted(folder):
    proof = os.path.join(folder, "proof.json")
    for more, claim in ([], "lds"), (["--set", "w_EE=1.2"], "not-lds"):
        eigc("check", "-q", "--only=diagonal-stability", "--certificate", proof, *more, PAIR)
        o = json.loads(eigc("verify", "--json", proof, "--model", PAIR).out)
        equal((o["accepted"], o["claim"], o["statements"]), (True, claim, []))
        os.remove(proof)
    r = eigc("check", "--only=dale", "--certificate", proof, PAIR)
    check(r.status == 1 and "no certificate is written" in r.err and "--only=dale" in r.err and not os.path.exists(proof), r)


@test
def the_report_says_what_it_leaves_out(folder):
    for name, there, not_there in (("dale", "Dale's law", "diagonal stability  "), ("diagonal-stability", "diagonal stability  ", "\nstability  "),
                                   ("stability", "\nstability  ", "\nrequired")):
        r = eigc("check", "--only", name, "--explain-verdict", PAIR)
        equal((r.status, r.err), (0, ""), r)
        check(there in r.out and not_there not in r.out and "\nOnly " in r.out and "what the model requires" in r.out, r)
    check("what follows" not in eigc("check", "--only=diagonal-stability", "--explain-verdict", PAIR).out, "what follows")


@test
def an_unknown_conclusion_gets_the_list(folder):
    for wrong in "lds", "stabilty", "", "dale,stability":
        r = eigc("check", "--only=" + wrong, PAIR)
        equal((r.status, r.out), (2, ""), r)
        check(all(name in r.err for name in NAMES), r)
    check("did you mean 'stability'" in eigc("check", "--only=stabilty", PAIR).err, "a suggestion")


main()
