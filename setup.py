"""All that pip needs to know stands in settings.ini, which nbdev reads too."""
import re
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

here = Path(__file__).parent
config = ConfigParser(delimiters=["="])
config.read(here / "settings.ini", encoding="utf-8")
cfg = config["DEFAULT"]
lib, url = cfg["lib_name"], cfg["git_url"]

suffix = "_requirements"  # a key docs_requirements makes the extra `docs`
extras = {key.removesuffix(suffix): cfg[key].split() for key in cfg if key.endswith(suffix)}
stages = ["Planning", "Pre-Alpha", "Alpha", "Beta", "Production/Stable"]
status = int(cfg["status"])
pythons = [f"3.{minor}" for minor in range(int(cfg["min_python"].split(".")[1]), 15)]
readme = here / "README.md"
text = readme.read_text(encoding="utf-8") if readme.exists() else cfg["description"]


def absolute(match):
    "Return a relative link of README.md as the package's page on the index needs it."
    return f"]({url}/{'raw' if match[1].endswith('.png') else 'blob'}/{cfg['branch']}/{match[1]})"


setup(
    name=lib,
    version=cfg["version"],
    description=cfg["description"],
    long_description=re.sub(r"\]\((nbs/[^)]*)\)", absolute, text),
    long_description_content_type="text/markdown",
    author=cfg["author"],
    url=url,
    project_urls={"Documentation": cfg["doc_host"] + cfg["doc_baseurl"], "Issues": f"{url}/issues"},
    license_expression="Apache-2.0",
    license_files=["LICENSE"],
    keywords=cfg["keywords"],
    classifiers=[
        f"Development Status :: {status} - {stages[status - 1]}",
        f"Intended Audience :: {cfg['audience']}",
        f"Natural Language :: {cfg['language']}",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        *(f"Programming Language :: Python :: {python}" for python in pythons),
    ],
    packages=find_packages(include=[lib, f"{lib}.*"]),
    package_data={lib: ["*.json", "web/*", "bundle/*"]},
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg["requirements"].split(),
    extras_require=extras,
    entry_points={
        "console_scripts": cfg["console_scripts"].split(),
        "nbdev": [f"{lib}={lib}._modidx:d"],  # lets nbdev link `names` in prose to their documentation
    },
)
