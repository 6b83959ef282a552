"""The interactive notebooks in a real JupyterLab, driven in headless Chromium.

Each is opened in a copy of nbs/ and run from top to bottom. Then a slider is moved, a button pressed or a
field filled, and picture and text must change. Names of notebooks as arguments choose some. It needs Chromium
and the Python package playwright; without them nothing is run, and a sentence says so. With --shots FOLDER,
pictures of the widgets are kept.
"""
import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

try:
    from playwright.sync_api import Error, sync_playwright
except ImportError:
    sync_playwright = None

root = Path(__file__).resolve().parent.parent
names = ("chromium", "chromium-browser", "google-chrome")
browser = next((found for found in map(shutil.which, names) if found), None)
PATIENCE = 900_000  # ms that a notebook or a button may take
STATUS = "[role=status], [role=alert]"
BOX = ".jp-OutputArea-output > .widget-vbox"  # all widgets of an output
STATE = f"""box => [box.querySelector('{STATUS}')?.innerText ?? '', box.querySelector('img')?.src ?? '']"""


class Box:
    "The first box of widgets on a page that has a status."

    def __init__(self, page):
        self.page = page
        self.here = page.locator(f".widget-vbox:has({STATUS})").first
        error = page.locator("[data-mime-type='application/vnd.jupyter.error']").first
        self.here.or_(error).first.wait_for(timeout=PATIENCE)
        assert self.here.count(), error.inner_text()

    def state(self):
        "Return the text of its status, and its picture."
        return self.here.evaluate(STATE)

    def moves(self, act, *parts):
        "Do something, and wait until text (0) and picture (1), or those named, are others; return the text."
        before = self.state()
        act()
        end = time.monotonic() + PATIENCE / 1000
        while any(before[part] == self.state()[part] for part in parts or (0, 1)):
            assert time.monotonic() < end, f"nothing moved; the status is still {before[0]!r}"
            time.sleep(0.3)
        return self.state()[0]

    def says(self, words):
        "Wait until the status has some words."
        end = time.monotonic() + PATIENCE / 1000
        while words not in self.state()[0]:
            assert time.monotonic() < end, f"expected {words!r}; the status is {self.state()[0]!r}"
            time.sleep(0.3)

    def rests(self, seconds=8):
        "Wait until nothing moves for some seconds: a step that has begun is finished first."
        end, before = time.monotonic() + PATIENCE / 1000, None
        while before != (before := self.state()):
            assert time.monotonic() < end, "it goes on"
            time.sleep(seconds)

    def slide(self, number, *keys):
        "Move a slider by its keys, as a reader without a mouse does."
        handle = self.here.locator(".noUi-handle").nth(number)
        handle.focus()
        for key in keys:
            handle.press(key)

    def button(self, label):
        "Return a button by its label."
        return self.here.get_by_role("button", name=label, exact=True)

    def press(self, label):
        "Press a button with the keyboard."
        self.button(label).focus()
        self.button(label).press("Enter")


def tradeoffs(page):
    box = Box(page)
    more = box.moves(lambda: box.slide(0, *["ArrowRight"] * 25))
    less = box.moves(lambda: box.slide(0, *["ArrowLeft"] * 40))
    assert "The best that fits" in more and more != less, (more, less)
    box.moves(lambda: box.button("ms a text").click(), 1)
    box.moves(lambda: box.here.get_by_label("yor").click())
    assert page.locator("a[download]").get_attribute("href").startswith("data:text/csv")


def attention(page):
    box = Box(page)
    box.moves(lambda: box.slide(0, "Home"))
    box.moves(lambda: box.button("0-2").click())
    box.moves(lambda: box.button("1-3").click())
    box.moves(lambda: box.slide(0, "ArrowRight", "ArrowRight"))
    box.press("Save the picture")
    box.here.get_by_text("Saved").wait_for(timeout=PATIENCE)


def compress_live(page):
    box = Box(page)
    box.moves(lambda: box.slide(1, "ArrowLeft", "ArrowLeft"))
    box.says("9.97 million")  # of two layers: the first key may have been shown before
    box.moves(lambda: box.button("float16").click())
    box.slide(0, "Home")
    box.moves(lambda: box.press("Make this model"), 1)
    box.here.locator("table").wait_for(timeout=PATIENCE)
    assert "+0.0" in box.here.locator("table").inner_text()


def distill_live(page):
    box = Box(page)
    box.slide(1, "ArrowLeft", "ArrowLeft")  # of alpha
    assert box.here.locator(".widget-readout").nth(1).inner_text() == "0.40"
    box.press("Start")
    box.says("Running: step")
    box.here.locator("img[alt*='alpha 0.4,']").wait_for(timeout=PATIENCE)  # as on the screen
    box.moves(lambda: None)  # losses come in by themselves
    box.says("sentiment on dev")  # and so does the F1
    box.press("Pause")
    box.says("Paused at step")
    box.rests()
    box.says("Paused at step")
    box.press("Resume")
    box.says("Running: step")
    box.press("Stop")
    box.says("Stopped at step")


def your_language(page):
    box = Box(page)
    path = box.here.locator("input[type=text]").first
    folder, before = Path(path.input_value()), box.state()
    path.fill("/nowhere")
    path.press("Enter")
    box.says("/nowhere")
    files = [folder / "qaa.txt", *(folder / f"qaa/{split}.tsv" for split in ("train", "dev", "test"))]
    with page.expect_file_chooser() as chooser:
        box.here.get_by_role("button", name="or give the files").click()
    chooser.value.set_files(files)
    box.says("360 for train")
    assert box.state()[0] == before[0]
    asked = page.locator(".widget-vbox:has(input[type=text]):has(img)").nth(1)
    asked.wait_for(timeout=PATIENCE)
    shown = asked.locator("img").get_attribute("src")
    field = asked.locator("input[type=text]")
    field.fill("Twe meme, fesoloe yengu one furehe.")
    field.press("Enter")
    page.wait_for_function("([box, old]) => box.querySelector('img').src != old",
                           arg=[asked.element_handle(), shown], timeout=PATIENCE)


NOTEBOOKS = (tradeoffs, attention, compress_live, distill_live, your_language)


@contextmanager
def server(home):
    "Start JupyterLab on a copy of nbs/ that has settings and a cache of its own; yield its address."
    shutil.copytree(root / "nbs", home / "nbs", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    chosen = {"notebook-extension/tracker": {"windowingMode": "none"},  # every output is in the page
              "apputils-extension/notification": {"fetchNews": "false"}}
    for name, setting in chosen.items():
        file = home / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(setting), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = root / ".venv/bin/python"
    options = {"port": port, "token": "", "password": "", "root_dir": home / "nbs", "allow_root": True}
    command = [python if python.exists() else sys.executable, "-m", "jupyterlab", "--no-browser",
               *(f"--ServerApp.{name}={value}" for name, value in options.items())]
    own = {"JUPYTERLAB_SETTINGS_DIR": home / "settings", "XDG_CACHE_HOME": home / "cache",
           "JUPYTER_CONFIG_DIR": home / "config", "TOKENIZERS_PARALLELISM": "false"}
    with (home / "lab.log").open("wb") as log:
        process = subprocess.Popen([*map(str, command)], env=os.environ | {k: str(v) for k, v in own.items()},
                                   stdout=log, stderr=log)
        try:
            yield reached(f"http://127.0.0.1:{port}", process, home / "lab.log")
        finally:
            process.terminate()
            process.wait()


def reached(address, process, log):
    "Wait until a server answers; return its address."
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=5):
                return address
        except OSError:
            assert process.poll() is None, log.read_text(errors="replace")
            time.sleep(0.2)
    raise AssertionError("JupyterLab did not answer within two minutes")


def drive(chromium, address, check, shots):
    "Open a notebook, run all of its cells and drive it; return nothing, or what went wrong."
    page = chromium.new_page(viewport={"width": 1500, "height": 1300})
    page.set_default_timeout(60_000)
    try:
        page.goto(f"{address}/lab/workspaces/{check.__name__}/tree/explore/{check.__name__}.ipynb")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        check(page)
        Box(page).rests(4)
        return ""
    except (AssertionError, Error) as error:
        return str(error) or type(error).__name__
    finally:
        for number, box in enumerate(page.locator(f"{BOX}:has(img)").all() if shots else [], 1):
            box.evaluate("box => box.scrollIntoView()")
            time.sleep(2)  # until the last picture is drawn
            page.screenshot(path=shots / f"{check.__name__}-{number}.png")
        page.close()


def main(chosen, shots):
    if sync_playwright is None or browser is None:
        missing = "Chromium" if sync_playwright else "the Python package playwright"
        print(f"skipped: {missing} is missing, and the notebooks are driven in it.")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as place, server(Path(place)) as address, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for check in [check for check in NOTEBOOKS if not chosen or check.__name__ in chosen]:
            began = time.perf_counter()
            why = drive(chromium, address, check, shots)
            failed += bool(why)
            took = f"({time.perf_counter() - began:.0f} s)"
            print(f"{'FAILED' if why else 'passed'} {check.__name__} {took} {why}".rstrip(), flush=True)
        chromium.close()
    return int(failed > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", choices=[[], *(check.__name__ for check in NOTEBOOKS)])
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the pages")
    given = parser.parse_args()
    sys.exit(main(given.notebooks, given.shots))
