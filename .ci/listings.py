#!/usr/bin/env python3
"""How pages without a story are answered: listings.py PROGRAM [--out FILE] [--show N] [--json FILE].

The data lie beside the repository (../shared). It builds 300 listing pages, the same each time: the leads of stories from sets that
the shipped model did not learn from, each cut at about one length, with headlines, dates, kickers and furniture of other pages of the
same sets; and reads the walls of data/dedup. `--out` writes the listing pages as JSON Lines; `--show N` prints N that are answered
otherwise, and the walls that are taken for stories. Target: 95 % of the listings `listing`, 90 % of the walls `empty` or `listing`.

The walls were gathered by rules, and some are stories: walls.tsv has what a reader said of each by its text alone, without knowing
the program's answer (`story`, `listing`, `empty`, or `unsure`). Both counts are printed.
"""
import argparse
import collections
import json
import os
import random
import sys

SHARED = os.environ.get('SHARED', os.path.join('..', 'shared'))
sys.path.insert(0, os.path.join(SHARED, 'eval'))
import strip  # noqa: E402

SETS = ('l3sgn1', 'ir_chaos', 'ir_big9', 'daniel')
PAGES = 300


def stories(name):
    """Headline, lead and short furniture lines of every usable page of a set."""
    path = os.path.join(SHARED, 'data', 'extract', 'lines', f'{name}.lines.jsonl.gz')
    for row in strip.rd(path):
        body = [line for line, label in zip(row['lines'], row['labels']) if label == 1 and len(line) > 120]
        title = (row.get('h1') or row.get('title') or '').strip()
        noise = [line for line, label in zip(row['lines'], row['labels']) if not label and len(line) < 60]
        if body and 20 <= len(title) <= 140:
            yield dict(lang=row.get('lang') or 'en', title=title, lead=body[0], head=noise[:12], tail=noise[-12:])


def cut(text, length, end):
    """The first words up to a length, as a site cuts its leads."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(' ', 1)[0].rstrip(' ,;:') + end


def listing(rng, pool):
    """One listing page: furniture, then items of one form."""
    length = rng.choice((90, 120, 160, 200, 250))
    end = rng.choice(('...', '…', ' …', '', ' [...]'))
    whole = rng.random() < 0.25  # leads that end where a sentence does
    form = rng.choice(('title lead', 'title lead', 'title date lead', 'kicker title lead', 'title lead more', 'lead'))
    lines = list(rng.choice(pool)['head'])[: rng.randint(2, 12)]
    for story in rng.sample(pool, min(len(pool), rng.randint(5, 18))):
        lead = story['lead'].split('. ')[0].rstrip('.') + '.' if whole else cut(story['lead'], rng.randint(length - 15, length), end)
        item = dict(title=story['title'], lead=lead, kicker=rng.choice(('NEWS', 'SPORT', 'WORLD', 'POLITICS')),
                    date=f'{rng.randint(1, 28)}.{rng.randint(1, 12)}.2026', more=rng.choice(('Read more', 'More »', 'Full story')))
        lines += [item[part] for part in form.split()]
    return lines + list(rng.choice(pool)['tail'])[: rng.randint(2, 12)]


def listings():
    rng = random.Random(7)
    by_language = collections.defaultdict(list)
    for name in SETS:
        for story in stories(name):
            by_language[story['lang'][:2]].append(story)
    languages = sorted(l for l, pool in by_language.items() if len(pool) >= 20 and l != 'zh')
    for i in range(PAGES):
        # Half in English, as the model's trade is.
        language = 'en' if i % 2 else languages[i // 2 % len(languages)]
        yield dict(id=f'listing{i}', lang=language, text='\n'.join(listing(rng, by_language[language])))


def tell(what, pages, answers, right, show):
    kinds = collections.Counter(answers[p['id']]['page'] for p in pages)
    good = sum(kinds[k] for k in right)
    print(f"  {what:<28} {good}/{len(pages)} = {good / len(pages):.3f}   {dict(kinds)}", flush=True)
    for page in [p for p in pages if answers[p['id']]['page'] not in right][:show]:
        raw = page['text'].encode()
        kept = [raw[b['start']:b['end']].decode() for b in answers[page['id']]['blocks'] if b['label'] in strip.STORY]
        words = sum(len(k.split()) for k in kept)
        print(f"    {page['id']}: {answers[page['id']]['page']}, {words} words kept of {len(page['text'].split())}: {' | '.join(k[:90] for k in kept[:4])}")
    return good / len(pages)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('program')
    ap.add_argument('--out')
    ap.add_argument('--show', type=int, default=0)
    ap.add_argument('--json', help='write the shares there')
    a = ap.parse_args()
    program = os.path.abspath(a.program)
    pages = list(listings())
    if a.out:
        with open(a.out, 'w', encoding='utf-8') as f:
            for page in pages:
                f.write(json.dumps(page, ensure_ascii=False) + '\n')
    docs = [dict(id=p['id'], text=p['text']) for p in pages]
    shares = {'listings': tell('listing pages', pages, strip.run(program, docs, ['-q'])[0], ('listing',), a.show)}
    for language in sorted({p['lang'] for p in pages}):
        some = [p for p in pages if p['lang'] == language]
        tell(f'  of them {language}', some, strip.run(program, [dict(id=p['id'], text=p['text']) for p in some], ['-q'])[0], ('listing',), 0)
    walls = [dict(id=r['id'], text=r['text']) for r in strip.rd(os.path.join(SHARED, 'data', 'dedup', 'walls.jsonl.gz'))]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'walls.tsv'), encoding='utf-8') as f:
        verdicts = dict(line.rstrip('\n').split('\t') for line in f)
    for words in (12, 25, 40, 60, 80, 100, 150):
        answers = strip.run(program, walls, ['-q', '--min-words', str(words)])[0]
        tell(f'walls, --min-words {words}', walls, answers, ('listing', 'empty'), a.show if words == 12 else 0)
        for what, verdict, right in (('without a story', ('listing', 'empty'), ('listing', 'empty')), ('with one', ('story',), ('story',))):
            share = tell(f'  {what} to a reader', [w for w in walls if verdicts[w['id']] in verdict], answers, right, 0)
            shares.setdefault(f'walls {what}', share)
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump(shares, f)


if __name__ == '__main__':
    main()
