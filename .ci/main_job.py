#!/usr/bin/env python3
"""Checks what the program says of the sample pages: main_job.py OUTPUT PROGRAM.

OUTPUT is what `dedupe tests/pages` printed. It must name the pages of every gold cluster; the machine-readable answer must
agree with the gold clusters as .ci/floors.json asks.
"""
import collections
import itertools
import json
import subprocess
import sys

PAGES = 'tests/pages'


def pairs(clusters):
    """The pairs of paths that lie in one cluster."""
    members = collections.defaultdict(list)
    for path, cluster in clusters.items():
        if cluster is not None:
            members[cluster].append(path)
    return {p for m in members.values() for p in itertools.combinations(sorted(m), 2)}


def main():
    output, program = sys.argv[1:]
    with open('.ci/floors.json', encoding='utf-8') as f:
        floors = json.load(f)['sample pages']
    with open(f'{PAGES}/gold.jsonl', encoding='utf-8') as f:
        gold = {r['path']: r['cluster'] for r in map(json.loads, f)}
    with open(output, encoding='utf-8') as f:
        report = f.read()
    answer = subprocess.run(
        [program, '--quiet', '--format', 'jsonl', f'{PAGES}/'], stdout=subprocess.PIPE, encoding='utf-8', check=False)
    if answer.returncode != 1:
        sys.exit(f'exit code {answer.returncode}, 1 expected')
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    found = {r['id'].split(f'{PAGES}/', 1)[1]: r['cluster'] for r in rows}
    found = {path: cluster for path, cluster in found.items() if path in gold}
    if missing := sorted(gold.keys() - found.keys()):
        sys.exit(f'no answer for {missing}')
    right, told = pairs(gold), pairs(found)
    hits = len(right & told)
    figures = {
        'pairs precision': hits / len(told) if told else 0.0,
        'pairs recall': hits / len(right),
        'named in the report': sum(all(p in report for p in pair) for pair in right & told) / max(hits, 1),
    }
    for pair in sorted(right ^ told):
        print('  missed' if pair in right else '  wrong ', *pair)
    for name, value in figures.items():
        print(f'sample pages: {name} {value:.4f}, floor {floors[name]}')
    if any(figures[name] < floor for name, floor in floors.items()):
        sys.exit('sample pages: under the floor')


if __name__ == '__main__':
    main()
