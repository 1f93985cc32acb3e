"""What the tests of ranges have in common: a folder for all functions of a module that begin with test_, a line for each, and a number
of models and a first seed, which the command line may give, for test_random_models."""
import sys
import tempfile

from two_checkers import Refused


def run_each(tests, module, count):
    """The status to end with. tests: the module's globals()."""
    count, seed = (int(x) for x in (sys.argv[1:] + [str(count), "1"][len(sys.argv) - 1:])[:2])
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, test in list(tests.items()):
            if not name.startswith("test_"):
                continue
            try:
                test(folder, count, seed) if name == "test_random_models" else test(folder)
                print(f"ok {module}_{name[5:]}")
            except (AssertionError, Refused) as problem:
                print(f"not ok {module}_{name[5:]}\n{problem}")
                bad = 1
    return bad
