"""NumPy opens the .npz files that runtime/record.c writes. The files come from
tests/unit/test_runtime_record.c; the expected numbers are computed here."""
import csv
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

BUILD = os.path.dirname(os.environ.get("EIGC", "build/eigc"))
WRITER = os.path.join(BUILD, "tests", "unit", "test_runtime_record")
failures = 0


def test(name, check):
    global failures
    try:
        check()
        print("ok", name)
    except Exception as e:
        failures += 1
        print(f"{type(e).__name__}: {e}")
        print("not ok", name)


def value(rows, column):
    r = np.arange(rows)
    return (r * 7919 % 104729 - 50000) / (column + 3)


def same(a, b):
    assert a.dtype == np.float64 and a.shape == b.shape, (a.dtype, a.shape, b.shape)
    assert np.array_equal(a, b)


def check_small(path, rows):
    with np.load(path) as f:
        assert f.files == ["t", "E", "mean(E)", 'worm["AVAL"]', "E#2", "E / 2 é", "meta#2", "meta"], f.files
        assert np.array_equal(f["t"], 0.1 * np.arange(rows))
        assert f["E"].flags.c_contiguous
        same(f["E"], np.stack([value(rows, c) for c in range(3)], axis=1).reshape(rows, 3))
        for column, name in enumerate(f.files[2:-1], start=3):
            same(f[name], value(rows, column))
        return f["meta"]


def small():
    meta = check_small("small.npz", 5)
    assert meta.shape == () and meta.dtype.kind == "U"
    assert json.loads(str(meta))["model"] == "café 🧠 \ufffd", str(meta)


def long_run():
    assert str(check_small("long.npz", 180000)) == ""


def no_records():
    assert str(check_small("none.npz", 0)) == "{}"


def wide():
    with np.load("wide.npz") as f:
        assert f["big"].shape == (3, 600000)
        same(f["big"], np.stack([value(3, c) for c in range(600000)], axis=1))


def zip_is_sound():
    for name in ("small.npz", "long.npz", "none.npz", "wide.npz", "zip64.npz"):
        with zipfile.ZipFile(name) as z:
            assert z.testzip() is None, name


def zip64():
    with np.load("zip64.npz") as f:
        assert f["x"].tolist() == [1.5, -2, 0.25] and str(f["meta"]) == "long"
    assert b"PK\x06\x06" in open("zip64.npz", "rb").read()


def csv_after_spilling():
    with open("long.csv", newline="", encoding="utf-8") as f:
        assert f.readline() == "# {}\n"
        rows = csv.reader(f)
        assert next(rows)[:4] == ["t", "E[AVAL]", "E[AVAR]", 'E[odd,"one"]']
        body = np.array([[float(c) for c in row] for row in rows])
    assert np.array_equal(body[:, 0], 0.1 * np.arange(120000))
    for c in range(8):
        same(np.ascontiguousarray(body[:, c + 1]), value(120000, c))


with tempfile.TemporaryDirectory() as folder:
    writer = os.path.abspath(WRITER)
    if subprocess.run([writer, "write", folder]).returncode != 0:
        print("not ok npz_write")
        sys.exit(1)
    os.chdir(folder)
    test("npz_small", small)
    test("npz_long_run", long_run)
    test("npz_no_records", no_records)
    test("npz_wide", wide)
    test("npz_zip_is_sound", zip_is_sound)
    test("npz_zip64_records", zip64)
    test("csv_after_spilling", csv_after_spilling)
    os.chdir("/")
sys.exit(1 if failures else 0)
