#!/usr/bin/python3
"""Files that eigc writes, and the code generator that it opens."""
import json
import os
import resource
import shutil
import stat
import subprocess

from cli import EIGC, HAS_JIT, PAIR, check, eigc, equal, main, test, write


@test
def a_certificate_replaces_the_file_as_a_whole(folder):
    path = write(folder, "proof.json", "the previous one")
    equal(eigc("check", "-q", "--certificate", path, PAIR).status, 0)
    json.load(open(path))
    equal(os.listdir(folder), ["proof.json"], "nothing else is left")
    mask = os.umask(0)
    os.umask(mask)
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o666 & ~mask)


@test
def a_certificate_goes_where_a_link_leads_and_keeps_the_rights(folder):
    path, link = write(folder, "proof.json", "the previous one"), os.path.join(folder, "link.json")
    os.chmod(path, 0o640)
    os.symlink("proof.json", link)
    equal(eigc("check", "-q", "--certificate", link, PAIR).status, 0)
    check(os.path.islink(link), "the link is gone")
    json.load(open(path))
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o640)
    equal(sorted(os.listdir(folder)), ["link.json", "proof.json"])


@test
def json_names_the_certificate(folder):
    path = os.path.join(folder, "proof.json")
    o = json.loads(eigc("check", "--json", "--certificate", path, PAIR).out)
    equal(o["certificate"], path)


@test
def an_unwritable_certificate_is_the_systems_fault(folder):
    for path in (os.path.join(folder, "none", "proof.json"), folder):
        r = eigc("check", "--certificate", path, PAIR)
        equal(r.status, 3, r)
        check("E0004" in r.err and path in r.err, r)
        o = json.loads(eigc("check", "--json", "--certificate", path, PAIR).out)
        equal(o["certificate"], None)
        equal(o["diagnostics"]["runs"][0]["results"][0]["ruleId"], "E0004")


def limited(folder, *args):
    """With files limited to 100 bytes, as on a full disk."""
    p = subprocess.run([EIGC, *args], capture_output=True, cwd=folder, timeout=60,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    return p.returncode, p.stderr.decode()


@test
def a_file_limit_is_a_write_that_fails(folder):
    for command in (["check", "-q", "--certificate", "out.csv"], ["run", "-q", "--reference", "-o", "out.csv"]):
        write(folder, "out.csv", "the previous one")
        status, err = limited(folder, *command, PAIR)
        equal(status, 3, err)
        check("E0004" in err and "out.csv" in err, err)
        equal(os.listdir(folder), ["out.csv"], "no part is left")
        equal(open(os.path.join(folder, "out.csv")).read(), "the previous one")


@test
def a_pipe_is_written_to_and_not_replaced(folder):
    """A named pipe of our own: with a device of the system, a failure of this would break the machine."""
    path = os.path.join(folder, "pipe")
    os.mkfifo(path)
    reader = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
    try:
        equal(eigc("check", "-q", "--certificate", path, PAIR).status, 0)
        check(stat.S_ISFIFO(os.stat(path).st_mode), "the pipe is gone")
        json.loads(reader.communicate(timeout=10)[0])
    finally:
        reader.kill()
        reader.wait()


@test
def without_the_code_generator(folder):
    alone = os.path.join(folder, "bin", "eigc")
    os.mkdir(os.path.dirname(alone))
    shutil.copy(EIGC, alone)
    r = eigc("run", PAIR, program=alone, cwd=folder, env={"EIGC_LIBDIR": ""})
    equal((r.status, r.out), (3, ""), r)
    check("E0910" in r.err and "EIGC_LIBDIR" in r.err, r)
    equal(eigc("check", "-q", PAIR, program=alone).status, 0)
    r = eigc("run", "--reference", PAIR, program=alone, cwd=folder, env={"EIGC_LIBDIR": ""})
    equal(r.status, 0, r)
    lib = os.path.join(folder, "lib", "eigc")
    os.makedirs(lib)
    write(lib, "libeigc_jit.so", "no library")
    r = eigc("run", PAIR, program=alone, cwd=folder, env={"EIGC_LIBDIR": ""})
    equal(r.status, 3, r)
    check("E0910" in r.err and lib.replace(folder, "") in r.err, r)


@test
def the_code_generator_is_found(folder):
    if not HAS_JIT:
        return
    built = os.path.dirname(EIGC)
    alone = os.path.join(folder, "bin", "eigc")
    os.mkdir(os.path.dirname(alone))
    shutil.copy(EIGC, alone)
    r = eigc("run", "-q", PAIR, program=alone, cwd=folder, env={"EIGC_LIBDIR": built})
    equal((r.status, r.err), (0, ""), r)
    lib = os.path.join(folder, "lib", "eigc")
    os.makedirs(lib)
    shutil.copy(os.path.join(built, "libeigc_jit.so"), lib)
    r = eigc("run", "-q", PAIR, program=alone, cwd=folder, env={"EIGC_LIBDIR": ""})
    equal((r.status, r.err), (0, ""), r)


main()
