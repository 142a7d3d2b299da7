"""What messages tell to install can be typed: it names where the package came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run_python

import flake8_theano_updates

FOLDER = Path(flake8_theano_updates.__file__).resolve().parents[1]


def said(tmp_path: Path, origin: dict[str, object] | None) -> str:
    """Return the command for an installation of which pip has written down this origin."""
    written = tmp_path / "flake8_theano_updates-0.1.0.dist-info"
    written.mkdir()
    (written / "METADATA").write_text("Name: flake8-theano-updates\nVersion: 0.1.0\n")
    if origin is not None:
        (written / "direct_url.json").write_text(json.dumps(origin))
    script = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(FOLDER)!r}]\n"
        "from flake8_theano_updates.extras import install\n"
        "print(install('py2'))\n"
    )
    done = run_python("-c", script, cwd=tmp_path)
    assert done.stderr == ""
    return done.stdout.rstrip("\n")


@pytest.mark.parametrize(
    ("origin", "where"),
    [
        # What pip writes: nothing for a package of an index, else PEP 610.
        (None, ""),
        ({"url": "file:///src/it", "dir_info": {}}, " @ file:///src/it"),
        ({"url": "file:///dist/it.whl", "archive_info": {}}, " @ file:///dist/it.whl"),
        (
            {
                "url": "https://example.org/it.git",
                "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": "0123abc"},
                "subdirectory": "python",
            },
            " @ git+https://example.org/it.git@0123abc#subdirectory=python",
        ),
    ],
)
def test_an_extra_comes_from_where_the_package_came(
    tmp_path: Path, origin: dict[str, object] | None, where: str
) -> None:
    command = f'pip install "flake8-theano-updates[py2]{where}"'
    assert said(tmp_path, origin) == command


def test_a_checkout_on_the_path_is_named(tmp_path: Path) -> None:
    # Without the environment there is no record of an installation.
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from flake8_theano_updates.extras import install\n"
        "print(install('py2'))\n"
    )
    package = tmp_path / "flake8_theano_updates"
    package.mkdir()
    for name in ("__init__.py", "extras.py"):
        (package / name).write_bytes((FOLDER / "flake8_theano_updates" / name).read_bytes())
    done = run_python("-S", "-c", script, cwd=tmp_path)
    assert done.stdout == f'pip install "flake8-theano-updates[py2] @ {tmp_path.as_uri()}"\n'
