#!/usr/bin/env python3
"""Opens reports of `dedupe report` in headless Chromium, uses them as a reader would, and checks what happens.

    python3 tests/report/browser.py target/debug/dedupe [--shots DIR] [--only NAME]
    python3 tests/report/browser.py --open FILE        how long a report takes to open, on this machine

Python's standard library and Chromium (Debian: apt-get install chromium) are all it takes. It talks to the browser by the
DevTools protocol over a pipe. Exit code 0: all checks passed; 1: some failed; 3: there is no Chromium.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "pages"
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> & <!-- \u2028 \u202e"


class Browser:
    """A headless Chromium with one page."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()

        def pipes():
            # The protocol wants 3 for commands and 4 for answers; neither end may be lost on the way there.
            commands, answers = os.dup(to_read), os.dup(to_write)
            high = [os.dup(fd) for fd in (commands, answers)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.number, self.rest, self.events, self.session = 0, b"", [], None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.size(1366, 768)

    def close(self):
        try:
            self.call("Browser.close")
        except Exception:
            self.process.terminate()
        self.process.wait(20)
        self.profile.cleanup()

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.read_end, 1 << 20)
            if not more:
                raise RuntimeError("the browser has gone")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, media="", scheme="light"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def open(self, file, fragment=""):
        self.events.clear()
        self.call("Page.navigate", url="about:blank")
        started = time.monotonic()
        self.call("Page.navigate", url=Path(file).resolve().as_uri() + fragment)
        self.wait("document.readyState === 'complete' && document.getElementById('n-pages')?.textContent !== ''")
        return time.monotonic() - started

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(f"!!({condition})"):
                return
            time.sleep(0.02)
        raise AssertionError(f"did not come true in {seconds} s: {condition}")

    def key(self, key, shift=False):
        codes = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Home": 36, "End": 35, "Tab": 9}
        named = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper())), "modifiers": 8 if shift else 0}
        if key == "Enter":
            named["text"] = "\r"
        elif len(key) == 1:
            named["text"] = key
        self.call("Input.dispatchKeyEvent", type="keyDown", **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **{k: v for k, v in named.items() if k != "text"})

    def type(self, text):
        self.call("Input.insertText", text=text)

    def shot(self, file):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        Path(file).write_bytes(base64.b64decode(data))

    def pdf(self, file):
        data = self.call("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)["data"]
        Path(file).write_bytes(base64.b64decode(data))

    def complaints(self):
        """What the console and the log have, and what was asked of any network."""
        told = []
        for event in self.events:
            params = event.get("params", {})
            if event["method"] == "Log.entryAdded":
                told.append(params["entry"]["text"])
            elif event["method"] == "Runtime.exceptionThrown":
                told.append(json.dumps(params["exceptionDetails"]))
            elif event["method"] == "Network.requestWillBeSent":
                url = params["request"]["url"]
                if not url.startswith(("file:", "about:", "data:", "blob:")):
                    told.append(f"asked for {url}")
        return told


def story(number, paragraphs=6):
    """A story of its own: made-up sentences that share no run of words with another number's."""
    words = ("harbour council bridge tunnel ferry teacher market river storm budget minister orchestra baker library railway "
             "glacier vineyard museum election verdict harvest stadium lighthouse orchard parade surgeon festival").split()
    state = number * 2654435761 + 97
    sentences = []
    for _ in range(paragraphs * 3):
        chosen = []
        for _ in range(11):
            state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            chosen.append(words[(state >> 33) % len(words)])
        sentences.append("The " + " ".join(chosen) + " said on Tuesday.")
    return [" ".join(sentences[3 * n:3 * n + 3]) for n in range(paragraphs)]


def feed(file, clusters):
    """JSON Lines: so many clusters of two or three, a page alone, a hostile one, one in Arabic, a long one."""
    lines = []

    def page(id, url, *blocks):
        lines.append(json.dumps({"id": id, "url": url, "text": "\n\n".join(blocks)}))

    for n in range(clusters):
        body = story(n)
        page(f"wire-{n}", f"https://wire.example/{n}", "Home\n\nNews\n\nSport", f"Ferry number {n} runs aground", "By Ida Holm", *body,
             "Subscribe to our newsletter", "© 2026 Wire. All rights reserved.")
        page(f"copy-{n}", f"https://gazette.example/{n}", f"A ferry of the line {n} is stuck", *body[:5], "Read more: What ferries eat")
        if n % 3 == 0:
            page(f"again-{n}", f"https://courier.example/{n}", *body[1:])
    page("alone", "https://wire.example/alone", "Nobody else has this", *story(10_001))
    page(HOSTILE, "https://wire.example/\"><script>alert(1)</script>", HOSTILE, *[f"{p} {HOSTILE}" for p in story(10_002)])
    page("copy of " + HOSTILE, "javascript:alert(1)", HOSTILE, *[f"{p} {HOSTILE}" for p in story(10_002)][:5])
    arabic = "أعلنت بلدية المدينة يوم الثلاثاء إغلاق الجسر القديم أمام حركة السير مدة عام كامل بعد العثور على شقوق في تسعة من كابلاته"
    page("arabic", "https://akhbar.example/1", "إغلاق الجسر القديم", *[f"{arabic} رقم {n}." for n in range(4)])
    page("arabic-2", "https://sahifa.example/1", "الجسر مغلق", *[f"{arabic} رقم {n}." for n in range(4)])
    page("long", "https://wire.example/long", "A very long page", *story(10_003, 120))
    Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def report(dedupe, html, *args):
    subprocess.run([dedupe, "report", "--quiet", "--force", "--html", html, *map(str, args)], check=True)


ROWS = "[...document.querySelectorAll('#list .item')]"
SELECTED = "document.querySelector('#list [aria-selected=true]')?.getAttribute('aria-posinset')"
VISIBLE_NOISE = "[...document.querySelectorAll('.block.noise')].filter(b => b.offsetParent).length"


def check_opens_at_the_summary(b, file):
    b.open(file)
    assert b.run("!document.getElementById('view-summary').hidden && document.getElementById('view-list').hidden")
    assert b.run("document.querySelectorAll('#view-summary svg rect').length") > 10
    assert b.run("getComputedStyle(document.body).display") == "flex", "the style is not applied"


def check_hostile_texts_are_only_texts(b, file):
    b.open(file)
    b.key("2")
    b.key("/")
    b.wait("document.activeElement.id === 'query'")
    b.type("owned")
    b.wait(ROWS + ".length === 1")
    b.key("Enter")
    b.wait("document.querySelectorAll('.pair .pane').length === 2")
    title = b.run("document.title")
    assert title.startswith("dedupe:"), title
    assert "<img src=x" in b.run("document.querySelector('.pair').textContent")
    assert b.run("document.querySelectorAll('.pair img, .pair script, #list img').length") == 0
    for link in b.run("[...document.querySelectorAll('a[href]')].map(a => a.protocol)"):
        assert link in ("file:", "https:"), link


def check_search_by_keyboard(b, file):
    b.open(file)
    b.key("2")
    b.wait(ROWS + ".length > 5")
    b.key("/")
    b.wait("document.activeElement.id === 'query'")
    b.type("line 17 stuck")
    b.wait(ROWS + ".length === 1")
    assert "1 of" in b.run("document.getElementById('count').textContent")
    b.key("Enter")
    b.wait(f"document.activeElement.id === 'list' && {SELECTED}")
    b.key("Enter")
    b.wait("document.activeElement.id === 'detail' && document.querySelector('.pair')")
    b.key("Escape")
    b.wait("document.activeElement.id === 'list'")


def check_search_in_texts(b, file):
    b.open(file, "#pages")
    b.wait(ROWS + ".length > 5")
    b.run("document.getElementById('in-texts').click()")
    b.key("/")
    b.wait("document.activeElement.id === 'query'")
    b.type("\"what ferries eat\" gazette 12")
    b.wait(ROWS + ".length === 1")
    assert "gazette.example" in b.run(ROWS + "[0].textContent")


def check_a_cluster_side_by_side(b, file):
    b.open(file, "#clusters")
    b.wait(ROWS + ".length > 5")
    b.key("j")
    b.wait("document.querySelectorAll('.pair .pane').length === 2")
    assert "3 documents" in b.run(ROWS + "[0].textContent"), "largest first"
    assert b.run("document.querySelectorAll('.pair mark').length") > 4
    assert "reaches the threshold" in b.run("document.querySelector('.rule').textContent")
    same = "[0, 1].map(n => [...document.querySelectorAll('.pair .text')[n].querySelectorAll('mark')].map(m => m.textContent).join(' '))"
    left, right = b.run(same)
    assert sorted(left.split()) == sorted(right.split()), (left, right)
    first = b.run("document.querySelectorAll('.pair .name')[1].textContent + location.hash")
    b.key("]")
    b.wait(f"document.querySelector('.pair') && document.querySelectorAll('.pair .pane .name').length > 2 && location.hash.endsWith('-2')")
    b.wait(f"document.querySelectorAll('.pair .name')[1].textContent + location.hash !== {json.dumps(first)}")
    b.key("[")
    b.wait("location.hash.endsWith('-1')")
    b.wait("document.querySelector('#members [aria-selected=true]')")
    b.key("r")
    b.wait("document.querySelectorAll('.pair mark.on').length >= 2")
    selected = b.run(SELECTED)
    b.key("j")
    b.wait(f"{SELECTED} !== {json.dumps(selected)}")
    b.key("k")
    b.wait(f"{SELECTED} === {json.dumps(selected)}")


def check_noise_can_be_shown_and_filtered(b, file):
    b.open(file, "#clusters")
    b.wait(ROWS + ".length > 5")
    b.key("j")
    b.wait("document.querySelector('.legend')")
    assert b.run(VISIBLE_NOISE) == 0, "texts are compared without noise"
    b.key("n")
    everything = b.run(VISIBLE_NOISE)
    assert everything > 2, everything
    assert b.run("getComputedStyle(document.querySelector('.noise .words')).textDecorationLine") == "line-through"
    label = b.run("document.querySelector('.block.noise').dataset.label")
    b.run(f"document.querySelector('.legend button[data-label={label}]').click()")
    assert 0 < b.run(VISIBLE_NOISE) < everything
    assert b.run(f"document.querySelector('.legend button[data-label={label}]').getAttribute('aria-pressed')") == "false"
    b.run(f"document.querySelector('.legend button[data-label={label}]').click()")
    b.key("n")
    assert b.run(VISIBLE_NOISE) == 0


def check_confidence_by_keyboard(b, file):
    b.open(file, "#pages")
    b.wait(ROWS + ".length > 5")
    b.key("j")
    b.wait("document.querySelector('.single .block')")
    assert b.run(VISIBLE_NOISE) > 0, "a page alone shows its noise"
    b.run("document.querySelector('.single .text').focus()")
    b.key("ArrowDown")
    sure = "getComputedStyle(document.activeElement.querySelector('.sure')).visibility + document.activeElement.querySelector('.sure').textContent"
    shown = b.run(sure)
    assert shown.startswith("visible") and shown.endswith("%"), shown
    b.key("ArrowDown")
    assert b.run("[...document.querySelectorAll('.single .block')].indexOf(document.activeElement)") == 1


def check_long_pages_say_where_they_end(b, file):
    b.open(file, "#pages")
    b.key("/")
    b.wait("document.activeElement.id === 'query'")
    b.type("very long")
    b.wait(ROWS + ".length === 1")
    b.key("Enter")
    b.wait("document.querySelector('.single .text .notice')")
    note = b.run("document.querySelector('.single .text .notice').textContent")
    assert note.startswith("Shown to 20,000 of "), note


def check_right_to_left(b, file):
    b.open(file, "#clusters")
    b.key("/")
    b.wait("document.activeElement.id === 'query'")
    b.type("الجسر")
    b.wait(ROWS + ".length === 1")
    b.key("Enter")
    b.wait("document.querySelector('.pair .block')")
    assert b.run("getComputedStyle(document.querySelector('.pair .block')).direction") == "rtl"


def check_themes(b, file):
    paper = "getComputedStyle(document.body).backgroundColor"
    b.media(scheme="light")
    b.open(file)
    light = b.run(paper)
    b.media(scheme="dark")
    dark = b.run(paper)
    assert light != dark, light
    b.key("d")
    assert b.run(paper) == light and b.run("document.documentElement.dataset.theme") == "light"
    b.key("d")
    b.media(scheme="light")
    assert b.run(paper) == dark
    b.key("d")
    assert b.run("document.documentElement.dataset.theme") == "auto"


def check_help_and_roles(b, file):
    b.open(file, "#clusters")
    b.wait(ROWS + ".length > 5")
    b.key("?")
    b.wait("document.getElementById('help').open")
    b.key("Escape")
    b.wait("!document.getElementById('help').open")
    b.key("j")
    b.wait("document.querySelector('.pair')")
    roles = "[...document.querySelectorAll('[role]')].map(e => e.getAttribute('role'))"
    assert {"listbox", "option", "search", "status", "group"} <= set(b.run(roles))
    active = b.run("document.getElementById(document.getElementById('list').getAttribute('aria-activedescendant'))?.getAttribute('aria-selected')")
    assert active == "true"
    unnamed = b.run("[...document.querySelectorAll('button, input, select, [role=listbox], [role=group]')].filter(e => "
                    "!(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).map(e => e.outerHTML)")
    assert unnamed == [], unnamed
    ids = b.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)), "an id twice"


def check_narrow(b, file):
    b.size(360, 740)
    b.open(file, "#clusters")
    b.wait(ROWS + ".length > 5")
    assert b.run("document.querySelector('.detail').offsetParent === null")
    b.run(ROWS + "[1].click()")
    b.wait("document.querySelector('.pair')?.offsetParent")
    assert b.run("document.documentElement.scrollWidth") <= 360
    b.run("document.querySelector('.back').click()")
    b.wait("document.activeElement.id === 'list' && document.activeElement.offsetParent")
    b.key("1")
    assert b.run("document.documentElement.scrollWidth") <= 360
    b.size(1366, 768)


def check_few_rows_of_many(b, file):
    b.open(file, "#pages")
    b.wait(ROWS + ".length > 5")
    assert b.run(ROWS + ".length") < 60
    assert b.run("Number(document.getElementById('n-pages').textContent)") > 100
    b.run("document.getElementById('list').focus()")
    b.key("End")
    b.wait(f"{SELECTED}")
    last = b.run("document.querySelector('#list [aria-selected=true]').getAttribute('aria-posinset')")
    size = b.run("document.querySelector('#list .item').getAttribute('aria-setsize')")
    assert last == size == b.run("document.getElementById('n-pages').textContent"), (last, size)


def check_printing(b, file):
    b.open(file, "#clusters")
    b.wait(ROWS + ".length > 5")
    b.run("window.dispatchEvent(new Event('beforeprint'))")
    b.media(media="print")
    try:
        printed = b.run("[...document.querySelectorAll('.to-print .item')].filter(e => e.offsetParent).length")
        assert printed == b.run("Number(document.getElementById('n-clusters').textContent)"), printed
        assert b.run("document.querySelector('.side').offsetParent === null")
        b.media()
        b.key("j")
        b.wait("document.querySelector('.pair')")
        b.run("window.dispatchEvent(new Event('beforeprint'))")
        b.media(media="print")
        assert b.run("document.querySelector('.to-print').offsetParent === null")
        text = "document.querySelector('.pair .text')"
        assert b.run(f"{text}.scrollHeight <= {text}.clientHeight + 1"), "texts are cut on paper"
    finally:
        b.media()


def shots(b, file, folder):
    """Pictures to look at."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def take(name):
        time.sleep(0.3)
        b.shot(folder / f"{name}.png")

    for scheme in ("light", "dark"):
        b.media(scheme=scheme)
        b.open(file)
        take(f"summary-{scheme}")
        b.key("2")
        b.wait(ROWS + ".length > 2")
        b.key("j")
        b.wait("document.querySelector('.pair')")
        b.key("r")
        take(f"cluster-{scheme}")
        b.key("n")
        take(f"cluster-noise-{scheme}")
        b.key("3")
        b.wait("document.getElementById('list').getAttribute('aria-label') === 'Pages'")
        b.key("j")
        b.wait("document.querySelector('.single')")
        b.run("document.querySelector('.single .text').focus()")
        b.key("ArrowDown")
        take(f"page-{scheme}")
    b.media()
    b.key("?")
    take("help")
    b.size(360, 740)
    b.open(file)
    take("narrow-summary")
    b.key("2")
    b.wait(ROWS + ".length > 2")
    take("narrow-list")
    b.run(ROWS + "[0].click()")
    b.wait("document.querySelector('.pair')")
    take("narrow-cluster")
    b.size(1366, 768)
    for name, address in (("summary", "#summary"), ("list", "#clusters")):
        b.open(file, address)
        time.sleep(0.3)
        b.pdf(folder / f"print-{name}.pdf")
    b.key("j")
    b.wait("document.querySelector('.pair')")
    b.key("n")
    b.pdf(folder / "print-cluster.pdf")


ON_SAMPLES = {check_noise_can_be_shown_and_filtered, check_confidence_by_keyboard, check_help_and_roles}


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    print("browser.py: no Chromium, so NOTHING WAS CHECKED: apt-get install chromium", file=sys.stderr)
    sys.exit(3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dedupe", nargs="?")
    parser.add_argument("--shots")
    parser.add_argument("--only", default="")
    parser.add_argument("--open")
    args = parser.parse_args()
    browser = Browser(chromium())
    failed = []
    try:
        if args.open:
            times = sorted(browser.open(args.open) for _ in range(5))
            heap = browser.run("performance.memory?.usedJSHeapSize ?? 0")
            print(f"{args.open}: {os.path.getsize(args.open) / 1e6:.1f} MB, opens in {times[2]:.2f} s (median of 5; "
                  f"{times[0]:.2f} to {times[4]:.2f}), script memory {heap / 1e6:.0f} MB")
            started = time.monotonic()
            browser.open(args.open, "#clusters")
            browser.wait(ROWS + ".length > 5")
            listed = time.monotonic() - started
            browser.key("j")
            started = time.monotonic()
            browser.wait("document.querySelector('.pair')")
            print(f"list of {browser.run('document.getElementById(`n-clusters`).textContent')} clusters in {listed:.2f} s, "
                  f"a cluster in {time.monotonic() - started:.2f} s")
            return
        with tempfile.TemporaryDirectory() as folder:
            jsonl, html = f"{folder}/feed.jsonl", f"{folder}/report.html"
            feed(jsonl, 60)
            # Words in made-up order are no story to the noise model, so labels are looked at on the sample pages.
            report(args.dedupe, html, "--raw", jsonl)
            pages = f"{folder}/pages.html"
            report(args.dedupe, pages, SAMPLES)
            checks = {name: check for name, check in globals().items() if name.startswith("check_") and args.only in name}
            for name, check in checks.items():
                browser.size(1366, 768)
                browser.media()
                try:
                    check(browser, pages if check in ON_SAMPLES else html)
                    complaints = browser.complaints()
                    assert not complaints, complaints
                    print(f"ok      {name}")
                except (AssertionError, RuntimeError) as error:
                    failed.append(name)
                    print(f"FAILED  {name}: {error!r}")
            if args.shots:
                shots(browser, pages, args.shots)
                print(f"pictures: {args.shots}")
            print(f"{len(checks) - len(failed)} of {len(checks)} checks passed")
    finally:
        browser.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
