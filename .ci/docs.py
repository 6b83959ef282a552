"""`make docs`: the documentation site in _docs/, without Quarto.

nbdev processes the notebooks: it hides cells, links names, and shows exported code as pages.py says. This
script turns what nbdev leaves for Quarto into what Sphinx with MyST reads, and Sphinx builds the pages from
the stored outputs. No notebook is run. A traceback in an output, a link to nothing or a warning of Sphinx is
an error. With --check, build the pages and leave _docs/ as it is.
"""
import argparse
import json
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from execnb.nbio import nb2str, read_nb
from nbdev.config import get_config
from nbdev.doclinks import _nbpath2html, nbglob
from nbdev.processors import FilterDefaults
from readme import prose

config = get_config()
root, folder = config.config_path.resolve(), config.nbs_path.resolve()
site = config.doc_host + config.doc_baseurl + "/"
repository = f"{config.git_url}/blob/{config.branch}/"
parts = {  # of the table of contents, in their order: pages by name, and where * stands the others
    "Begin": ["tour"],
    "Explore": ["attention", "distill_live", "compress_live", "tradeoffs", "your_language", "*"],
    "Studies": ["teacher", "main", "comet", "extreme", "*", "frontier"],
    "Rooms": ["*"],
}
homes = {"Begin": "tour", "Explore": "explore/*", "Studies": "studies/*", "Rooms": "[0-9]*"}
in_colab = [homes[name] for name in ("Begin", "Explore", "Studies")]  # pages that have a link to Colab
first_in_colab = """#| hide
import os

if "COLAB_RELEASE_TAG" in os.environ:  # in Colab: get the project, and work in the folder of this notebook
    !git clone --quiet --depth 1 {url} /content/{repo}
    %pip install --quiet "/content/{repo}[export]" fastcore
    %cd -q /content/{repo}/{home}"""

to_symbol = re.compile(r"\[`([^`]+)`\]\(" + re.escape(site) + r"([^)#]*)#?([^)]*)\)")
to_file = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)")
number = re.compile(r"[-+−]?[\d.,]+(–[\d.,]+)?( ?[%M])?|[-–]?|nan", re.IGNORECASE)  # in a cell of a table
option = re.compile(r"^#\| *([\w-]+): *(.*)\n?", re.MULTILINE)
tags = {
    ("echo", "false"): "remove-input",
    ("output", "false"): "remove-output",
    ("code-fold", "true"): "hide-input",
}


def text(lines):
    return lines if isinstance(lines, str) else "".join(lines)


def markdown_cell(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def title_cells(source):
    "Return the title and the lead of a page for nbdev's front matter."
    front = yaml.safe_load(source.strip().strip("-"))
    lead = f"\n\n{{.lead}}\n{front['description']}" if "description" in front else ""
    return [markdown_cell(f"# {front['title']}{lead}")] if "title" in front else []


def opens_in_colab(page):
    "Return whether a page has a link that opens its notebook in Colab."
    return any(fnmatch(page, home + ".ipynb") for home in in_colab)


def colab_link(page):
    "Return a line for below a page's title, with a link to its notebook in the public repository."
    path = f"{config.user}/{config.repo}/blob/{config.branch}/{folder.name}/{page}"
    return f"\n\n{{.colab}}\n[Open in Colab](https://colab.research.google.com/github/{path})"


def is_prose(output):
    "Return whether an output is printed sentences: a long line, and nothing that stands in columns."
    printed = text(output.get("text", ""))
    return max(map(len, printed.split("\n"))) > 90 and not re.search(r"\S {2,}\S|[│━─|]", printed)


def aligned(html):
    "Return HTML with a class on the columns that hold numbers alone, in tables of pandas."
    soup = BeautifulSoup(html, "html.parser")
    for table in soup.select("table.dataframe, table[id^=T_]"):
        heads = [row.find_all("th") for row in table.select("thead tr")]
        columns = list(zip(*(row.find_all("td") for row in table.select("tbody tr"))))
        for at, column in enumerate(columns, -len(columns)):
            if all(number.fullmatch(cell.get_text(strip=True)) for cell in column):
                above = [row[at] for row in heads if len(row) >= -at and not row[at].has_attr("colspan")]
                for cell in (*column, *above):
                    cell["class"] = [*cell.get("class", []), "number"]
    return str(soup)


def shown(output):
    "Return an output as it is shown on a page."
    data = output.get("data", {})
    if "<table" not in text(data.get("text/html", "")):
        return output
    return output | {"data": data | {"text/html": aligned(text(data["text/html"]))}}


def code_cells(cell):
    "Return a code cell with Quarto's options as tags of MyST-NB."
    source = text(cell["source"])
    options = dict(option.findall(source))
    if options.get("include") == "false":
        return []
    metadata = {"tags": [tag for (name, value), tag in tags.items() if options.get(name) == value]}
    if "classes" in options:
        metadata["tags"].append(options["classes"])
    if any(map(is_prose, cell["outputs"])):
        metadata["tags"].append("prose")
    if "code-summary" in options:
        summary = options["code-summary"].strip('"')
        metadata["mystnb"] = {"code_prompt_show": summary, "code_prompt_hide": summary}
    outputs = [shown(output) for output in cell["outputs"]]
    return [cell | {"source": option.sub("", source), "metadata": metadata, "outputs": outputs}]


def cells_for(cell):
    "Return the cells of a page, as MyST-NB wants them, for one cell that nbdev processed."
    source = text(cell["source"])
    if cell["cell_type"] == "raw":
        return title_cells(source)
    if cell["cell_type"] == "code":
        return code_cells(cell)
    if source.startswith("<!-- WARNING: THIS FILE WAS AUTOGENERATED"):
        return []
    return [cell | {"source": source}]


@dataclass
class Site:
    "All pages by their paths, with what links between them need."
    pages: dict[str, list]  # path of a notebook below nbs/: its cells
    linked: set = field(default_factory=set)  # files below nbs/ that a page shows or links to
    faults: list = field(default_factory=list)

    def __post_init__(self):
        self.by_url = {_nbpath2html(Path(path)).as_posix(): path for path in self.pages}
        found = re.compile(r'<div id="([^"]+)"></div>')
        self.anchors = {(path, anchor) for path, cells in self.pages.items()
                        for cell in cells for anchor in found.findall(text(cell["source"]))}

    def symbol(self, page, match):
        "Return a link of nbdev to a documented name as a link to its page here."
        name, target, anchor = match.groups()
        there = self.by_url.get(target)
        if there is None:
            return f"`{name}`"
        url = posixpath.relpath(there, posixpath.dirname(page) or ".").replace(".ipynb", ".html")
        place = "#" + anchor if (there, anchor) in self.anchors else ""
        return f'<a href="{url}{place}"><code>{name}</code></a>'

    def file(self, page, match):
        "Return a link to a file: to its page, a copy of it or the repository; a missing one is a fault."
        target = (folder / posixpath.dirname(page) / match[0]).resolve()
        if not target.exists():
            self.faults.append(f"{folder.name}/{page} links to {match[0]}, which does not exist")
        elif not target.is_file() or target.suffix == ".md" or folder not in target.parents:
            return repository + target.relative_to(root).as_posix()
        elif target.suffix != ".ipynb":
            self.linked.add(target)
        return match[0]

    def relink(self, page, source):
        "Return the Markdown of a page with its links as they are on this site."
        source = to_symbol.sub(lambda match: self.symbol(page, match), source)
        return to_file.sub(lambda match: self.file(page, match), source)

    def check_colab(self):
        "Add a fault for each notebook with a link to Colab whose first code cell would not work there."
        for page in filter(opens_in_colab, self.pages):
            home = posixpath.dirname(f"{folder.name}/{page}")
            wanted = first_in_colab.format(url=config.git_url, repo=config.repo, home=home)
            first = next(cell for cell in read_nb(folder / page).cells if cell.cell_type == "code")
            if wanted != first.source:
                self.faults.append(f"{folder.name}/{page} has another first code cell; expected\n{wanted}")

    def check_outputs(self):
        "Add a fault for each output that holds a traceback."
        for path, cells in self.pages.items():
            for cell in cells:
                if "Traceback (most recent" in json.dumps(cell.get("outputs", "")):
                    source = text(cell["source"])
                    self.faults.append(f"{folder.name}/{path} shows a traceback below\n{source}")

    def trees(self):
        "Return the tables of contents: one a part of the site."
        for name, order in parts.items():
            here = {Path(path).stem: path[:-len(".ipynb")] for path in sorted(self.pages)
                    if fnmatch(path, homes[name] + ".ipynb")}
            others = [page for page in here if page not in order]
            wanted = [page for one in order for page in (others if one == "*" else [one])]
            found = [here[page] for page in wanted if page in here]
            if found:
                yield "\n".join(["```{toctree}", ":hidden:", f":caption: {name}", "", *found, "```"])

    def write(self, to):
        "Write the pages, and the files they show, for Sphinx; raise a SystemExit on faults."
        self.check_outputs()
        self.check_colab()
        for path, cells in self.pages.items():
            for cell in cells:
                if cell["cell_type"] == "markdown":
                    cell["source"] = prose(partial(self.relink, path), text(cell["source"]))
            if path == config.readme_nb:
                cells += [markdown_cell(tree) for tree in self.trees()]
            write_page(to / path, cells)
        if self.faults:
            sys.exit("\n".join(self.faults))
        for path in self.linked:
            copy = to / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)


def write_page(path, cells):
    "Write a notebook; IPython's lexer knows lines that begin with ! or %."
    python = {"name": "python", "pygments_lexer": "ipython3"}
    notebook = {
        "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": python},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def processed(path):
    "Return the cells of a page, made of the notebook at `path`."
    notebook, page = read_nb(path), path.relative_to(folder).as_posix()
    FilterDefaults()(notebook)
    cells = [made for cell in json.loads(nb2str(notebook))["cells"] for made in cells_for(cell)]
    if opens_in_colab(page):
        cells[0]["source"] = text(cells[0]["source"]) + colab_link(page)
    return cells


def main(check):
    paths = sorted(Path(path).resolve() for path in nbglob(as_path=True))
    pages = {path.relative_to(folder).as_posix(): processed(path) for path in paths}
    with tempfile.TemporaryDirectory() as home:
        source, built = Path(home) / "pages", Path(home) / "built"
        Site(pages).write(source)
        options = ["-q", "-W", "--keep-going", "-c", root / ".ci/site", "-d", Path(home) / "doctrees"]
        command = [str(word) for word in (sys.executable, "-m", "sphinx", *options, source, built)]
        if subprocess.run(command).returncode:
            sys.exit("the site has faults: see above")
        if check:
            return
        shutil.rmtree(config.doc_path, ignore_errors=True)
        shutil.copytree(built, config.doc_path)
    print(f"{config.doc_path.name}/index.html")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="build the pages, but not into _docs/")
    main(parser.parse_args().check)
