"""`make test`: the generated files are in step, every notebook runs, and the wheel imports without any notebook tool.

The last line reads `N passed, N failed`; the exit code is 1 if anything failed. Nothing is repaired or restored.
"""
import argparse, os, re, shutil, subprocess, sys, tempfile, time, zipfile
from configparser import ConfigParser
from pathlib import Path

root = Path(__file__).resolve().parent.parent
bin = Path(sys.executable).parent
config = ConfigParser(delimiters=["="])
config.read(root / "settings.ini", encoding="utf-8")
lib = config["DEFAULT"]["lib_name"]
environment = {"OMP_NUM_THREADS": "2", "MPLBACKEND": "agg", "TOKENIZERS_PARALLELISM": "false", **os.environ}


def run(*command):
    "Run `command` in the project's folder; raise an AssertionError that holds all it printed if it fails."
    done = subprocess.run([str(c) for c in command], cwd=root, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def notebooks():
    "The notebooks that nbdev sees, in order of their paths."
    found = [path.relative_to(root) for path in (root / "nbs").rglob("*.ipynb")]
    return sorted(path for path in found if not any(part[0] in "._" for part in path.parts))


def sources():
    "What nbdev_export and nbdev_clean write: path to bytes."
    paths = [*(root / lib).rglob("*.py"), *(root / path for path in notebooks())]
    return {path.relative_to(root): path.read_bytes() for path in paths}


def check_in_step():
    "Exporting and cleaning change nothing, and no module is left of a notebook that is gone."
    before = sources()
    run(bin / "nbdev_export")
    run(bin / "nbdev_clean")
    after = sources()
    changed = sorted(str(path) for path in before | after if before.get(path) != after.get(path))
    assert not changed, "nbdev_export and nbdev_clean changed: " + ", ".join(changed) + "\nThey are in step now; look at the change."
    origin = re.compile(r"File to edit: (?:\.\./)+(nbs/.*\.ipynb)\.$", re.MULTILINE)
    for path, text in after.items():
        made_from = origin.search(text.decode("utf-8")) if path.suffix == ".py" else None
        assert not made_from or (root / made_from[1]).exists(), f"{path} is left of {made_from[1]}, which is gone: delete it"


def check_readme():
    "README.md says what nbs/index.ipynb says."
    run(sys.executable, root / ".ci/readme.py", "--check")


def check_pages():
    "nbdev makes pages of the notebooks: no cell mixes imports with other code, show_doc works, links lead somewhere."
    run(sys.executable, root / ".ci/docs.py", "--check")


def check_notebook(path, slow):
    "The notebook runs from top to bottom in a process of its own."
    printed = run(bin / "nbdev_test", "--path", path, "--n_workers", "0", *(["--flags", "slow"] if slow else []))
    assert "Success." in printed, printed  # nbdev_test exits with 0 when it finds no notebook


in_the_wheel = """
import importlib, pkgutil, sys
folder, lib = sys.argv[1:]
tools = {"nbdev", "fastcore", "execnb", "IPython", "ipykernel", "ipywidgets", "jupyter_client", "jupyter_core", "jupyterlab",
         "nbclient", "nbconvert", "nbformat", "notebook"}

class NoNotebookTools:
    "Make them look as if they were not installed."
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in tools: raise ModuleNotFoundError(f"{name} is a notebook tool", name=name)

sys.meta_path.insert(0, NoNotebookTools())
sys.path.insert(0, folder)
package = importlib.import_module(lib)
for module in pkgutil.walk_packages(package.__path__, lib + "."):
    where = importlib.import_module(module.name).__file__
    assert where.startswith(folder), f"{module.name} comes from {where}, not from the wheel"
assert not tools & set(sys.modules), tools & set(sys.modules)
"""


def check_wheel():
    "The wheel, built from the sdist, holds every module and all package data, and imports where no notebook tool is."
    shutil.rmtree(root / f"{lib}.egg-info", ignore_errors=True)  # its list of files would hide a gap in MANIFEST.in
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder)
        [wheel] = Path(folder).glob("*.whl")
        unpacked = Path(folder).resolve() / "wheel"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
            inside = set(archive.namelist())
        wanted = {path.relative_to(root).as_posix() for end in ("py", "json") for path in (root / lib).rglob(f"*.{end}")}
        assert wanted <= inside, f"not in {wheel.name}: {sorted(wanted - inside)}"
        [points] = unpacked.glob("*.dist-info/entry_points.txt")
        assert config["DEFAULT"]["console_scripts"].replace("=", " = ") in points.read_text(), points.read_text()
        run(sys.executable, "-I", "-c", in_the_wheel, unpacked, lib)


def main(slow):
    checks = {"export and clean": check_in_step, "README.md": check_readme, "pages": check_pages}
    checks |= {str(path): lambda path=path: check_notebook(path, slow) for path in notebooks()}
    checks["wheel"] = check_wheel
    failed = 0
    for name, check in checks.items():
        start = time.perf_counter()
        try:
            check()
            verdict, why = "passed", ""
        except AssertionError as error:
            verdict, why, failed = "FAILED", f"\n{error}", failed + 1
        print(f"{verdict} {name} ({time.perf_counter() - start:.0f} s){why}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", action="store_true", help="run the cells marked slow as well")
    sys.exit(main(parser.parse_args().slow))
