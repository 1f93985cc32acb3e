#!/usr/bin/python3
"""Commands, options, help and exit statuses that need no model."""
import json
import os
import re

from cli import EIGC, HAS_JIT, PAIR, check, eigc, equal, main, test

COMMANDS = re.findall(r"^COMMAND\((\w+),", open("compiler/driver/commands.def").read(), re.M)
OPTIONS = re.findall(r'^OPTION\(\w+, +(\S+), +"([a-z-]+)", +(NULL|"[^"]*"), +([A-Z| ]+),',
                     open("compiler/driver/options.def").read(), re.M)
DUMPS = re.findall(r'^DUMP\(\w+, +\w+, +"([a-z-]+)"', open("compiler/driver/phases.def").read(), re.M)


@test
def tables_are_read(folder):
    check(len(COMMANDS) >= 6 and len(OPTIONS) >= 15 and len(DUMPS) >= 9, (COMMANDS, OPTIONS, DUMPS))


@test
def help_goes_to_stdout(folder):
    r = eigc("--help")
    equal((r.status, r.err), (0, ""), r)
    for name in COMMANDS:
        check(re.search(r"^  %s " % name, r.out, re.M), "no %s in\n%s" % (name, r.out))
    equal(eigc("help").out, r.out)


@test
def every_command_has_help(folder):
    for name in COMMANDS:
        r = eigc(name, "--help")
        equal((r.status, r.err), (0, ""), r)
        check(r.out.startswith("usage: eigc %s " % name), r)
        equal(eigc("help", name).out, r.out)
        check(max(map(len, r.out.splitlines())) <= 90, "a line is too long:\n" + r.out)


@test
def help_lists_every_option(folder):
    for letter, name, argument, commands in OPTIONS:
        words = COMMANDS if "ALL" in commands else [c.lower() for c in commands.replace(" ", "").split("|")]
        for command in COMMANDS:
            listed = re.search(r"--%s[= ]" % name, eigc(command, "--help").out) is not None
            if command != "dump" or name not in DUMPS:
                equal(listed, command in words, "%s --%s" % (command, name))


MANUAL = open("docs/cli.md").read()


def section(heading):
    return re.search(r"^## %s\b.*\n((?:(?!## ).*\n)*)" % heading, MANUAL, re.M).group(1)


def words_with_dashes(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


@test
def the_manual_lists_the_options_of_each_command(folder):
    shared = [line.split(" | ", 2) for line in section("Options that several").splitlines() if line.startswith("| `")]
    check(len(shared) == 11, shared)
    for command in COMMANDS:
        said = words_with_dashes(section("eigc " + command)) if "## eigc " + command in MANUAL else set()
        for option, of, _ in shared:
            everywhere, _, but = of.partition("all but ")
            if command in of.split(", ") or of == "all" or (but and command not in re.split(" and |, ", but)):
                said |= words_with_dashes(option)
        listed = {o for o in re.findall(r"^  (?:-\w, |    )--([a-z-]+)", eigc(command, "--help").out, re.M)}
        equal(sorted(said), sorted(listed), command)


def keys_of(value):
    if isinstance(value, list):
        return {k for x in value for k in keys_of(x)}
    return set(value) | {k for x in value.values() for k in keys_of(x)} if isinstance(value, dict) else set()


@test
def the_manual_lists_the_keys_of_json(folder):
    proof, result = os.path.join(folder, "proof.json"), os.path.join(folder, "result.npz")
    said = section("eigc check")
    for more in (["--set", "w_EE=1.9"], ["--certificate", proof]):
        got = json.loads(eigc("check", "--json", *more, PAIR).out)
        equal(sorted(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", said, re.M)))), sorted(got))
        del got["diagnostics"]
        for key in keys_of(got):
            check("`%s`" % key in said, "docs/cli.md does not say what %s is" % key)
    machine = [] if HAS_JIT else ["--reference"]
    for command, args in (("verify", [proof, "--model", PAIR]), ("run", ["-o", result, *machine, PAIR])):
        paragraph = re.search(r"^`--json`(?: prints|:) ((?:.+\n)+)", section("eigc " + command), re.M).group(1)
        keys = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", paragraph))
        equal(keys, list(json.loads(eigc(command, "--json", *args).out)), command)


@test
def version_everywhere(folder):
    r = eigc("--version")
    equal(r.status, 0)
    check(re.fullmatch(r"eigc \d+\.\d+\.\d+\n", r.out), r)
    for name in COMMANDS:
        equal(eigc(name, "--version").out, r.out, name)


@test
def nothing_is_a_wrong_command_line(folder):
    r = eigc()
    equal((r.status, r.out), (2, ""), r)
    check("usage:" in r.err, r)


@test
def unknown_commands_get_a_suggestion(folder):
    r = eigc("chekc", PAIR)
    equal((r.status, r.out), (2, ""), r)
    check("'check'" in r.err, r)
    equal(eigc("zzzzzzz").status, 2)
    check("'--help'" in eigc("--hlep").err, "--hlep")
    check("'verify'" in eigc("help", "verfy").err, "help verfy")


@test
def unknown_options_get_a_suggestion(folder):
    r = eigc("check", "--jsn", PAIR)
    equal((r.status, r.out), (2, ""), r)
    check("'--json'" in r.err, r)
    for wrong in (["check", "-Z", PAIR], ["check", "--output=x", PAIR], ["check", "--json=1", PAIR], ["check", "--set"],
                  ["check", "--d=x", PAIR], ["check"], ["check", PAIR, PAIR], ["explain", "E0001", "E0002"],
                  ["dump", PAIR], ["check", "--color=blue", PAIR], ["check", "--diagnostics=xml", PAIR],
                  ["check", "--dump=nothing", PAIR], ["check", "--dump=", PAIR], ["run", "--opt-level=4", PAIR],
                  ["run", "--opt-level=", PAIR], ["run", "--seed=-1", PAIR], ["run", "--seed=x", PAIR],
                  ["run", "--seed=99999999999999999999", PAIR], ["check", "--set", "w", PAIR],
                  ["check", "--set", "=1", PAIR], ["check", "--set", "w=", PAIR]):
        r = eigc(*wrong)
        equal((r.status, r.out), (2, ""), "%s %r" % (wrong, r))
        check(r.err.startswith("eigc"), "%s %r" % (wrong, r))


@test
def an_ambiguous_option_names_the_candidates(folder):
    r = eigc("check", "--d", PAIR)
    check("--dump" in r.err and "--diagnostics" in r.err, r)


@test
def two_dashes_end_the_options(folder):
    r = eigc("check", "--", "--json")
    equal(r.status, 2)
    check("--json" in r.err and "E0001" in r.err, r)


@test
def explain_knows_every_code(folder):
    listed = eigc("explain")
    equal(listed.status, 0)
    rows = re.findall(r'^DIAG\((E\d+), \w+, +"(.*)"\)', open("lang/base/diag.def").read(), re.M)
    equal(listed.out, "".join("%s  %s\n" % row for row in rows))
    for code, title in rows:
        r = eigc("explain", code)
        equal((r.status, r.err), (0, ""), r)
        check(r.out.startswith("# %s: %s\n" % (code, title)), r)
    equal(eigc("explain", "e0001").out, eigc("explain", "E0001").out)


@test
def explain_prints_the_page_itself(folder):
    for name in sorted(os.listdir("docs/diagnostics")):
        equal(eigc("explain", name[:-3]).out, open("docs/diagnostics/" + name).read())


@test
def explain_suggests(folder):
    r = eigc("explain", "E00001")
    equal((r.status, r.out), (2, ""), r)
    check("E0001" in r.err, r)


@test
def a_full_disk_is_noticed(folder):
    import subprocess
    with open("/dev/full", "w") as full:
        p = subprocess.run([EIGC, "--help"], stdout=full, stderr=subprocess.PIPE)
    equal(p.returncode, 3)
    check(b"No space" in p.stderr, p.stderr)


main()
