#!/usr/bin/env python3
"""What --by-site gains on the project's data sets: by_site.py PROGRAM [dedup|lines ...].

The data lie beside the repository (../shared). `dedup` scores the duplicates of the sets whose documents name their source, each
read alone and with --by-site; `lines` scores body text on the hosts that have at least three pages in a set.
"""
import collections
import contextlib
import io
import os
import sys

SHARED = os.environ.get('SHARED', os.path.join('..', 'shared'))
sys.path.insert(0, os.path.join(SHARED, 'eval'))
import scan  # noqa: E402
import strip  # noqa: E402

DEDUP = ('gva', 'gva_url', 'recovery', 'politifact', 'synth10k')
LINES = ('fundus', 'dev', 'daniel', 'dragnet', 'ir_big9', 'ir_chaos', 'l3sgn1', 'news_jp', 'news_th', 'wcxb', 'zh_news10')
SITES = ('--by-site',)


def dedup(program):
    plain = scan.run
    for name in DEDUP:
        path = os.path.join(SHARED, 'data', 'dedup', f'{name}.jsonl.gz')
        host = {r['id']: r.get('source') for r in scan.D.rd(path)}
        for args in ((), SITES):
            scan.run = lambda binary, docs, _: plain(binary, [dict(d, host=host[d['id']]) for d in docs], ['-q', *args])
            sys.argv = ['scan.py', '--bin', program, '--data', os.path.dirname(path), '--only', name]
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                scan.main()
            print(f"{' '.join(args):<10}", '\n'.join(l for l in out.getvalue().split('\n') if l and 'mean over' not in l), flush=True)


def lines(program):
    total = collections.defaultdict(list)
    for name in LINES:
        path = os.path.join(SHARED, 'data', 'extract', 'lines', f'{name}.lines.jsonl.gz')
        if name == 'dev':
            path = os.path.join(SHARED, 'pages', 'dev.jsonl')
        rows = [r for r in strip.rd(path) if r.get('host')]
        pages = collections.Counter(r['host'] for r in rows)
        rows = [r for r in rows if pages[r['host']] >= 3]
        for i, r in enumerate(rows):
            r['text'] = '\n'.join(r['lines'])
            r['key'] = str(i)
            if name == 'dev':
                r['gold'] = '\n'.join(t for t, l in zip(r['lines'], r['labels']) if l in strip.BODY)
        rows = [r for r in rows if r['gold']]
        docs = [dict(id=r['key'], text=r['text'], host=r['host']) for r in rows]
        gold = [dict(id=r['key'], gold=r['gold']) for r in rows]
        for args in ((), SITES):
            answers, _ = strip.run(program, docs, ['-q', *args])
            bodies = {}
            for r in rows:
                raw = r['text'].encode()
                kept = [raw[b['start']:b['end']].decode() for b in answers[r['key']]['blocks'] if b['label'] in strip.BODY]
                bodies[r['key']] = dict(text='\n'.join(kept))
            label = f"{name} {' '.join(args)}"
            total[args].append(strip.score(label, gold, bodies, strip.is_cjk(rows))['f4'])
            sys.stdout.flush()
    for args, scores in total.items():
        print(f"  mean over {len(scores)} sets {' '.join(args):<10} 4-gram F1 {sum(scores) / len(scores):.4f}")


def main():
    program = os.path.abspath(sys.argv[1])
    for what in sys.argv[2:] or ('dedup', 'lines'):
        {'dedup': dedup, 'lines': lines}[what](program)


if __name__ == '__main__':
    main()
