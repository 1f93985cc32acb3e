"""`eigc verify` beside tests/second_checker.py: they say the same of every file."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))


def both(folder, certificate):
    """Whether both accept it."""
    data = json.dumps(certificate).encode()
    path = os.path.join(folder, "changed.json")
    with open(path, "wb") as f:
        f.write(data)
    first = subprocess.run([EIGC, "verify", "-q", path], capture_output=True).returncode == 0
    try:
        second_check(data)
        second = True
    except Refused:
        second = False
    assert first == second, f"eigc verify says {first}, the second checker {second}:\n{data.decode()}"
    return first
