#!/usr/bin/python3
"""eigc fmt and eigc new."""
import os
import stat

from cli import HAS_JIT, check, eigc, equal, main, test

UNTIDY = "population E excitatory {\n tau=20 ms # why\n\n\n cost  = nonnegative }\n"
TIDY = "population E excitatory {\n  tau = 20 ms                   # why\n\n  cost = nonnegative\n}\n"


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", newline="") as f:
        f.write(text)
    return path


def read(path):
    with open(path, newline="") as f:
        return f.read()


@test
def fmt_lays_files_out_in_place(folder):
    paths = [write(folder, "a.eig", UNTIDY), write(folder, "b.eig", TIDY), write(folder, "c.eig", UNTIDY.replace("\n", "\r\n"))]
    os.chmod(paths[0], 0o640)
    equal(eigc("fmt", *paths).__dict__, {"status": 0, "out": "", "err": ""})
    equal([read(p) for p in paths], [TIDY] * 3)
    equal(stat.S_IMODE(os.stat(paths[0]).st_mode), 0o640)
    equal(sorted(os.listdir(folder)), ["a.eig", "b.eig", "c.eig"])


@test
def standard_input_is_named_where_a_file_is_missing(folder):
    equal(eigc("fmt").err.splitlines()[0], "eigc fmt: FILE... is missing; '-' is standard input")
    check("standard" not in eigc("new").err, "new writes")


@test
def fmt_leaves_a_file_in_layout_alone(folder):
    path = write(folder, "a.eig", TIDY)
    os.utime(path, (1, 1))
    equal(eigc("fmt", path).status, 0)
    equal(os.stat(path).st_mtime, 1)


@test
def fmt_check_names_files_and_writes_none(folder):
    a, b = write(folder, "a.eig", UNTIDY), write(folder, "b.eig", TIDY)
    r = eigc("fmt", "--check", a, b)
    equal((r.status, r.out, r.err, read(a)), (1, a + "\n", "", UNTIDY))
    equal(eigc("fmt", "--check", b).__dict__, {"status": 0, "out": "", "err": ""})


@test
def fmt_reads_standard_input(folder):
    equal(eigc("fmt", "-", stdin=UNTIDY).__dict__, {"status": 0, "out": TIDY, "err": ""})
    equal(eigc("fmt", "-", stdin=TIDY).out, TIDY)
    r = eigc("fmt", "--check", "-", stdin=UNTIDY)
    equal((r.status, r.out), (1, "<stdin>\n"))


@test
def fmt_refuses_errors_and_goes_on(folder):
    a, b = write(folder, "a.eig", "let a = \n"), write(folder, "b.eig", UNTIDY)
    r = eigc("fmt", a, b, os.path.join(folder, "none.eig"))
    equal((r.status, r.out), (2, ""))
    check("[E01" in r.err and "E0001" in r.err, r)
    equal((read(a), read(b)), ("let a = \n", TIDY))


@test
def fmt_follows_a_link(folder):
    path, link = write(folder, "a.eig", UNTIDY), os.path.join(folder, "link.eig")
    os.symlink("a.eig", link)
    equal(eigc("fmt", link).status, 0)
    check(os.path.islink(link) and read(path) == TIDY, read(path))


@test
def new_writes_a_model_that_passes(folder):
    r = eigc("new", "first", cwd=folder)
    equal((r.status, r.err), (0, ""), r)
    path = os.path.join(folder, "first.eig")
    check("model first\n" in read(path), read(path))
    equal(eigc("check", path).status, 0)
    equal(eigc("fmt", "--check", path).status, 0)
    if HAS_JIT:
        equal(eigc("run", "-q", "-o", os.path.join(folder, "x.npz"), path).status, 0)


@test
def new_takes_folders_and_the_ending(folder):
    os.mkdir(os.path.join(folder, "sub"))
    equal(eigc("new", "sub/second.eig", cwd=folder).status, 0)
    text = read(os.path.join(folder, "sub", "second.eig"))
    check("model second\n" in text, text)
    equal(eigc("new", "none/third", cwd=folder).status, 3)


@test
def new_overwrites_nothing(folder):
    path = write(folder, "a.eig", "mine")
    r = eigc("new", "a", cwd=folder)
    equal((r.status, r.out, read(path)), (2, "", "mine"))
    check("a.eig is there already" in r.err, r)


@test
def new_wants_a_name(folder):
    for name in ("1a", "a-b", "sub/", "", "a b", ".eig"):
        r = eigc("new", name, cwd=folder)
        equal((r.status, r.out), (2, ""), r)
        check("is no name of a model" in r.err, r)
    equal(os.listdir(folder), [])


@test
def new_to_standard_output(folder):
    r = eigc("new", "-")
    equal((r.status, r.err), (0, ""))
    equal(eigc("check", "-", stdin=r.out).status, 0)


@test
def a_text_that_declares_nothing_yet(folder):
    """Comments alone, and nothing at all, have a layout too."""
    for text, wanted in (("# one\n\n\n   # two", "# one\n\n# two\n"), ("", ""), ("\n\n", "")):
        r = eigc("fmt", "-", stdin=text)
        equal((r.status, r.out, r.err), (0, wanted, ""), r)


main()
