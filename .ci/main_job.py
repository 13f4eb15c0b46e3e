#!/usr/bin/env python3
"""Checks what the program says of the sample pages: main_job.py [--update] OUTPUT PROGRAM.

OUTPUT is what the README's first command printed. It must hold the lines that the README shows, in their order, and name the
pages of every pair that was found; the machine-readable answer must agree with the gold clusters as .ci/floors.json asks.

With --update the README first gets the lines as they are now, for the groups that it shows.
"""
import collections
import itertools
import json
import re
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


def shown():
    """The README, and where in it the output stands."""
    with open('README.md', encoding='utf-8') as f:
        readme = f.read()
    return readme, *re.search(r'^```text\n(.*?)^```', readme, re.M | re.S).span(1)


def check(report):
    """Stops when the README shows a line that the program does not print, or prints elsewhere."""
    readme, start, end = shown()
    lines = iter(report.splitlines())
    for line in readme[start:end].splitlines():
        if line != '…' and line not in lines:
            sys.exit(f'README.md: the program does not print this line, or not here: {line}')


def update(report):
    """Shows the groups again that the README shows, as they are now, and the last line."""
    readme, start, end = shown()
    paths = set(re.findall(r'tests/pages/\S+', readme[start:end]))
    *groups, last = report.strip().split('\n\n')
    groups = [g for g in groups if paths & set(re.findall(r'tests/pages/\S+', g))]
    text = '\n\n'.join(['…', *groups, '…', last]) + '\n'
    with open('README.md', 'w', encoding='utf-8') as f:
        f.write(readme[:start] + text + readme[end:])


def main():
    *options, output, program = sys.argv[1:]
    with open('.ci/floors.json', encoding='utf-8') as f:
        floors = json.load(f)['sample pages']
    with open('tests/gold.jsonl', encoding='utf-8') as f:
        gold = {r['path']: r['cluster'] for r in map(json.loads, f)}
    with open(output, encoding='utf-8') as f:
        report = f.read()
    if options == ['--update']:
        update(report)
    check(report)
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
