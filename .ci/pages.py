"""What the pages of the documentation show of the code: nbdev applies `ShowCode` to every notebook.

nbdev alone hides exported cells and shows the signatures of what they define. Here the cells themselves are
shown, with an anchor for each name, so that nbdev's links to `names` find them. Imports and long cells are
folded. settings.ini names this class under `procs`, so Quarto's site needs this folder on its PYTHONPATH.
"""
import ast

from execnb.nbio import mk_cell
from nbdev.process import Processor

LONGEST = 15  # lines of code of a cell that is shown unfolded


def names_in(tree):
    "Return the names that nbdev links to: functions, classes and their methods."
    names = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
            names += [node.name, *(f"{node.name}.{method}" for method in methods)]
        elif isinstance(node, ast.FunctionDef):
            names.append(node.name)
    return names


def options_for(source, tree):
    "Return the Quarto options of an exported cell."
    options = {"classes": "exported"}
    if all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body):
        return options | {"code-fold": "true", "code-summary": '"imports"'}
    if len(source.splitlines()) > LONGEST:
        names = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        return options | {"code-fold": "true", "code-summary": f'"{", ".join(names) or "code"}"'}
    return options


class ShowCode(Processor):
    "A processor of nbdev: show exported cells, with anchors for links; hide the module's name."

    def cells_for(self, cell):
        "Return the cells of a page for one cell of the notebook."
        directives = getattr(cell, "directives_", {})
        if "default_exp" in directives:
            return []
        if not {"export", "exporti"} & directives.keys():
            return [cell]
        tree = ast.parse(cell.source)
        anchors = "\n".join(f'<div id="{name.lower()}"></div>' for name in names_in(tree))
        options = options_for(cell.source, tree)
        cell.source = "".join(f"#| {name}: {value}\n" for name, value in options.items()) + cell.source
        return [mk_cell(anchors, "markdown"), cell] if anchors else [cell]

    def end(self):
        self.nb.cells = [made for cell in self.nb.cells for made in self.cells_for(cell)]
