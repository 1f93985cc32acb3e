"""What the tests of the command line share: running eigc, reading .npz without
NumPy, and one `ok NAME` line a test. Run from the root with EIGC=program."""
import ast
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import zipfile

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
HAS_JIT = os.environ.get("LLVM", "1") == "1"
PAIR = os.path.abspath("examples/01-wilson-cowan.eig")
tests = []


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return "status %d\n--- stdout\n%s\n--- stderr\n%s" % (self.status, self.out, self.err)


def eigc(*args, stdin="", env=None, cwd=None, program=EIGC, timeout=120):
    full = dict(os.environ, **(env or {}))
    p = subprocess.run([program, *args], input=stdin.encode(), capture_output=True, env=full, cwd=cwd, timeout=timeout)
    return Result(p.returncode, p.stdout.decode(), p.stderr.decode())


def eigc_on_terminal(*args, env=None, cwd=None, term="xterm"):
    """Standard error is a terminal; its text comes back as .err."""
    ours, theirs = pty.openpty()
    full = dict(os.environ, TERM=term, **(env or {}))
    p = subprocess.Popen([EIGC, *args], stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL, env=full, cwd=cwd)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    out = p.stdout.read()
    p.stdout.close()
    os.close(ours)
    return Result(p.wait(), out.decode(), seen.decode())


def test(function):
    """Registers; the function gets a fresh folder. Its name is the test's."""
    tests.append(function)
    return function


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(a, b, what=""):
    check(a == b, "%s: %r is not %r" % (what, a, b))


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def array(data):
    """One .npy: (shape, flat list), or a str for a 0-d unicode array."""
    check(data[:6] == b"\x93NUMPY", "not an array")
    size, = struct.unpack("<H" if data[6] == 1 else "<I", data[8:10] if data[6] == 1 else data[8:12])
    start = 10 if data[6] == 1 else 12
    header = ast.literal_eval(data[start:start + size].decode("latin-1"))
    body = data[start + size:]
    check(not header["fortran_order"], "C order")
    if header["descr"].startswith("<U"):
        return body.decode("utf-32-le").rstrip("\0")
    equal(header["descr"], "<f8", "dtype")
    return header["shape"], list(struct.unpack("<%dd" % (len(body) // 8), body))


def npz(path):
    with zipfile.ZipFile(path) as z:
        check(z.testzip() is None, "the archive is broken")
        out = {name[:-4]: array(z.read(name)) for name in z.namelist()}
    out["meta"] = json.loads(out["meta"])
    return out


def main():
    failed = 0
    for function in tests:
        folder = tempfile.mkdtemp()
        try:
            function(folder)
            print("ok", function.__name__)
        except Exception as error:
            failed += 1
            print("not ok", function.__name__)
            trace = traceback.extract_tb(error.__traceback__)
            print("    line %d: %s" % (trace[1].lineno if len(trace) > 1 else 0, str(error).replace("\n", "\n    ")))
        shutil.rmtree(folder)
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
