#!/usr/bin/env python3
"""Peak memory and time of `dedupe` on made-up documents: memory.py [PROGRAM [COUNT...]]

Every document has about 400 words drawn by Zipf's law; every tenth is a copy of an earlier one with words cut and changed.
Build the program first: cargo build --release --features cli
"""
import bisect
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time

WORDS = 400


def documents(count):
    """Yields the texts, the same ones in every run."""
    rng = random.Random(1)
    vocabulary = [''.join(rng.choices(['ha', 'ri', 'mo', 'ten', 'sul', 'ka', 've', 'on'], k=1 + i % 4)) + str(i % 97) * (i % 3 == 0)
                  for i in range(20000)]
    weights = list(itertools.accumulate(1 / (i + 2) for i in range(len(vocabulary))))
    recent = []
    for i in range(count):
        if i % 10 == 9:
            words = recent[rng.randrange(len(recent))][15:]
            for at in range(rng.randrange(30), len(words), 50):
                words[at] = 'instead'
        else:
            words = [vocabulary[bisect.bisect(weights, rng.random() * weights[-1])] for _ in range(rng.randrange(WORDS // 2, 3 * WORDS // 2))]
            recent = recent[-999:] + [words]
        yield '.\n'.join(' '.join(words[k:k + 40]).capitalize() for k in range(0, len(words), 40)) + '.'


def run(command, code, see):
    """Wall and processor seconds, and peak memory in bytes; `see` gets what is printed, many whole lines at a time."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    while lines := child.stdout.readlines(1 << 20):
        see(b''.join(lines))
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != code:
        sys.exit(f'{command} ended with {os.waitstatus_to_exitcode(status)}')
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else 'target/release/dedupe'
    for count in [int(n) for n in sys.argv[2:]] or [10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'made-up.jsonl')
            with open(path, 'w', encoding='utf-8') as f:
                for i, text in enumerate(documents(count)):
                    f.write(json.dumps({'id': i, 'text': text}) + '\n')
            size = os.path.getsize(path)
            kept = []
            command = [program, '--quiet', '--format', 'jsonl', path]
            seconds, _, peak = run(command, 1, lambda lines: kept.append(lines.count(b'"kept":true')))
            print(f'{count:>7,} documents, {size / 1e6:.0f} MB: peak {peak / 2**20:.0f} MiB,'
                  f' {peak / count / 1000:.1f} kB a document; {seconds:.1f} s, {sum(kept):,} kept', flush=True)


if __name__ == '__main__':
    main()
