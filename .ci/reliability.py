#!/usr/bin/env python3
"""Whether the confidence of labels can be believed: reliability.py PROGRAM.

Reads the sample pages (tests/gold.jsonl), which were written apart from the model and never trained on, and prints, for blocks by their
stated confidence, how sure the program was on average and how often the label was right. The last line is the expected calibration
error: the mean of the differences, weighted by blocks.
"""
import json
import os
import subprocess
import sys
import tempfile

EDGES = (0.0, 0.35, 0.55, 0.75, 0.95, 1.01)


def main():
    program = os.path.abspath(sys.argv[1])
    tests = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests')
    with open(os.path.join(tests, 'gold.jsonl'), encoding='utf-8') as f:
        gold = [json.loads(line) for line in f]
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl', encoding='utf-8', delete=False) as f:
        for page in gold:
            with open(os.path.join(tests, 'pages', page['path']), encoding='utf-8', newline='') as text:
                page['text'] = text.read()
            f.write(json.dumps({'id': page['path'], 'text': page['text']}) + '\n')
    answers = subprocess.run([program, 'strip', '--labels', '-q', f.name], stdout=subprocess.PIPE, check=True).stdout
    os.unlink(f.name)
    answers = {a['id']: a for a in map(json.loads, answers.decode().splitlines())}
    blocks = []
    for page in gold:
        raw, at, lines = page['text'].encode(), 0, []
        for line, label in zip(page['lines'], page['labels']):
            start = raw.index(line.encode(), at)
            at = start + len(line.encode())
            lines.append((start, at, label))
        for block in answers[page['path']]['blocks']:
            inside = [label for start, end, label in lines if block['start'] <= start < block['end']]
            if inside:
                blocks.append((block['confidence'], inside[0] == block['label']))
    error = 0.0
    print('confidence     blocks  stated  right')
    for low, high in zip(EDGES, EDGES[1:]):
        some = [b for b in blocks if low <= b[0] < high]
        if some:
            stated = sum(c for c, _ in some) / len(some)
            right = sum(r for _, r in some) / len(some)
            error += abs(stated - right) * len(some) / len(blocks)
            print(f'{low:.2f} to {min(high, 1):.2f}   {len(some):>6}   {stated:.3f}  {right:.3f}')
    print(f'expected calibration error {error:.3f} over {len(blocks)} blocks')


if __name__ == '__main__':
    main()
