"""`eigc verify` beside tests/second_checker.py: they say the same of every file."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check
from verify_texts import verified


def both(certificate):
    """Whether both accept it."""
    data = json.dumps(certificate).encode()
    first = verified(data)[0] == 0
    try:
        second_check(data)
        second = True
    except Refused:
        second = False
    assert first == second, f"eigc verify says {first}, the second checker {second}:\n{data.decode()}"
    return first


def reason(certificate):
    """Of what `eigc verify` says."""
    return verified(json.dumps(certificate).encode())[1]["reason"]
