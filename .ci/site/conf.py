"""Sphinx's settings for `make docs`; see .ci/docs.py."""
import re
from configparser import ConfigParser
from pathlib import Path

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.util.logging import getLogger

config = ConfigParser(delimiters=["="])
config.read(Path(__file__).parents[2] / "settings.ini", encoding="utf-8")
cfg = config["DEFAULT"]

project, version, copyright = cfg["title"], cfg["version"], cfg["copyright"]
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # of an output: CommonMark alone has no tables
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "deflist", "dollarmath"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # IPython's lexer knows no shell command over two lines

html_theme = "furo"
html_title = f"{cfg['title']} {cfg['version']}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": cfg["git_url"],
    "source_branch": cfg["branch"],
    "source_directory": f"{cfg['nbs_path']}/",
}
html_math_renderer = "mathml"


def math(self, node):
    "Write a formula as MathML, which browsers show without a script; warn of a command that has no MathML."
    block = node.tagname == "math_block"
    tex = re.sub(r"\\[bB]igg?[lrm]?(?![a-zA-Z])", "", node.astext())  # three things that the converter lacks
    tex = re.sub(r"\\arg(?![a-zA-Z])", r"\\mathrm{arg}\\,", tex).replace("{aligned}", "{align*}")
    made = convert(tex, display="block" if block else "inline")
    if "\\" in made:
        getLogger(__name__).warning("unknown command in the formula %s", tex, location=node)
    self.body.append(f'<div class="math-wrapper">{made}</div>' if block else made)
    raise SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (math, None), (math, None))
