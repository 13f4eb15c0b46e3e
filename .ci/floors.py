#!/usr/bin/env python3
"""Fails when a figure on the project's data sets falls under its floor in .ci/floors.json: floors.py PROGRAM.

The data lie beside the repository (../shared), not in it; where they are missing, there is nothing to check.
"""
import json
import os
import subprocess
import sys
import tempfile

EVAL = os.path.join('..', 'shared', 'eval')


def score(script, *args):
    """Runs a scoring script: what it measured, and what it said."""
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'figures.json')
        command = [sys.executable, script, *args, '--json', path]
        print('+', *command, flush=True)
        p = subprocess.run(command, stdout=subprocess.PIPE, encoding='utf-8', check=False)
        print(p.stdout, end='', flush=True)
        if p.returncode:
            sys.exit(f'{script} exited {p.returncode}')
        with open(path, encoding='utf-8') as f:
            return json.load(f), p.stdout


def mean(sets, key):
    return sum(s[key] for s in sets.values()) / len(sets)


def main():
    program = sys.argv[1]
    if not os.path.isdir(EVAL):
        print(f'floors: {EVAL} is not here, nothing to check')
        return
    with open('.ci/floors.json', encoding='utf-8') as f:
        floors = json.load(f)
    suites = [s for s in ('target', 'pages', 'lines', 'postextract') if s in floors]
    measured, _ = score(os.path.join(EVAL, 'strip.py'), '--bin', program, '--suite', *suites)
    for suite in ('lines', 'postextract'):
        if suite in measured:
            measured[suite]['mean f4'] = mean(measured[suite], 'f4')
    scan, said = score(os.path.join(EVAL, 'scan.py'), '--bin', program)
    measured['scan'] = {'mean F1': mean(scan, 'F1'), 'worst F1': min(s['F1'] for s in scan.values()), **scan}
    measured['storyless'], _ = score(os.path.join('.ci', 'listings.py'), program)
    measured['clean'], _ = score(os.path.join('.ci', 'clean.py'), program)
    measured['forms'], _ = score(os.path.join('.ci', 'forms.py'), program)
    failed = 'LAW BROKEN' in said
    if failed:
        print('floors: a law is broken')
    for suite in (*suites, 'scan', 'storyless', 'clean', 'forms'):
        for name, floor in floors[suite].items():
            value = measured[suite][name]
            under = value < floor
            failed |= under
            print(f'floors: {suite}: {name} {value:.4f}, floor {floor}{"  UNDER THE FLOOR" if under else ""}')
    if failed:
        sys.exit(1)


if __name__ == '__main__':
    main()
