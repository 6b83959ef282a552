"""`make readme`: README.md from nbs/index.ipynb, without Quarto. With --check, only say whether they agree.

Links and pictures in the index are relative to nbs/; in README.md they are relative to the project. Of a cell
with `#| echo: false` only the output is kept. A figure must be a committed file that the index links to,
![](studies/results/x.png), and a table must be Markdown: a package index shows neither a figure in an output
nor a page's style.
"""
import argparse
import posixpath
import re
import sys

import nbformat
from execnb.nbio import nb2str, read_nb
from nbconvert import MarkdownExporter
from nbdev.config import get_config
from nbdev.processors import FilterDefaults

config = get_config()
root = config.config_path.resolve()
nbs = config.nbs_path.name
link = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)")
directive = re.compile(r"^#\|.*\n?", re.MULTILINE)


class Plain(FilterDefaults):
    "nbdev's processors, but for those which run code, link names to the site or speak of the notebook."

    def base_procs(self):
        left_out = ("exec_show_docs", "add_show_docs", "add_links", "insert_warning")
        return [proc for proc in super().base_procs() if proc.__name__ not in left_out]

    def xtra_procs(self):
        return []


def prose(change, markdown):
    "Apply `change` to all of `markdown` but its code blocks."
    parts = re.split(r"(^ *```.*?^ *``` *$)", markdown, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.lstrip().startswith("```") else change(part) for part in parts)


def relink(markdown):
    "Return `markdown`, written for nbs/, with links for the project's folder; exit if one leads nowhere."
    def seen_from_root(match):
        target = posixpath.normpath(posixpath.join(nbs, match[0]))
        if not (root / target).exists():
            sys.exit(f"{nbs}/{config.readme_nb} links to {match[0]}, which does not exist")
        return target

    return prose(lambda text: link.sub(seen_from_root, text), markdown)


def shown(cell):
    "Return a cell of the index as README.md shows it; exit for an output that a package index does not show."
    if cell.cell_type != "code":
        return cell
    outputs = str(cell.get("outputs", ""))
    for kind in ("image/", "text/html"):
        if kind in outputs:
            sys.exit(f"an output of {config.readme_nb} is {kind}: link to a file, or write Markdown")
    if re.search(r"^#\| *echo: *false", cell.source, re.MULTILINE):
        cell.source = ""
    cell.source = directive.sub("", cell.source)
    return cell


def readme():
    "Return the text of README.md."
    notebook = read_nb(config.nbs_path / config.readme_nb)
    Plain()(notebook)
    front = notebook.frontmatter_
    notebook.cells = [shown(cell) for cell in notebook.cells if cell.cell_type != "raw"]
    notebook.metadata.language_info = {"name": "python"}  # what nbconvert names code blocks after
    body, _ = MarkdownExporter().from_notebook_node(nbformat.reads(nb2str(notebook), as_version=4))
    body = re.sub(r"^```python\s*```$", "", body, flags=re.MULTILINE)  # the sources that are not shown
    made_from = f"<!-- Made from {nbs}/{config.readme_nb} by `make readme`: edit the notebook. -->"
    head = f"# {front['title']}\n\n{made_from}\n\n"
    if "description" in front:
        head += f"> {front['description']}\n\n"
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in body.splitlines()))
    return head + relink(body).strip() + "\n"


def main(check):
    path, text = root / "README.md", readme()
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        sys.exit(f"README.md is not what {nbs}/{config.readme_nb} says: run `make readme`")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it would change")
    main(parser.parse_args().check)
