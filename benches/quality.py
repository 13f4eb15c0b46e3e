#!/usr/bin/env python3
"""How well duplicates are found, by strength of the edits and by kind, beside datasketch and exact all-pairs.

    quality.py [--bin target/release/dedupe] [--docs 2000] [--seed 31] [--shared ../shared]

It makes corpora with gen_dups.py, which lies beside this repository with its base texts, and installs datasketch into a
virtual environment in a temporary directory. Every method but the first gets the very stories that `dedupe strip` makes:

    dedupe       this program on the pages as they are
    raw          this program on the pages, unstripped
    MinHash      datasketch: 5-word shingles, 128 permutations, LSH at 0.5, candidates verified exactly, connected components
    Jaccard      exact all-pairs: Jaccard >= 0.5, connected components
    containment  exact all-pairs: containment of the smaller >= 0.5, connected components

Figures are F1 over pairs of documents in one cluster. By kind: over the pairs of which one is of that kind and none of a
kind further right; `false` are wrong pairs among a thousand that were found; `event` are reports on one event, written
independently, that were called duplicates, of so many.
"""
import argparse
import collections
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile

KINDS = ['exact', 'edited', 'truncated', 'teaser', 'update']
CORPORA = [
    ('edits 0.2', ['--strength', '0.2']),
    ('edits 0.4', ['--strength', '0.4']),
    ('edits 0.6', ['--strength', '0.6']),
    ('edits 0.9', ['--strength', '0.9']),
    ('OCR 1 %', ['--strength', '0.4', '--ocr', '0.01']),
    ('OCR 3 %', ['--strength', '0.4', '--ocr', '0.03']),
    ('hard negatives', ['--strength', '0.5', '--hard', '0.4']),
    ('templates', ['--strength', '0.5', '--template', '0.3', '--hard', '0']),
]


def jsonl(text):
    return [json.loads(line) for line in text.split('\n') if line.strip()]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(f'{command[0]} ended with {done.returncode}')
    return done.stdout.decode()


def shingles(text, k=5):
    words = re.findall(r'\w+', text.lower())
    return {' '.join(words[i:i + k]) for i in range(max(1, len(words) - k + 1))} if words else set()


def components(count, pairs):
    """The cluster of each document, by the smallest number in it."""
    parent = list(range(count))

    def find(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in pairs:
        a, b = find(a), find(b)
        parent[max(a, b)] = min(a, b)
    return [find(x) for x in range(count)]


def all_pairs(sets):
    """For every pair that shares a shingle how many it shares."""
    lists = collections.defaultdict(list)
    for number, of in enumerate(sets):
        for shingle in of:
            lists[shingle].append(number)
    shared = collections.Counter()
    for numbers in lists.values():
        shared.update(itertools.combinations(numbers, 2))
    return shared


def jaccard(shared, a, b):
    return shared / (len(a) + len(b) - shared)


def minhash(sets):
    from datasketch import MinHash, MinHashLSH
    index, pairs = MinHashLSH(threshold=0.5, num_perm=128), []
    for number, of in enumerate(sets):
        if not of:
            continue
        sketch = MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in of])
        for other in index.query(sketch):
            if jaccard(len(of & sets[other]), of, sets[other]) >= 0.5:
                pairs.append((other, number))
        index.insert(number, sketch)
    return components(len(sets), pairs)


def ours(program, path, args):
    return [answer['cluster'] for answer in jsonl(run([program, '--quiet', '--format', 'jsonl', *args, path]))]


def score(gold, found):
    """The row of figures."""
    def pairs(cluster_of):
        members = collections.defaultdict(list)
        for number, cluster in enumerate(cluster_of):
            members[cluster].append(number)
        return {pair for m in members.values() for pair in itertools.combinations(m, 2)}

    rank = {'wire': 0, **{kind: at for at, kind in enumerate(KINDS)}}
    kind = lambda pair: KINDS[max(rank[gold[n]['kind']] for n in pair)]
    right, told = pairs([page['cluster'] for page in gold]), pairs(found)

    def f1(select):
        t, r = [p for p in told if select(p)], [p for p in right if select(p)]
        hits = sum(p in right for p in t)
        return 2 * hits / (len(t) + len(r)) if t or r else None

    wire = {page['cluster']: n for n, page in enumerate(gold) if page['kind'] == 'wire'}
    event = [(n, wire[page['near']]) for n, page in enumerate(gold) if page['kind'] == 'wire' and page.get('near') in wire]
    wrong = sum(found[a] == found[b] for a, b in event)
    figures = [f1(lambda _: True)] + [f1(lambda p, k=k: kind(p) == k) for k in KINDS]
    return ([f'{x:.3f}' if x is not None else '-' for x in figures]
            + [f'{1000 * len(told - right) / max(1, len(told)):.1f}', f'{wrong}/{len(event)}'])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--bin', default='target/release/dedupe')
    parser.add_argument('--docs', type=int, default=2000)
    parser.add_argument('--seed', type=int, default=31)
    parser.add_argument('--shared', default='../shared')
    parser.add_argument('--ours', action='store_true', help='only this program, nothing is installed')
    parser.add_argument('--inside', help=argparse.SUPPRESS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.inside or args.ours:
            compare(args, folder)
        else:
            subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
            python = os.path.join(folder, 'bin', 'python')
            subprocess.run([python, '-m', 'pip', 'install', '--quiet', 'datasketch==2.0.0'], check=True)
            sys.exit(subprocess.run([python, __file__, *sys.argv[1:], '--inside', 'yes']).returncode)


def compare(args, folder):
    base = os.path.join(args.shared, 'data', 'dedup', 'gen_base_wire.jsonl.gz')
    boiler = os.path.join(args.shared, 'data', 'dedup', 'gen_boiler.jsonl.gz')
    generator = os.path.join(args.shared, 'eval', 'gen_dups.py')
    columns = ['all', *KINDS, 'false', 'event']
    print(f'{args.docs:,} documents a corpus, seed {args.seed}\n')
    print('| corpus | method | ' + ' | '.join(columns) + ' |')
    print('| --- | --- |' + ' ---: |' * len(columns), flush=True)
    for at, (name, options) in enumerate(CORPORA):
        path = os.path.join(folder, 'corpus.jsonl')
        run([sys.executable, generator, '--base', base, '--boiler', boiler, '--docs', str(args.docs), '--seed',
             str(args.seed + at), '--max-cluster', '40', '--out', path, *options])
        with open(path, encoding='utf-8') as f:
            gold = jsonl(f.read())
        found = {'dedupe': ours(args.bin, path, []), 'raw': ours(args.bin, path, ['--raw'])}
        if not args.ours:
            stories = jsonl(run([args.bin, 'strip', '--quiet', path]))
            sets = [shingles(story['text']) for story in stories]
            found['MinHash'] = minhash(sets)
            shared = all_pairs(sets)
            of = lambda measure: [p for p, n in shared.items() if measure(n, sets[p[0]], sets[p[1]]) >= 0.5]
            found['Jaccard'] = components(len(sets), of(jaccard))
            found['containment'] = components(len(sets), of(lambda n, a, b: n / min(len(a), len(b))))
        for method, clusters in found.items():
            print(f'| {name} | {method} | ' + ' | '.join(score(gold, clusters)) + ' |', flush=True)


if __name__ == '__main__':
    main()
