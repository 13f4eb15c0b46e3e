#!/usr/bin/env python3
"""Side by side with peers that are no crates: peers.py [--documents N], prints Markdown tables of ratios.

Signatures: newsift, datasketch, rensa and text-dedup on the same documents with the same five-word shingles; the estimates are compared.
Directories: `dedupe --raw` and `dedupe` against fclones (exact duplicates only) and `cat` (the limit) on the same files.

Everything is installed from its registry into a temporary folder (PEERS_HOME names one that is kept). Takes some minutes, most
of it for building fclones. Single-threaded where it says one core; the best of several rounds, one program after the other.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'benches'))
from memory import documents  # noqa: E402

PACKAGES = ['datasketch', 'rensa', 'rich', 'tqdm']
# The last version whose signatures can be called by themselves; of what it declares (Spark, Dask, Arrow) they need nothing.
ALONE = ['--no-deps', '--ignore-requires-python', 'text-dedup==0.3.1']
SLOTS, K, ROUNDS = 128, 5, 5

SIGNATURES = r'''
import json, sys, time, types
import numpy, rensa
from datasketch import MinHash
# Only the program of text-dedup loads data sets.
sys.modules['datasets'] = types.SimpleNamespace(
    load_dataset=None, load_from_disk=None, logging=types.SimpleNamespace(set_verbosity_error=lambda: None))
from text_dedup.minhash import MERSENNE_PRIME, RNG, embed_func
SLOTS, K, ROUNDS = 128, 5, int(sys.argv[2])
with open(sys.argv[1], encoding='utf-8') as f:
    texts = [json.loads(line)['text'] for line in f]

def shingles(text):
    words = text.split(' ')
    return [' '.join(words[i:i + K]) for i in range(len(words) - K + 1)]

def datasketch_of(tokens):
    m = MinHash(num_perm=SLOTS)
    m.update_batch([t.encode() for t in tokens])
    return m

def rensa_of(tokens):
    m = rensa.RMinHash(num_perm=SLOTS, seed=42)
    m.update(tokens)
    return m

class TextDedup:
    PERMUTATIONS = RNG.randint(1, MERSENNE_PRIME, (2, SLOTS), dtype=numpy.uint64)

    def __init__(self, text):
        found = embed_func(text, 0, num_perm=SLOTS, ngram_size=K, min_length=0, hashranges=[(0, SLOTS)], permutations=self.PERMUTATIONS)
        self.slots = numpy.frombuffer(found['__signatures__'][0], dtype=numpy.uint64)

    def jaccard(self, other):
        return (self.slots == other.slots).mean()

ready = [shingles(t) for t in texts]
peers = {
    'rensa RMinHash, from ready shingles': lambda: [rensa_of(t).digest() for t in ready],
    'rensa RMinHash, from text': lambda: [rensa_of(shingles(t)).digest() for t in texts],
    'datasketch, from ready shingles': lambda: [datasketch_of(t) for t in ready],
    'datasketch, from text': lambda: [datasketch_of(shingles(t)) for t in texts],
    'text-dedup, from text': lambda: [TextDedup(t) for t in texts],
}
worst = 0.0
for i in range(0, min(len(texts), 400) - 1, 2):
    a, b = set(ready[i]), set(ready[i + 1])
    exact = len(a & b) / max(len(a | b), 1)
    for of, texts_of in ((datasketch_of, ready), (rensa_of, ready), (TextDedup, texts)):
        worst = max(worst, abs(of(texts_of[i]).jaccard(of(texts_of[i + 1])) - exact))
assert worst < 0.2, worst

def best(f):
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        f()
        taken.append(time.perf_counter() - start)
    return min(taken)

times = {name: best(f) for name, f in peers.items()}
json.dump({'times': times, 'worst': worst}, sys.stdout)
'''


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, **more)


def target():
    """Where cargo builds, which need not be in the project."""
    done = run('cargo', 'metadata', '--locked', '--no-deps', '--format-version', '1', cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(json.loads(done.stdout)['target_directory'])


def plain(text):
    """Lower-case words with single spaces: every tool cuts them alike."""
    return ' '.join(''.join(c if c.isalnum() else ' ' for c in text.lower()).split())


def seconds(command, codes=(0,)):
    start = time.perf_counter()
    code = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    taken = time.perf_counter() - start
    if code not in codes:
        sys.exit(f'{command[0]} ended with {code}')
    return taken


def signatures(home, folder):
    python = home / 'venv' / 'bin' / 'python'
    if not python.exists():
        run(sys.executable, '-m', 'venv', home / 'venv')
        run(python, '-m', 'pip', 'install', '--quiet', *PACKAGES)
        run(python, '-m', 'pip', 'install', '--quiet', *ALONE)
    path = folder / 'plain.jsonl'
    rng = random.Random(2)
    total = 0
    with open(path, 'w', encoding='utf-8') as f:
        for text in documents(400):
            words = plain(text).split(' ')
            # Neighbours are versions of one document, so that there is something to estimate.
            other = [w if rng.random() > 0.02 else 'instead' for w in words]
            for version in (words, other):
                line = ' '.join(version)
                total += len(line)
                f.write(json.dumps({'text': line}) + '\n')
    env = {**os.environ, 'OPENBLAS_NUM_THREADS': '1', 'OMP_NUM_THREADS': '1', 'RAYON_NUM_THREADS': '1'}
    done = run(python, '-c', SIGNATURES, path, ROUNDS, stdout=subprocess.PIPE, text=True, env=env)
    answer = json.loads(done.stdout)
    mine = run('cargo', 'bench', '--quiet', '--locked', '--bench', 'peers', '--', '--signatures', path, cwd=ROOT,
               stdout=subprocess.PIPE, text=True)
    times = {'newsift, from text': float(mine.stdout.split()[-1]), **answer['times']}
    print(f"\n| text to a signature of {SLOTS} slots, one core | MB/s | newsift is … times as fast |\n| --- | ---: | ---: |")
    for name, taken in times.items():
        print(f"| {name} | {total / taken / 1e6:.1f} | {taken / times['newsift, from text']:.1f} |")
    print(f"\nThe estimates of the peers lie within {answer['worst']:.2f} of the exact resemblance.")


def directories(home, folder, count):
    fclones = home / 'bin' / 'fclones'
    if not fclones.exists():
        run('cargo', 'install', 'fclones', '--locked', '--quiet', '--root', home)
    run('cargo', 'build', '--quiet', '--locked', '--release', '--features', 'cli', cwd=ROOT)
    dedupe = target() / 'release' / 'dedupe'
    files = folder / 'files'
    lines = folder / 'all.jsonl'
    with open(lines, 'w', encoding='utf-8') as f:
        for i, text in enumerate(documents(count)):
            path = files / f'{i // 1000:03}' / f'{i:06}.txt'
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8')
            f.write(json.dumps({'id': i, 'text': text}) + '\n')
    size = lines.stat().st_size / 1e6
    runs = {
        f'{count:,} files': {
            '`cat`': (['sh', '-c', f'find {files} -type f -print0 | xargs -0 cat'], (0,)),
            '`dedupe --raw`': ([dedupe, '--quiet', '--raw', '--format', 'jsonl', files], (1,)),
            '`dedupe`': ([dedupe, '--quiet', '--format', 'jsonl', files], (1,)),
            '`fclones group`, exact duplicates only': ([fclones, 'group', files], (0,)),
        },
        f'one JSON Lines file of {size:.0f} MB': {
            '`cat`': (['cat', lines], (0,)),
            '`dedupe --raw`': ([dedupe, '--quiet', '--raw', '--format', 'jsonl', lines], (1,)),
            '`dedupe`': ([dedupe, '--quiet', '--format', 'jsonl', lines], (1,)),
        },
    }
    for what, programs in runs.items():
        best = {name: min(seconds(*program) for _ in range(3)) for name, program in programs.items()}
        print(f'\n| {what}, warm | seconds | times `cat` |\n| --- | ---: | ---: |')
        for name, taken in best.items():
            print(f"| {name} | {taken:.2f} | {taken / best['`cat`']:.1f} |")


def main():
    args = sys.argv[1:]
    count = int(args[args.index('--documents') + 1]) if '--documents' in args else 20_000
    kept = os.environ.get('PEERS_HOME')
    home = pathlib.Path(kept).resolve() if kept else pathlib.Path(tempfile.mkdtemp(prefix='peers-'))
    folder = pathlib.Path(tempfile.mkdtemp(prefix='peers-files-'))
    try:
        signatures(home, folder)
        directories(home, folder, count)
    finally:
        shutil.rmtree(folder)
        if not kept:
            shutil.rmtree(home)


if __name__ == '__main__':
    main()
