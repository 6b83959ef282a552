"""`make notebooks`: run notebooks in a real kernel, store their outputs, clean them.

Cells marked `#| eval: false` or with a flag of settings.ini's tst_flags (`#| slow`) are left out and keep the
outputs they had; so is `nbdev_export()`. Cells keep their ids. What stays out of a stored output: stderr
(progress bars, warnings) and widgets, which are dead on a static page. A notebook that fails, or whose output
names a folder of this machine, is left as it was.
"""
import argparse
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from execnb.nbio import read_nb, write_nb
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbdev.clean import clean_nb
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from nbdev.process import NBProcessor

config = get_config()
root = config.config_path.resolve()
widget = "application/vnd.jupyter.widget-view+json"


def runs(cell):
    "Return whether a code cell is to run."
    flagged = set(config.tst_flags.split()) & cell.directives_.keys()
    off = cell.directives_.get("eval:", [""])[0].lower() == "false"
    return not (flagged or off or "nbdev_export" + "(" in cell.source)


def left_out(path):
    "Return the ids of the code cells of the notebook at `path` that are not to run."
    cells = [cell for cell in NBProcessor(path, process=True).nb.cells if cell.cell_type == "code"]
    return {cell.id for cell in cells if not runs(cell)}


def to_store(outputs):
    "Return outputs without stderr and widgets."
    return [o for o in outputs if o.get("name") != "stderr" and widget not in o.get("data", {})]


def execute(path):
    "Run the notebook at `path` in its own folder; return its cells' outputs by cell id."
    skip = left_out(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id not in skip]
    options = dict(timeout=None, kernel_name="python3", coalesce_streams=True)
    options |= dict(extra_arguments=["--log-level=ERROR"], resources={"metadata": {"path": str(path.parent)}})
    NotebookClient(notebook, **options).execute()
    as_on_disk = json.loads(nbformat.writes(notebook))  # text in lists of lines
    return {cell["id"]: to_store(cell["outputs"]) for cell in as_on_disk["cells"]}


def renew(path):
    "Run, store and clean a notebook; raise a ValueError if an output names a folder of this machine."
    outputs = execute(path)
    for folder in (str(root), sys.prefix, str(Path.home()) + os.sep):
        cells = [id for id, output in outputs.items() if folder in json.dumps(output)]
        if cells:
            raise ValueError(f"the output of cell {cells[0]} names {folder}")
    notebook = read_nb(path)
    for cell in notebook.cells:
        if cell.get("id") in outputs:
            cell.outputs = outputs[cell.id]
    clean_nb(notebook, clean_ids=True)  # no "at 0x7f..." either, which changes with each run
    notebook.metadata.pop("widgets", None)
    write_nb(notebook, path)


def main(paths):
    environment = {"OMP_NUM_THREADS": "2", "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": str(root)}
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    failed = 0
    for path in [path.resolve() for path in paths or sorted(nbglob(as_path=True))]:
        start = time.perf_counter()
        try:
            renew(path)
            verdict, why = "stored", ""
        except (CellExecutionError, CellTimeoutError, DeadKernelError, ValueError) as error:
            verdict, why = "FAILED", f"\n{error}"
            failed += 1
        print(f"{verdict} {path.relative_to(root)} ({time.perf_counter() - start:.0f} s){why}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks to run; all of them if none is given")
    sys.exit(main(parser.parse_args().paths))
