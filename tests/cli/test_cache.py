#!/usr/bin/python3
"""Compiled code that is kept: found again by the same model alone, never believed when damaged, never needed."""
import concurrent.futures
import glob
import os
import re
import subprocess
from cli import EIGC, HAS_JIT, check, eigc, equal, main, test, write

MODEL = """param w = 0.5
population E excitatory { size = 3; tau = 20 ms; activation(z) = 1/(1 + exp(-z)); input = 1; noise = 0.1 per sqrt(ms) }
connect E -> E { weight = w }
simulate { duration = %s; method = euler_maruyama; step = 0.1 ms; record E every 1 ms }
"""


def run(folder, *args, model="m.eig", output="o.csv", **more):
    r = eigc("run", model, "-q", "--time", "-o", output, *args, cwd=folder, env=dict(EIGC_CACHE_DIR=folder + "/kept", **more))
    equal(r.status, 0, r)
    return "from the cache" in r.err, open(folder + "/" + output).read(), r.err


def entries(folder):
    return sorted(glob.glob(folder + "/kept/*.o"))


def fill(folder):
    write(folder, "m.eig", MODEL % "10 ms")
    return run(folder)


@test
def the_second_run_finds_what_the_first_kept(folder):
    found, first, _ = fill(folder)
    check(not found, "nothing was there")
    equal(len(entries(folder)), 1)
    found, second, _ = run(folder)
    check(found, "it is there now")
    equal(first, second)
    equal(os.stat(folder + "/kept").st_mode & 0o777, 0o700)


@test
def the_seed_and_the_duration_are_no_part_of_code_and_a_number_is(folder):
    fill(folder)
    check(run(folder, "--seed=7")[0], "another seed")
    write(folder, "m.eig", MODEL % "20 ms")
    check(run(folder)[0], "another duration")
    check(not run(folder, "--set", "w=0.6")[0], "another weight")
    check(run(folder, "--set", "w=0.6")[0], "kept too")


@test
def what_another_level_and_processor_made_is_not_taken(folder):
    fill(folder)
    for how in (["-O0"], ["-O1"], ["--cpu=generic"], ["--cpu=x86-64"]):
        check(not run(folder, *how)[0], how)
        check(run(folder, *how)[0], how)
    equal(len(entries(folder)), 5)


@test
def damaged_entries_are_made_anew(folder):
    _, right, _ = fill(folder)
    path = entries(folder)[0]
    whole = open(path, "rb").read()
    for bad in (b"", b"x", whole[:40], whole[:-1], whole + b"x", whole[:100] + bytes([whole[100] ^ 1]) + whole[101:], b"E" + whole[1:]):
        open(path, "wb").write(bad)
        found, rates, _ = run(folder)
        check(not found, bad[:8])
        equal(rates, right)
        equal(open(path, "rb").read(), whole)
    check(run(folder)[0], "mended")


@test
def links_are_not_followed(folder):
    fill(folder)
    path = entries(folder)[0]
    os.rename(path, folder + "/elsewhere")
    os.symlink(folder + "/elsewhere", path)
    check(not run(folder)[0], "a link")


@test
def what_others_may_have_written_is_not_run(folder):
    fill(folder)
    path = entries(folder)[0]
    equal(os.stat(path).st_mode & 0o777, 0o600)
    for mode in (0o606, 0o660):
        os.chmod(path, mode)
        check(not run(folder)[0], oct(mode))
        equal(os.stat(path).st_mode & 0o777, 0o600, "made anew")


@test
def an_entry_of_another_name_is_not_taken(folder):
    _, right, _ = fill(folder)
    mine = entries(folder)[0]
    run(folder, "--set", "w=0.9")
    other, = set(entries(folder)) - {mine}
    os.replace(other, mine)
    found, rates, _ = run(folder)
    check(not found, "the code of another model")
    equal(rates, right)


@test
def a_pipe_is_not_waited_for(folder):
    fill(folder)
    path = entries(folder)[0]
    os.remove(path)
    os.mkfifo(path)
    check(not run(folder)[0], "a pipe")


@test
def what_cannot_be_written_is_said_with_the_times(folder):
    write(folder, "m.eig", MODEL % "1 ms")
    r = subprocess.run(["sh", "-c", 'ulimit -f 8; exec "$0" run m.eig -q --time -o o.csv', EIGC], cwd=folder, capture_output=True,
                       env=dict(os.environ, EIGC_CACHE_DIR=folder + "/kept"))
    equal(r.returncode, 0, r)
    check(b"the code is not kept in" in r.stderr, r.stderr)
    equal(os.listdir(folder + "/kept"), [])


@test
def a_folder_that_others_may_write_to_is_not_used(folder):
    fill(folder)
    os.chmod(folder + "/kept", 0o777)
    found, _, err = run(folder)
    check(not found, "not trusted")
    check("is not used: others may write to it" in err, err)
    check("it is not used: others may write to it" in eigc("cache", env=dict(EIGC_CACHE_DIR=folder + "/kept")).out, "said")


@test
def a_run_needs_no_cache(folder):
    _, right, _ = fill(folder)
    write(folder, "file", "")
    for where in ("", folder + "/file", "/proc/nowhere/eigc"):
        r = eigc("run", "m.eig", "-q", "-o", "n.csv", cwd=folder, env={"EIGC_CACHE_DIR": where})
        equal((r.status, r.err), (0, ""), where)
        equal(open(folder + "/n.csv").read(), right)


@test
def no_cache_neither_looks_nor_keeps(folder):
    fill(folder)
    check(not run(folder, "--no-cache")[0], "not looked")
    run(folder, "--no-cache", "-O1")
    equal(len(entries(folder)), 1)


@test
def a_sweep_keeps_what_its_sets_share(folder):
    """Another step that is no part of the code finds it; what runs alone keeps nothing."""
    model = """param w = 0.5
population E excitatory { tau = 20 ms; activation(z) = 1/(1 + exp(-z)); input = 1 }
connect E -> E { weight = w }
simulate { duration = %s; method = rk4; step = 0.1 ms; record E every 1 ms }
"""
    results = []
    for duration, options, kept in (("10 ms", ["--no-cache"], 0), ("10 ms", [], 1), ("10 ms", [], 1), ("20 ms", [], 1)):
        write(folder, "m.eig", model % duration)
        r = eigc("sweep", "m.eig", "-q", "--over=w=0.1:0.9:20", "-o", "s.csv", *options, cwd=folder, env=dict(EIGC_CACHE_DIR=folder + "/kept"))
        equal((r.status, len(entries(folder))), (0, kept), r)
        results.append([line for line in open(folder + "/s.csv") if line[0] != "#"])
    check(results[0] == results[1] == results[2] != results[3], results)
    write(folder, "m.eig", model.replace("rk4; step = 0.1 ms", "taylor") % "1 ms")
    eigc("sweep", "m.eig", "-q", "--over=w=0.1:0.9:3", "-o", "n.csv", cwd=folder, env=dict(EIGC_CACHE_DIR=folder + "/kept"))
    equal(len(entries(folder)), 1)


@test
def the_folder_follows_the_environment(folder):
    write(folder, "m.eig", MODEL % "1 ms")
    home = {k: v for k, v in os.environ.items() if k != "EIGC_CACHE_DIR"}
    for env, where in (({"XDG_CACHE_HOME": folder + "/x", "HOME": folder}, "/x/eigc"), ({"XDG_CACHE_HOME": "x", "HOME": folder}, "/.cache/eigc")):
        saved = dict(os.environ)
        os.environ.clear()
        os.environ.update(home)
        try:
            eigc("run", "m.eig", "-q", "-o", "o.csv", cwd=folder, env=env)
            said = eigc("cache", env=env).out
        finally:
            os.environ.clear()
            os.environ.update(saved)
        equal(len(glob.glob(folder + where + "/*.o")), 1, where)
        check(said.startswith(folder + where + ": 1 file, "), said)


@test
def clear_removes_entries_and_nothing_else(folder):
    fill(folder)
    run(folder, "-O1")
    name = os.path.basename(entries(folder)[0])
    write(folder, "kept/notes.txt", "mine")
    write(folder, "kept/." + name + ".77-0.part", "half")
    env = {"EIGC_CACHE_DIR": folder + "/kept"}
    check(re.search(r": removed 3 files, [0-9.]+ kB\n$", eigc("cache", "clear", env=env).out), "three")
    equal(os.listdir(folder + "/kept"), ["notes.txt"])
    equal(eigc("cache", env=env).out, folder + "/kept: 0 files, 0.0 kB\n")
    equal(eigc("cache", env={"EIGC_CACHE_DIR": folder + "/none"}).out, folder + "/none: 0 files, 0.0 kB\n")
    equal(eigc("cache", "empty", env=env).status, 2)


@test
def many_at_once_all_run(folder):
    write(folder, "m.eig", MODEL % "10 ms")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        rates = list(pool.map(lambda k: run(folder, output="o%d.csv" % k)[1], range(8)))
    equal(len(set(rates)), 1)
    equal(len(os.listdir(folder + "/kept")), 1)


@test
def the_longest_unused_go_when_there_are_too_many(folder):
    fill(folder)
    mine = os.path.basename(entries(folder)[0])
    for k in range(1001):
        path = folder + "/kept/%064x.o" % k
        open(path, "w").close()
        os.utime(path, (k + 1, k + 1))
    run(folder, "-O1")
    left = [os.path.basename(p) for p in entries(folder)]
    equal(len(left), 750)
    check(mine in left, "used lately")
    check("%064x.o" % 1000 in left and "%064x.o" % 0 not in left, "by age")


main() if HAS_JIT else print("ok there_is_no_code_to_keep")
