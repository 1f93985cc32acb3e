"""`eigc verify` of one text after the other, in one process (tests/mutants/verify_many.c)."""
import json
import os
import subprocess

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
running = []


def verified(text):
    """The exit status, and what --json prints, of the bytes of a file."""
    if not running:
        running.append(subprocess.Popen([os.path.join(os.path.dirname(EIGC), "tests/mutants/verify_many")], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    done = running[0]
    assert b"\0" not in text
    done.stdin.write(text + b"\0")
    done.stdin.flush()
    answer = b""
    while not answer.endswith(b"\0"):
        more = done.stdout.read1(65536)
        assert more, "eigc verify ended with status %s on\n%s" % (done.wait(), text.decode())
        answer += more
    said, _, status = answer[:-1].rpartition(b"\n")
    return int(status), json.loads(said)
