"""`make test`: generated files are in step, the style holds, pages build, notebooks run, the wheel works.

`make check` (--quick) leaves out the slow notebooks and the wheel. The last line reads `N passed, N failed`;
the exit code is 1 if anything failed. Nothing is repaired or restored.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from functools import partial
from pathlib import Path

root = Path(__file__).resolve().parent.parent
bin = Path(sys.executable).parent
config = ConfigParser(delimiters=["="])
config.read(root / "settings.ini", encoding="utf-8")
lib = config["DEFAULT"]["lib_name"]
workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
environment = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "TOKENIZERS_PARALLELISM": "false", **os.environ}

README_LINES = 150  # a README that is longer is not read
QUICK = ("core", "fetch", "sample", "formats", "score", "command")  # rooms whose notebooks run in seconds


def run(*command, folder=root):
    "Run `command` in a folder; raise an AssertionError that holds all it printed if it fails."
    done = subprocess.run([str(word) for word in command], cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def notebooks():
    "Return the notebooks that nbdev sees, in order of their paths."
    found = [path.relative_to(root) for path in (root / "nbs").rglob("*.ipynb")]
    return sorted(path for path in found if not any(part[0] in "._" for part in path.parts))


def sources(folder):
    "Return what nbdev_export and nbdev_clean write: path to bytes."
    paths = [*(folder / lib).rglob("*.py"), *(folder / path for path in notebooks())]
    return {path.relative_to(folder): path.read_bytes() for path in paths}


def exported(before):
    "Return what exporting and cleaning make of `before`, in a copy: the working tree may be in use."
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home).resolve()
        for path, content in (before | {Path("settings.ini"): (root / "settings.ini").read_bytes()}).items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(content)
        run(bin / "nbdev_export", folder=copy)
        run(bin / "nbdev_clean", folder=copy)
        return sources(copy)


def check_in_step():
    "Exporting and cleaning would change nothing, and no module is left of a notebook that is gone."
    before = sources(root)
    after = exported(before)
    changed = sorted(str(path) for path in before | after if before.get(path) != after.get(path))
    assert not changed, f"nbdev_export and nbdev_clean would change {', '.join(changed)}: run both"
    origin = re.compile(r"File to edit: (?:\.\./)+(nbs/.*\.ipynb)\.$", re.MULTILINE)
    for path, text in after.items():
        made_from = origin.search(text.decode("utf-8")) if path.suffix == ".py" else None
        gone = made_from and not (root / made_from[1]).exists()
        assert not gone, f"{path} is left of {made_from[1]}, which is gone: delete it"


def check_style():
    "Notebooks and scripts are written in the style that ruff.toml holds."
    run(bin / "ruff", "check", "--config", root / ".ci/ruff.toml", "--no-cache", "--output-format", "concise",
        "nbs", ".ci", "setup.py")


def check_readme():
    "README.md says what nbs/index.ipynb says, is short, and a package index can show it."
    from readme_renderer.markdown import render

    run(sys.executable, root / ".ci/readme.py", "--check")
    text = (root / "README.md").read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= README_LINES, f"README.md has {lines} lines; expected at most {README_LINES}"
    shown = re.sub(r"^```.*?^```|^ {4}.*?$|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)
    html = re.findall(r"</?[a-z][^>\n]*>", shown, flags=re.IGNORECASE)
    assert not html, f"README.md holds HTML, which a package index may not show: {', '.join(html[:5])}"
    page = render(text)
    assert page, "README.md cannot be rendered as a package index renders it"
    tables = re.findall(r"^\|[-:| ]+\|$", text, flags=re.MULTILINE)
    assert page.count("<table") == len(tables), "README.md has a table that is not shown as one"


def check_pages():
    "The pages of the documentation are built without a warning, and their links lead somewhere."
    run(sys.executable, root / ".ci/docs.py", "--check")


every_module = """
import importlib, pkgutil, sys
import afro_comet

heavy = {"torch", "transformers", "datasets", "pandas", "matplotlib"} & set(sys.modules)
assert not heavy, f"import afro_comet alone imports {heavy}"
assert set(afro_comet.__all__) <= set(dir(afro_comet))
for module in pkgutil.walk_packages(afro_comet.__path__, "afro_comet."):
    importlib.import_module(module.name)
for name in afro_comet.__all__:
    value = getattr(afro_comet, name)
    assert callable(value) and value.__name__ == name, f"afro_comet.{name} is {value}"
assert not hasattr(afro_comet, "absent")
"""


def check_modules():
    "All modules import, and the names that `import afro_comet` offers are there, loaded when they are used."
    run(sys.executable, "-c", every_module)


def check_notebook(path, slow=False):
    "The notebook runs from top to bottom in a process of its own."
    flags = ["--flags", "slow"] if slow else []
    printed = run(bin / "nbdev_test", "--path", path, "--n_workers", "0", *flags)
    assert "Success." in printed, printed  # nbdev_test exits with 0 when it finds no notebook


in_the_wheel = """
import importlib, pkgutil, sys
folder, lib = sys.argv[1:]
tools = {"nbdev", "fastcore", "execnb", "IPython", "ipykernel", "ipywidgets", "jupyter_client",
         "jupyter_core", "jupyterlab", "nbclient", "nbconvert", "nbformat", "notebook"}

class NoNotebookTools:
    "Make them look as if they were not installed."
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in tools:
            raise ModuleNotFoundError(f"{name} is a notebook tool", name=name)

sys.meta_path.insert(0, NoNotebookTools())
sys.path.insert(0, folder)
package = importlib.import_module(lib)
for module in pkgutil.walk_packages(package.__path__, lib + "."):
    where = importlib.import_module(module.name).__file__
    assert where.startswith(folder), f"{module.name} comes from {where}, not from the wheel"
assert not tools & set(sys.modules), tools & set(sys.modules)
"""


def check_wheel():
    "The wheel, built from the sdist, holds all modules and data, and imports where no notebook tool is."
    shutil.rmtree(root / f"{lib}.egg-info", ignore_errors=True)  # its list would hide a gap in MANIFEST.in
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder)
        [wheel] = Path(folder).glob("*.whl")
        unpacked = Path(folder).resolve() / "wheel"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
            inside = set(archive.namelist())
        files = [path for path in (root / lib).rglob("*.*") if "__pycache__" not in path.parts]
        wanted = {path.relative_to(root).as_posix() for path in files}
        assert wanted <= inside, f"not in {wheel.name}: {sorted(wanted - inside)}"
        [points] = unpacked.glob("*.dist-info/entry_points.txt")
        command = config["DEFAULT"]["console_scripts"].replace("=", " = ")
        assert command in points.read_text(), points.read_text()
        run(sys.executable, "-I", "-c", in_the_wheel, unpacked, lib)


def check_widgets():
    "A slider of an interactive notebook, moved as a browser moves it, changes what the page says and shows."
    run(sys.executable, root / ".ci/widgets.py")


def check_browser():
    "The web page of a bundle works in a browser without a network, and answers as the Python reader does."
    run(sys.executable, root / ".ci/browser.py")


def checks(quick, slow):
    "Return the checks by name, in the order in which they begin."
    found = {
        "export and clean": check_in_step,
        "style": check_style,
        "modules": check_modules,
        "README.md": check_readme,
        "pages": check_pages,
    }
    for path in notebooks():
        if not quick or path.stem.partition("_")[2] in QUICK:
            found[str(path)] = partial(check_notebook, path, slow)
    if slow:
        found["browser"] = check_browser
    return found if quick else found | {"widgets": check_widgets, "wheel": check_wheel}


def judge(name, check):
    "Run a check, print how it went, and return whether it passed."
    start = time.perf_counter()
    try:
        check()
        verdict, why = "passed", ""
    except AssertionError as error:
        verdict, why = "FAILED", f"\n{error}"
    print(f"{verdict} {name} ({time.perf_counter() - start:.1f} s){why}", flush=True)
    return verdict == "passed"


def main(quick, slow):
    began, chosen = time.perf_counter(), checks(quick, slow)
    with ThreadPoolExecutor(workers) as pool:  # a check is a process of its own, with one thread of torch
        passed = sum(pool.map(judge, chosen, chosen.values()))
    print(f"all checks took {time.perf_counter() - began:.0f} s")
    print(f"{passed} passed, {len(chosen) - passed} failed")
    return 0 if passed == len(chosen) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the slow notebooks and the wheel")
    parser.add_argument("--slow", action="store_true", help="run the cells marked slow as well")
    args = parser.parse_args()
    sys.exit(main(args.quick, args.slow))
