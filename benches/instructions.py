#!/usr/bin/env python3
"""Counts the instructions of every stage and compares them with the committed ones: instructions.py [--renew]

Fails when a count lies more than 2 % above that of benches/instructions.json, or when one is gone or new; and when what is done
to twice the blocks (`…_twice`) costs more than 2.2 times what the blocks cost: then the work is not linear. With --renew the
file gets the counts of today: do so too where code became faster, so that the gain cannot be lost unseen.

Needs Valgrind and gungraun-runner, and installs both where they are missing. Ends with 0 when all is well, 1 when a count
is worse, 2 when something failed, and 77 when nothing could be counted because Valgrind is missing and cannot be installed.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASELINE = ROOT / 'benches' / 'instructions.json'
RENEW = 'python3 benches/instructions.py --renew'
TOLERANCE = 0.02
TWICE, MOST_FOR_TWICE = '_twice', 2.2
MOVED, FAILED, SKIPPED = 1, 2, 77


def end(code, message):
    print(f'instructions: {message}', file=sys.stderr, flush=True)
    sys.exit(code)


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def run(*command, env=None):
    print('+', *command, flush=True)
    return subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode


def need_valgrind():
    if shutil.which('valgrind'):
        return
    sudo = [] if os.geteuid() == 0 else ['sudo', '-n']
    apt = shutil.which('apt-get') and (not sudo or shutil.which('sudo'))
    if apt and run(*sudo, 'apt-get', 'install', '-y', '-qq', 'valgrind') != 0:
        run(*sudo, 'apt-get', 'update', '-qq')
        run(*sudo, 'apt-get', 'install', '-y', '-qq', 'valgrind')
    if not shutil.which('valgrind'):
        end(SKIPPED, 'NOTHING WAS CHECKED: Valgrind is missing and could not be installed (apt-get install valgrind)')


def need_runner():
    """The runner must be of the same version as the crate."""
    lock = (ROOT / 'Cargo.lock').read_text(encoding='utf-8')
    version = re.search(r'name = "gungraun"\nversion = "([^"]+)"', lock)[1]
    found = shutil.which('gungraun-runner')
    if found and output(found, '--version').split()[-1] == version:
        return
    # Unoptimised: it only starts Valgrind, and is built in half the time.
    if run('cargo', 'install', 'gungraun-runner', '--locked', '--debug', '--force', '--version', version) != 0:
        end(FAILED, f'gungraun-runner {version} could not be installed')


def machine():
    """What the counts depend on besides the code."""
    version = output('rustc', '--version', '--verbose')
    features = pathlib.Path('/proc/cpuinfo').read_text(encoding='utf-8') if os.path.exists('/proc/cpuinfo') else ''
    return {
        'rustc': re.search(r'(?m)^release: (.*)', version)[1],
        'target': re.search(r'(?m)^host: (.*)', version)[1],
        # Valgrind shows AVX2 where the processor has it, and no more.
        'avx2': bool(re.search(r'\bavx2\b', features)),
    }


def same_toolchain(wanted):
    """Has cargo use the toolchain of the baseline: another compiler makes other instructions of the same code."""
    if machine()['rustc'] == wanted or not shutil.which('rustup'):
        return
    if run('rustup', 'toolchain', 'install', wanted, '--profile', 'minimal', '--no-self-update') == 0:
        os.environ['RUSTUP_TOOLCHAIN'] = wanted


def count():
    """Runs all benches and gives the instructions of each by its name."""
    home = ROOT / 'target' / 'gungraun'
    shutil.rmtree(home / 'newsift', ignore_errors=True)
    env = {**os.environ, 'GUNGRAUN_SAVE_SUMMARY': 'json', 'GUNGRAUN_HOME': str(home), 'CARGO_TERM_COLOR': 'never'}
    env.pop('RUSTFLAGS', None)
    command = ['cargo', 'bench', '--locked', '--bench', 'instructions']
    print('+', *command, flush=True)
    done = subprocess.run(command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        print(done.stdout)
        end(FAILED, f'the benches ended with {done.returncode}')
    counts = {}
    for path in home.rglob('summary.json'):
        bench = json.loads(path.read_text(encoding='utf-8'))
        metrics = bench['profiles'][0]['data']['total']['metrics']
        name = f"{bench['function_name']}/{bench['id']}"
        counts[name] = metrics['Ir']['values']['new']
        if counts[name] == 0:
            end(FAILED, f'{name} counted nothing: was the function it counts renamed or inlined?')
    return dict(sorted(counts.items()))


def table(before, after):
    """The comparison for people, and the names of what may not stay so."""
    moved = []
    print(f"\n{'stage':<28} {'baseline':>14} {'now':>14} {'change':>9}")
    for name in sorted(before | after):
        old, new = before.get(name), after.get(name)
        cells = [f'{n:,}' if n is not None else '-' for n in (old, new)]
        if old and new:
            change = new / old - 1
            note = ' <- slower' if change > TOLERANCE else ''
            cells.append(f'{change:+.2%}')
        else:
            note = ' <- gone' if new is None else ' <- new'
            cells.append('')
        moved += [name] if note else []
        print(f'{name:<28} {cells[0]:>14} {cells[1]:>14} {cells[2]:>9}{note}')
    print(flush=True)
    return moved


def not_linear(counts):
    """The names of what costs too much for twice the blocks."""
    ratios = {name: count / counts[name.removesuffix(TWICE)] for name, count in counts.items() if name.endswith(TWICE)}
    if not ratios:
        end(FAILED, f'no bench is named …{TWICE}')
    for name, ratio in ratios.items():
        print(f'{name:<28} {ratio:.2f} times{" <- not linear" if ratio > MOST_FOR_TWICE else ""}')
    return [name for name, ratio in ratios.items() if ratio > MOST_FOR_TWICE]


def main():
    renew = '--renew' in sys.argv[1:]
    baseline = json.loads(BASELINE.read_text(encoding='utf-8')) if BASELINE.exists() else {'machine': {}, 'instructions': {}}
    need_valgrind()
    need_runner()
    if not renew and baseline['machine']:
        same_toolchain(baseline['machine']['rustc'])
    here = machine()
    if not renew and here != baseline['machine']:
        end(FAILED, f"the baseline is of {baseline['machine']}, this is {here}: the counts cannot be compared. Renew it: {RENEW}")
    counts = count()
    moved = table(baseline['instructions'], counts)
    if bent := not_linear(counts):
        end(MOVED, f'more than {MOST_FOR_TWICE} times the work for twice the blocks: {", ".join(bent)}')
    if renew:
        BASELINE.write_text(json.dumps({'machine': here, 'instructions': counts}, indent=2) + '\n', encoding='utf-8')
        end(0, f'renewed {BASELINE.relative_to(ROOT)}: commit it with the change that moved the counts')
    if moved:
        end(MOVED, f"slower by more than {TOLERANCE:.0%}, new or gone: {', '.join(moved)}. If that is meant, renew the baseline: {RENEW}")
    end(0, f'none of {len(counts)} stages is slower than the baseline by more than {TOLERANCE:.0%}')


if __name__ == '__main__':
    main()
