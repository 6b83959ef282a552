"""A notebook with widgets, moved as a browser moves it, but without one: part of `make test`.

The notebook runs in a kernel of its own. Then the kernel is sent what JupyterLab sends when a slider is
moved, and what the page says and shows must become something else.
"""
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.manager import start_new_kernel

explore = Path(__file__).resolve().parent.parent / "nbs/explore"
PATIENCE = 600  # seconds that a cell or a message may take


class Page:
    "What a browser knows of a notebook: the state of each widget, by its model."

    def __init__(self, kernel):
        self.kernel, self.states = kernel, {}

    def hear(self, message):
        "Keep what a message of the kernel says of a widget."
        if message["msg_type"] in ("comm_open", "comm_msg"):
            content = message["content"]
            self.states.setdefault(content["comm_id"], {}).update(content["data"].get("state", {}))

    def run(self, notebook):
        "Run the cells of a notebook; raise an AssertionError if one fails."
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                source = "".join(cell["source"])
                reply = self.kernel.execute_interactive(source, output_hook=self.hear, timeout=PATIENCE)
                end = reply["content"]
                assert end["status"] == "ok", f"{source}\n\n{end.get('ename')}: {end.get('evalue')}"

    def move(self, model, value):
        "Send what a browser sends when a control is moved, and hear all that comes of it."
        data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        sent = self.kernel.session.msg("comm_msg", {"comm_id": model, "data": data})
        self.kernel.shell_channel.send(sent)
        idle = False
        while not idle:
            message = self.kernel.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == sent["header"]["msg_id"]:
                self.hear(message)
                idle = message["content"].get("execution_state") == "idle"

    def model(self, description):
        "Return the model of the control that has a label."
        [found] = [model for model, state in self.states.items() if state.get("description") == description]
        return found

    def shown(self):
        "Return what the page says, and its pictures."
        values = [str(state.get("value")) for state in self.states.values()]
        said = [value for value in values if 'role="status"' in value or 'role="alert"' in value]
        return said, [value for value in values if "<img" in value]


@contextmanager
def opened(name):
    "Run a notebook of nbs/explore/ in a kernel that stays; yield its page."
    manager, kernel = start_new_kernel(cwd=explore, extra_arguments=["--log-level=ERROR"])
    try:
        page = Page(kernel)
        page.run(explore / f"{name}.ipynb")
        yield page
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)


def check_tradeoffs():
    "Less budget names another best model and draws other pictures; too little is said in a sentence."
    with opened("tradeoffs") as page:
        budget, before = page.model("at most, MB"), page.shown()
        page.move(budget, 3.0)
        after = page.shown()
        assert before[0] != after[0], f"the budget was moved; the page still says {before[0]}"
        assert len(before[1]) == len(after[1]) == 2, f"expected two pictures; found {len(after[1])}"
        assert not set(before[1]) & set(after[1]), "the budget was moved; a picture is still the same"
        page.move(budget, 0.4)
        said, pictures = page.shown()
        assert 'role="alert"' in said[0] and not pictures, f"nothing fits, and the page says {said}"
        return before[0][0], after[0][0], said[0]


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        print(*check_tradeoffs(), sep="\n")
    except AssertionError as error:
        sys.exit(str(error))
