"""How the programs of a workload are built and called: eigc, programs in C, Python and Octave, SUNDIALS, and Brian2's."""
import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple

from measure import EIGC, HERE

FOLDER = os.path.join(HERE, "workloads")
# ways: {program: (command of steps, seconds that a step takes about)}; few: steps of the short run; units: what a step is divided by;
# bound: None, or ("memory" or "arithmetic", bytes or operations of a step): what no program can be faster than
Workload = namedtuple("Workload", "key title few units unit ways reference bound")


def last_row(command, file, separator):
    """A command, then the numbers of the last row behind the time."""
    return ["sh", "-c", f"{command} && tail -n 1 {file} | cut -d'{separator}' -f2-"]


class Bench:
    """A folder with data and programs, and the commands that run in it."""

    def __init__(self, folder, options):
        self.folder, self.quick = folder, options.quick
        self.eigcs = {"eigc": EIGC, **({"eigc, beside": os.path.abspath(options.beside)} if options.beside else {})}
        self.missing = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def has(self, what, where):
        if not where:
            self.missing.append(what)
        return bool(where)

    def model(self, name, to=None, words=None):
        """A file of the folder with words replaced; to: under another name."""
        with open(os.path.join(FOLDER if os.path.exists(os.path.join(FOLDER, name)) else HERE, name)) as file:
            text = file.read()
        if words:
            text = re.sub("|".join(map(re.escape, words)), lambda m: str(words[m[0]]), text)
        with open(self.path(to or name), "w") as file:
            file.write(text)
        return self.path(to or name)

    def eigc(self, model, seconds):
        def by(program):
            return lambda n: last_row(f"{program} run -q --no-check --threads=1 --set steps={n} -o out.csv {model}", "out.csv", ",")
        return {name: (by(program), seconds) for name, program in self.eigcs.items()}

    def c(self, name, *words, source=None, seconds, title=None, after="", libraries=()):
        """words with the number of steps as None."""
        source = source or os.path.join(FOLDER, name + ".c")
        if not self.has("gcc", shutil.which("gcc")):
            return {}
        program = self.path(name + "_c")
        if not os.path.exists(program):
            flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math"]
            subprocess.run(["gcc", *flags, source, "-o", program, *libraries, "-lmvec", "-lm", "-ldl"], check=True)
        def command(n):
            return ["sh", "-c", " ".join([program, *(str(n) if w is None else str(w) for w in words)]) + after]
        return {title or "C, gcc": (command, seconds)}

    def library(self, what, name, way):
        try:
            ctypes.CDLL(name)
        except OSError:
            self.missing.append(what)
            return {}
        return way

    def sundials(self, *words, seconds, title):
        if not self.has("SUNDIALS", os.path.exists("/usr/include/arkode/arkode_erkstep.h")):
            return {}
        return self.c("sundials", None, *words, seconds=seconds, title=title,
                      libraries=["-lsundials_arkode", "-lsundials_cvode", "-lsundials_nvecserial"])

    def python(self, title, way, *words, seconds, needs=None):
        if needs and subprocess.run([sys.executable, "-c", "import " + needs], stderr=subprocess.DEVNULL).returncode:
            self.missing.append(needs)
            return {}
        return {title: (lambda n: [sys.executable, os.path.join(FOLDER, "arrays.py"), way, str(n), *map(str, words)], seconds)}

    def octave(self, title, way, *words, seconds):
        if not self.has("Octave", shutil.which("octave")):
            return {}
        return {title: (lambda n: ["octave", "--no-gui", "-qf", os.path.join(FOLDER, "arrays.m"), way, str(n), *map(str, words)], seconds)}

    def brian(self, way, *words, seconds):
        """A program for each number of steps, half a minute of compilation, before anything is measured; none in a quick bench."""
        if self.quick or not self.has("Brian2", subprocess.run([sys.executable, "-c", "import brian2"], stderr=subprocess.DEVNULL).returncode == 0):
            return {}
        def command(n):
            folder = self.path("_".join(["brian", way, *(os.path.basename(str(w)) for w in words), str(n)]))
            if not os.path.exists(folder):
                subprocess.run([sys.executable, os.path.join(FOLDER, "brian.py"), folder, way, str(n), *map(str, words)], cwd=self.folder,
                               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return ["sh", os.path.join(folder, "last")]
        return {"Brian2, C++": (command, seconds)}
