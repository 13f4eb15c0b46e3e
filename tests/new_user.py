#!/usr/bin/env python3
"""Does what someone does who has the README and nothing else, and checks what comes of it.

    tests/new_user.py [--pages DIR] [--data DIR] [--target DIR]

Clones this repository, installs the program from the clone, and runs it on DIR with pages (JSON Lines and text files; default: the
sample pages of the clone) and on DIR with collections as .jsonl.gz. Prints the time from the clone to the first report. --target is
a directory of compiled dependencies, so that only the crate itself is compiled.
"""

import argparse
import csv
import gzip
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent


def run(*args, codes=(0,), stdin=None, cwd=None, env=None):
    done = subprocess.run([str(a) for a in args], input=stdin, cwd=cwd, env=env, capture_output=True)
    if done.returncode not in codes:
        sys.exit(f"new user: {' '.join(map(str, args))}\n  exit code {done.returncode}, expected {codes}\n"
                 f"{done.stdout.decode(errors='replace')[-2000:]}\n{done.stderr.decode(errors='replace')[-4000:]}")
    return done.stdout.decode(), done.stderr.decode()


def check(holds, what):
    print(f"  {'ok' if holds else 'FAILED'}  {what}")
    if not holds:
        sys.exit(f"new user: {what}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--pages", type=pathlib.Path)
    options.add_argument("--data", type=pathlib.Path)
    options.add_argument("--target", type=pathlib.Path)
    options = options.parse_args()

    with tempfile.TemporaryDirectory(prefix="new-user-") as folder:
        folder = pathlib.Path(folder)
        start = time.monotonic()
        run("git", "clone", "--quiet", HERE, folder / "newsift")
        clone = folder / "newsift"
        readme = (clone / "README.md").read_text()
        install = re.search(r"`(cargo install --path \. --features cli)`", readme)
        check(install, "the README says how to install")
        env = dict(os.environ)
        if options.target:
            env["CARGO_TARGET_DIR"] = str(options.target.resolve())
        run(*install[1].split(), "--locked", "--root", folder / "root", cwd=clone, env=env)
        dedupe = folder / "root/bin/dedupe"
        installed = time.monotonic()
        pages = options.pages or clone / "tests/pages"
        report, _ = run(dedupe, pages, codes=(0, 1, 2))
        first = time.monotonic()
        how = "dependencies compiled before" if options.target else "everything compiled"
        print(f"from the clone to the first report: {first - start:.1f} s ({how}); "
              f"the report itself took {first - installed:.1f} s")
        check(re.search(r"(?m)^[\d,]+ documents?: ", report), "the report ends with a summary: " + report.strip().splitlines()[-1])

        version, _ = run(dedupe, "--version")
        check(version.startswith("dedupe ") and "features" in version, "--version")
        check("reads " in run(dedupe, "doctor")[0], "doctor")
        for command in ([], ["strip"], ["explain"], ["apply"], ["filter"], ["doctor"]):
            out, _ = run(dedupe, *command, "--help")
            check("Examples:" in out and max(map(len, out.splitlines())) <= 100, f"dedupe {' '.join(command)} --help")

        # The commands of the table in the README, on the sample pages.
        work = folder / "work"
        work.mkdir()
        sample = clone / "tests/pages"
        plan, _ = run(dedupe, sample, "--format", "jsonl", codes=(1,))
        answers = [json.loads(line) for line in plan.splitlines()]
        duplicates = [a for a in answers if a["status"] == "duplicate"]
        check(len(answers) > 50 and len(duplicates) > 10, f"{len(answers)} answers, {len(duplicates)} duplicates")
        table, _ = run(dedupe, sample, "--format", "csv", codes=(1,))
        rows = list(csv.DictReader(io.StringIO(table)))
        check([r["status"] for r in rows] == [a["status"] for a in answers], "csv says the same as jsonl")
        groups, _ = run(dedupe, sample, "--format", "fdupes", codes=(1,))
        check(sum(len(g.splitlines()) - 1 for g in groups.split("\n\n")) == len(duplicates), "fdupes has as many duplicates")
        out, _ = run(dedupe, "explain", duplicates[0]["path"], duplicates[0]["kept_path"], codes=(1,))
        check("duplicates" in out, "explain two of them")
        run(dedupe, "strip", sample, "--out", work / "stories")
        stories = [p for p in (work / "stories").rglob("*") if p.is_file()]
        check(len(stories) == len(answers), f"strip --out wrote {len(stories)} stories")
        labels, _ = run(dedupe, "strip", "--labels", sample)
        check(all(json.loads(line)["blocks"] is not None for line in labels.splitlines()), "strip --labels")

        # What people have lying about.
        texts = {p.name: p.read_text(errors="replace") for p in sorted(sample.rglob("*.txt"))[:20]}
        lines = "".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in texts.items())
        table = io.StringIO()
        tabs = io.StringIO()
        for out, delimiter in ((table, ","), (tabs, "\t")):
            writer = csv.writer(out, delimiter=delimiter)
            writer.writerow(["id", "text"])
            writer.writerows(texts.items())
        odd = {
            "feed.jsonl": lines.encode(),
            "feed.jsonl.gz": gzip.compress(lines.encode()),
            "feed.csv": table.getvalue().encode(),
            "feed.tsv": tabs.getvalue().encode(),
            "latin.txt": "Der Bürgermeister eröffnete am Abend die Brücke über den Fluß.\n".encode("latin-1"),
            "empty.txt": b"",
            "image.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "broken.jsonl": b'{"id": 1, "text": "cut off',
            "notes.docx": b"PK\x03\x04",
        }
        for name, content in odd.items():
            (work / name).write_bytes(content)
        with zipfile.ZipFile(work / "pages.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr("crawl/" + name, text)
        for name in ("feed.jsonl", "feed.jsonl.gz", "feed.csv", "feed.tsv", "pages.zip"):
            out, _ = run(dedupe, "--format", "jsonl", work / name, codes=(0, 1))
            check(len(out.splitlines()) == len(texts), f"{name}: {len(texts)} answers")
        out, err = run(dedupe, "--format", "jsonl", work, codes=(2,))
        for said in ("image.txt: not text but a PNG image", "broken.jsonl:1: broken JSON", "read as windows-1252",
                     "1 .docx", "errors: "):
            check(said in err, f"said of a folder of everything: {said}")
        out, _ = run(dedupe, "--format", "jsonl", "-", stdin=lines.encode(), codes=(0, 1))
        check(len(out.splitlines()) == len(texts), "standard input")
        out, _ = run(dedupe, "--files-from", "-", "-0", "--format", "jsonl",
                     stdin=b"\0".join(bytes(p) for p in sorted(sample.rglob("*.txt"))[:5]), codes=(0, 1))
        check(len(out.splitlines()) == 5, "--files-from - -0")

        # Collections of other people, where they are.
        for path in sorted(options.data.glob("*.jsonl.gz"))[:40] if options.data else []:
            with gzip.open(path, "rt") as lines:
                if "text" not in json.loads(next(lines)):
                    continue  # pairs and other lists that lie beside the collections
            begun = time.monotonic()
            out, err = run(dedupe, path, "--format", "jsonl", "-q", codes=(0, 1))
            statuses = [json.loads(line)["status"] for line in out.splitlines()]
            with gzip.open(path, "rb") as lines:
                check(len(statuses) == sum(1 for line in lines if line.strip()),
                      f"{path.name}: {len(statuses)} answers, {statuses.count('duplicate')} duplicates, "
                      f"{time.monotonic() - begun:.1f} s")
    print("new user: all is well")


main()
