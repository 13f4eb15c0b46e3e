#!/usr/bin/env python3
"""Whether a page's story is found in whatever form its text came: forms.py PROGRAM [--pages N] [--json FILE].

Scrapers, text browsers, mail and other extractors write the same page differently: wrapped, as Markdown, on one line. The data lie
beside the repository (../shared): N pages (60) of each of five sets, their naive lines written in each form. Prints the 4-gram F1 of
what is kept against the gold text (../shared/eval/extract.py), a column a set.
"""
import argparse
import json
import os
import random
import re
import sys
import textwrap

SHARED = os.environ.get('SHARED', os.path.join('..', 'shared'))
sys.path.insert(0, os.path.join(SHARED, 'eval'))
import extract  # noqa: E402
import strip  # noqa: E402

SETS = ('l3sgn1', 'ir_chaos', 'ir_big9', 'daniel', 'fundus')
REFERENCES = {'&': '&amp;', '"': '&quot;', "'": '&#39;', '’': '&rsquo;', '“': '&ldquo;', '”': '&rdquo;'}


def wrapped(lines, width, between='\n', first='', other=''):
    return between.join(textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False, initial_indent=first,
                                      subsequent_indent=other) for line in lines)


def text_browser(lines):
    """As `lynx -dump` writes a page: everything indented, blank lines around paragraphs."""
    paragraph = lambda line: wrapped([line], 72, first='   ', other='   ')
    return '\n'.join(f'\n{paragraph(line)}\n' if len(line) > 80 else paragraph(line) for line in lines)


def markdown(lines):
    def block(i, line):
        draw = random.Random(31 * len(line) + i)
        words = line.split(' ')
        if len(line) < 60 and draw.random() < 0.5:
            return f'* [{line}](https://news.example/{"-".join(words)[:40]})'
        if len(line) < 90 and draw.random() < 0.4:
            return draw.choice(['## ' + line, f'**{line}**'])
        if len(words) > 12:
            at = draw.randrange(len(words) - 4)
            words[at], words[at + 2] = '[' + words[at], words[at + 2] + '](https://news.example/x)'
        return ' '.join(words)
    return '\n\n'.join(block(i, line) for i, line in enumerate(lines))


def references(lines):
    return '\n'.join(''.join(REFERENCES.get(c, c) for c in line) + '&nbsp;' for line in lines)


FORMS = {
    'lines': '\n'.join,
    'blank lines between': '\n\n'.join,
    'Windows line ends': '\r\n'.join,
    'wrapped at 40': lambda lines: wrapped(lines, 40),
    'wrapped at 72': lambda lines: wrapped(lines, 72),
    'wrapped at 100': lambda lines: wrapped(lines, 100),
    'wrapped, blank lines': lambda lines: wrapped(lines, 72, '\n\n'),
    'wrapped, indented': lambda lines: wrapped(lines, 72, first='   '),
    'text browser': text_browser,
    'Markdown': markdown,
    'HTML references': references,
    'table cells': lambda lines: '\n'.join(f'| {line} |' for line in lines),
    'list items': lambda lines: '\n'.join(f'- {line}' for line in lines),
    'one line, bars': ' | '.join,
    'one line': ' '.join,
}
UNDO = {
    'Markdown': lambda text: re.sub(r'\]\(https://\S*\)', '', text),
    'HTML references': lambda text: re.sub('&#?\\w+;', lambda m: dict(map(reversed, REFERENCES.items())).get(m[0], ' '), text),
}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('program')
    ap.add_argument('--pages', type=int, default=60)
    ap.add_argument('--json', help='write the mean of each form there')
    a = ap.parse_args()
    sets = {}
    for name in SETS:
        rows = strip.rd(os.path.join(SHARED, 'data', 'extract', 'lines', f'{name}.lines.jsonl.gz'))
        rows = [row for row in rows if row.get('gold') and row.get('lines')]
        sets[name] = random.Random(1).sample(rows, min(a.pages, len(rows)))
    means = {}
    print(f'  {"":<20}', *(f'{name:>9}' for name in SETS), f'{"mean":>9}')
    for form, write in FORMS.items():
        scores = []
        for rows in sets.values():
            docs = [dict(id=str(i), text=write(row['lines'])) for i, row in enumerate(rows)]
            answers = strip.run(os.path.abspath(a.program), docs, ['-q'])[0]
            pages = []
            for doc, row in zip(docs, rows):
                raw = doc['text'].encode()
                kept = [b for b in answers[doc['id']]['blocks'] if b['label'] in strip.BODY]
                text = '\n'.join(raw[b['start']:b['end']].decode() for b in kept)
                text = UNDO.get(form, str)(text)
                pages.append(extract.page(dict(id=doc['id'], gold=row['gold']), dict(text=text)))
            scores.append(extract.figures(pages)['shingle.F1'])
        means[form] = sum(scores) / len(scores)
        print(f'  {form:<20}', *(f'{score:>9.3f}' for score in scores), f'{means[form]:>9.3f}', flush=True)
    if a.json:
        with open(a.json, 'w', encoding='utf-8') as f:
            json.dump(means, f, indent=1)


if __name__ == '__main__':
    main()
