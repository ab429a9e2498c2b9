"""A release, made in a copy: version everywhere, a tag, a wheel that installs, a ZIP of the course."""

import importlib.util
import os
import subprocess
import sys
import zipfile

import pytest

from tests import REPOSITORY

spec = importlib.util.spec_from_file_location("release", REPOSITORY / ".ci" / "release.py")
release = importlib.util.module_from_spec(spec)
spec.loader.exec_module(release)

FILES = ("pyproject.toml", "CITATION.cff", "CHANGELOG.md", "README.md", "LICENSE")


@pytest.fixture
def copy(tmp_path):
    """The files of a release in a repository of their own."""
    root = tmp_path / "course"
    (root / "imsearch_helpers").mkdir(parents=True)
    for name in (*FILES, *(f"imsearch_helpers/{path.name}" for path in (REPOSITORY / "imsearch_helpers").glob("*.py"))):
        (root / name).write_bytes((REPOSITORY / name).read_bytes())
    release.git(root, "init", "-q")
    for name, value in (("user.name", "somebody"), ("user.email", "somebody@example.org"), ("commit.gpgsign", "false")):
        release.git(root, "config", name, value)
    (root / ".gitignore").write_text("dist/\n", encoding="utf-8")
    release.git(root, "add", "-A")
    release.git(root, "commit", "-qm", "as it is")
    return root


def test_release_writes_its_version_everywhere_and_tags_it(copy, monkeypatch):
    monkeypatch.setattr(release, "build", lambda root, version: [])
    assert release.main(["12.3.4"], copy) == 0
    assert 'version = "12.3.4"' in release.read(copy / "pyproject.toml")
    assert '__version__ = "12.3.4"' in release.read(copy / "imsearch_helpers" / "__init__.py")  # by which workers know one another
    assert "version: 12.3.4" in release.read(copy / "CITATION.cff")
    assert "\n## 12.3.4 (20" in release.read(copy / "CHANGELOG.md")
    assert release.git(copy, "tag").split() == ["v12.3.4"]
    assert release.git(copy, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "version, said", [("1.2", "three numbers with dots"), ("v1.2.3", "three numbers with dots"), ("0.0.1", "higher than the last")]
)
def test_bad_version_changes_nothing(copy, capsys, version, said):
    last = release.re.search(rf'^version = "({release.VERSION})"', release.read(copy / "pyproject.toml"), flags=release.re.M).group(1)
    release.git(copy, "tag", f"v{last}")
    assert release.main([version], copy) == 1
    assert said in capsys.readouterr().err
    assert release.git(copy, "status", "--porcelain") == ""


def test_uncommitted_work_is_not_released(copy, capsys):
    (copy / "README.md").write_text("changed\n", encoding="utf-8")
    assert release.main(["12.3.4"], copy) == 1
    assert "commit or put aside" in capsys.readouterr().err
    assert release.git(copy, "tag") == ""


def test_wheel_without_the_data_says_how_to_get_it(copy, tmp_path):
    assert release.main(["12.3.4"], copy) == 0
    (course,), (wheel,) = (copy / "dist").glob("*.zip"), (copy / "dist").glob("*.whl")
    assert "image-search-from-scratch-12.3.4/pyproject.toml" in zipfile.ZipFile(course).namelist()
    there = tmp_path / "there"
    zipfile.ZipFile(wheel).extractall(there)
    code = "import imsearch_helpers; print(imsearch_helpers.__file__); imsearch_helpers.Products()"
    environment = {name: value for name, value in os.environ.items() if name != "IMSEARCH_DATA"} | {"PYTHONPATH": str(there)}
    done = subprocess.run([sys.executable, "-c", code], cwd=there, capture_output=True, encoding="utf-8", env=environment)
    assert str(there) in done.stdout
    assert (there / "imsearch_helpers-12.3.4.dist-info").is_dir()
    assert "IMSEARCH_DATA" in done.stderr and "copy of the course" in done.stderr

