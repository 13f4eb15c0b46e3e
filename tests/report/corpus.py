#!/usr/bin/env python3
"""Prints made-up news pages as JSON Lines, so many clusters of two to four copies, to measure large reports with.

    python3 tests/report/corpus.py 10000 > clusters.jsonl
"""

import json
import random
import sys

NOUNS = """harbour council bridge tunnel ferry teacher market river storm budget minister orchestra baker library railway glacier
vineyard museum election verdict harvest stadium lighthouse orchard parade surgeon festival reservoir cathedral mosaic inquiry quarry
pension lantern tramway archive meadow furnace dike sluice crane bakery choir theatre brewery kiosk depot viaduct chapel customs
lake island fishery printer weaver tailor nurse pilot skipper farmer hunter keeper clerk judge jury union strike wage rent tax""".split()
ADJECTIVES = """old new northern southern famous costly wooden former local empty crowded narrow early late quiet proud wet dry tall low
bitter gentle broken restored painted leaking frozen disputed beloved forgotten private public joint secret annual rare common""".split()
VERBS = """opened closed praised delayed repaired visited refused promised measured painted counted feared sold bought rejected welcomed
rebuilt inspected flooded rented lost found doubled halved defended left crossed watched heard signed burned moved named blamed""".split()
PLACES = """Skerrow Vestmark Carrow Orrin Tarsis Kinlough Altmoor Brandsee Jantarowo Norrland Ansell Seldom Ferrant Corder Holm Lacs
Brenaz Serra Llano Dunav Thalassa Shiomi Nadi Kiyi""".split()
NAMES = """Ida Ines Odile Maren Colm Inga Onno Frauke Bastian Imogen Tamme Bruno Sole Falk Holm Toll Dreever Lopen Harksen Marchbanks
Quist Amsel Brandt Corvo Dahl Eriksen Fontaine Greve""".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
HEAD = ["Home", "News | Sport | Weather | Ferries | Jobs", "Search", "Latest: storm warning for the coast", "Share this article"]
TAIL = ["Read more: what the {noun} is made of", "Subscribe to our newsletter and get the best of the week on Friday", "Most read",
        "{adjective} {noun} in {place} closes", "The {noun} that nobody wanted", "Comments (12)", "Privacy | Terms | Imprint",
        "© 2026 {place} Gazette. All rights reserved."]


def main(clusters):
    dice = random.Random(6)
    pick = dice.choice

    def sentence():
        start = f"The {pick(ADJECTIVES)} {pick(NOUNS)} of {pick(PLACES)} {pick(VERBS)} the {pick(NOUNS)} and {pick(VERBS)} its {pick(ADJECTIVES)} {pick(NOUNS)}"
        end = pick([f" on {pick(DAYS)}, {pick(NAMES)} {pick(NAMES)} said", f" for the {pick(NOUNS)} near {pick(PLACES)}",
                    f", which {pick(VERBS)} {dice.randrange(2, 990)} people in {pick(PLACES)}", f" after the {pick(NOUNS)} {pick(VERBS)} it"])
        return start + end + "."

    def fill(line):
        return line.format(noun=pick(NOUNS), adjective=pick(ADJECTIVES).capitalize(), place=pick(PLACES))

    for cluster in range(clusters):
        title = f"{pick(ADJECTIVES).capitalize()} {pick(NOUNS)} {pick(VERBS)} {pick(NOUNS)} in {pick(PLACES)}"
        body = [" ".join(sentence() for _ in range(dice.randrange(2, 5))) for _ in range(dice.randrange(5, 11))]
        for copy in range(pick([2, 2, 2, 3, 4])):
            host = f"{pick(PLACES).lower()}{copy}.example"
            paragraphs = list(body)
            if copy:
                paragraphs[dice.randrange(len(body))] = sentence()
                paragraphs = paragraphs[:max(4, len(body) - dice.randrange(4))]
            blocks = HEAD + [title, f"By {pick(NAMES)} {pick(NAMES)}"] + paragraphs + [fill(line) for line in TAIL]
            page = {"id": f"{cluster}-{copy}", "url": f"https://{host}/news/{cluster}", "text": "\n".join(blocks)}
            print(json.dumps(page, ensure_ascii=False))


main(int(sys.argv[1]))
