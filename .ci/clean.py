#!/usr/bin/env python3
"""What is lost of short stories that are clean already: clean.py PROGRAM [--show N] [--json FILE].

Wires, mails, feeds and users' own files hold a few paragraphs and nothing else; all of them are to be kept. The data lie beside the
repository (../shared): the first 1, 2, 4 and 7 paragraphs of the gold texts of sets that the shipped model did not learn from.
Prints the share of bytes kept and of pages answered `story` by set, language and number of paragraphs; `--show N` prints N paragraphs
that went.
"""
import argparse
import collections
import json
import os
import sys

SHARED = os.environ.get('SHARED', os.path.join('..', 'shared'))
sys.path.insert(0, os.path.join(SHARED, 'eval'))
import strip  # noqa: E402

SETS = ('l3sgn1', 'ir_chaos', 'ir_big9', 'daniel', 'zh_news10', 'news_jp', 'news_th')
PARAGRAPHS = (1, 2, 4, 7)
# Shorter lines are headings, and a story needs a sentence.
LEAST = 60


def stories():
    for name in SETS:
        for row in strip.rd(os.path.join(SHARED, 'data', 'extract', 'lines', f'{name}.lines.jsonl.gz')):
            lines = [line.strip() for line in (row.get('gold') or '').split('\n')]
            paragraphs = [line for line in lines if len(line.encode()) >= LEAST]
            for count in PARAGRAPHS:
                if len(paragraphs) >= count:
                    yield name, row.get('lang') or 'en', count, '\n'.join(paragraphs[:count])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('program')
    ap.add_argument('--show', type=int, default=0)
    ap.add_argument('--json', help='write the shares there')
    a = ap.parse_args()
    pages = list(stories())
    docs = [dict(id=str(i), text=page[-1]) for i, page in enumerate(pages)]
    answers = strip.run(os.path.abspath(a.program), docs, ['-q'])[0]
    sums, lost = collections.defaultdict(lambda: [0] * 4), []
    for i, (name, language, count, text) in enumerate(pages):
        raw, answer = text.encode(), answers[str(i)]
        gone = [b for b in answer['blocks'] if b['label'] not in strip.STORY]
        lost += [f'{name} {count}, {answer["page"]}, {b["label"]}: {raw[b["start"]:b["end"]].decode()[:110]}' for b in gone]
        size = sum(b['end'] - b['start'] for b in answer['blocks'])
        kept = size - sum(b['end'] - b['start'] for b in gone)
        for key in ('all', name, f'{name} {language}', f'{count} paragraph{"s" * (count > 1)}'):
            sums[key] = [x + y for x, y in zip(sums[key], (size, kept, 1, answer['page'] == 'story'))]
    for key, (size, kept, count, story) in sorted(sums.items()):
        if count >= 20:
            print(f'  {key:<16} {count:>5} texts, of their bytes kept {kept / size:.4f}, taken for stories {story / count:.4f}')
    step = max(1, len(lost) // max(1, a.show))
    for line in lost[::step][:a.show]:
        print('    ' + line)
    if a.json:
        size, kept, count, story = sums['all']
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump({'bytes kept': kept / size, 'stories': story / count}, f)


if __name__ == '__main__':
    main()
