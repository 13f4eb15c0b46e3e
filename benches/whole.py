#!/usr/bin/env python3
"""The whole program beside `cat`: whole.py [--program PROGRAM] [--rounds N] [COUNT...], prints Markdown tables.

The made-up documents of memory.py, a file each and as one JSON Lines file: `cat` of the same bytes, `dedupe --raw` and
`dedupe`, in one thread and in two. The programs run in turn, round by round, from a warm cache, and of each the best round
counts. Every answer must be the same bytes with any number of threads. The last column is the work done in a second against that of
one thread; two programs of one thread each, at once on the same documents, show what the machine's second core is worth.
Build the program first: cargo build --release --features cli
"""
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from memory import documents, run  # noqa: E402


def write(folder, count):
    """The corpus both ways, and its bytes."""
    files, lines, size = folder / 'files', folder / 'all.jsonl', 0
    with open(lines, 'w', encoding='utf-8') as f:
        for i, text in enumerate(documents(count)):
            path = files / f'{i // 1000:04}' / f'{i:07}.txt'
            if i % 1000 == 0:
                path.parent.mkdir(parents=True)
            size += path.write_text(text, encoding='utf-8')
            f.write(json.dumps({'id': i, 'text': text}) + '\n')
    return files, lines, size


def at_once(count, command, code, see):
    """Runs the program `count` times at once: as `run`, with the longest time on the wall and the sums of the others."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        runs = list(pool.map(lambda i: run(command, code, see if i == 0 else lambda lines: None), range(count)))
    walls, cpus, peaks = zip(*runs)
    return max(walls), sum(cpus), sum(peaks)


def compare(what, cat, place, program, rounds, count, size):
    runs = {'`cat`': (1, ['sh', '-c', cat], 0)}
    for name, options in [('`dedupe --raw`', ['--raw']), ('`dedupe`', [])]:
        for threads, programs, how in [(1, 1, '1 thread'), (2, 1, '2 threads'), (1, 2, '1 thread, two at once')]:
            command = [program, '--no-config', '--quiet', '--format', 'jsonl', '--threads', str(threads), *options, str(place)]
            runs[f'{name}, {how}'] = (programs, command, 1)
    taken = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (programs, command, code) in runs.items():
            printed = hashlib.md5()
            taken[name].append((*at_once(programs, command, code, printed.update), printed.hexdigest()))
    for name in ['`dedupe --raw`', '`dedupe`']:
        answers = {t[3] for way, of in taken.items() if way.startswith(f'{name}, ') for t in of}
        assert len(answers) == 1, f'{name} of {what} answers differently in one thread and in two'
    wall_of_cat, cpu_of_cat = (min(t[i] for t in taken['`cat`']) for i in (0, 1))
    print(f'\n| {count:,} documents, {size / 1e6:.0f} MB, {what} | wall s | times `cat` | CPU s | times `cat` | peak, bytes a document | work of … threads |')
    print('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
    for name, of in taken.items():
        wall, cpu, peak = (min(t[i] for t in of) for i in range(3))
        memory = threads = ''
        if name != '`cat`':
            alone = min(t[0] for t in taken[f'{name.split(", ")[0]}, 1 thread'])
            memory, threads = f'{peak / count:,.0f}', f'{runs[name][0] * alone / wall:.2f}'
        print(f'| {name} | {wall:.2f} | {wall / wall_of_cat:.1f} | {cpu:.2f} | {cpu / cpu_of_cat:.1f} | {memory} | {threads} |', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default='target/release/dedupe')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('counts', nargs='*', type=int, metavar='COUNT')
    args = parser.parse_args()
    for count in args.counts or [10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder:
            files, lines, size = write(pathlib.Path(folder), count)
            cat = f"find '{files}' -type f -print0 | xargs -0 cat >/dev/null"
            compare('a file each', cat, files, args.program, args.rounds, count, size)
            compare('one JSON Lines file', f"cat '{lines}' >/dev/null", lines, args.program, args.rounds, count, size)


if __name__ == '__main__':
    main()
