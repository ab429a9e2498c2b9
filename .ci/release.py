"""Make a release: `python .ci/release.py 0.2.0`, in the environment of the tests, with everything committed.

Writes the version and today's date into pyproject.toml, CITATION.cff and CHANGELOG.md, commits that and tags it, and builds into `dist/` the wheel
(the package alone; without the pictures it says how to get them) and the course as a ZIP. Nothing is published: push the tag when the tests pass.
"""

import argparse
import datetime
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = r"\d+\.\d+\.\d+"


def main(arguments=None, root=ROOT):
    """Make the release, or say what is in the way and change nothing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", help="three numbers with dots, higher than the last")
    version = parser.parse_args(arguments).version
    problem = what_is_in_the_way(root, version)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    write_version(root, version, datetime.date.today())
    git(root, "commit", "-qam", f"Version {version}")
    git(root, "tag", "-a", f"v{version}", "-m", f"Version {version}")
    for file in build(root, version):
        print(file)
    return 0


def what_is_in_the_way(root, version):
    """A sentence on what must be mended first, or nothing."""
    if not re.fullmatch(VERSION, version):
        return f"version must be three numbers with dots, such as 0.2.0, not {version!r}"
    last = re.search(rf'^version = "({VERSION})"', read(root / "pyproject.toml"), flags=re.M).group(1)
    if [*map(int, version.split("."))] <= [*map(int, last.split("."))] and f"v{last}" in git(root, "tag"):
        return f"version must be higher than the last, {last}, not {version}"
    if git(root, "status", "--porcelain"):
        return "commit or put aside what git status lists, then run this again"
    if "\n## Unreleased\n" not in read(root / "CHANGELOG.md"):
        return "CHANGELOG.md has no heading Unreleased: say there what has changed"
    return ""


def write_version(root, version, day):
    """The version, and the day, wherever they stand."""
    replace(root / "pyproject.toml", rf'^version = "{VERSION}"', f'version = "{version}"')
    replace(root / "imsearch_helpers" / "__init__.py", rf'^__version__ = "{VERSION}"', f'__version__ = "{version}"')
    replace(root / "CITATION.cff", rf"^version: {VERSION}", f"version: {version}")
    replace(root / "CITATION.cff", r"^date-released: .*", f"date-released: {day}")
    replace(root / "CHANGELOG.md", "^## Unreleased$", f"## {version} ({day})")


def build(root, version):
    """The wheel and the ZIP, in dist/."""
    folder = root / "dist"
    folder.mkdir(exist_ok=True)
    course = folder / f"image-search-from-scratch-{version}.zip"
    git(root, "archive", f"--prefix=image-search-from-scratch-{version}/", "-o", str(course), f"v{version}")
    with tempfile.TemporaryDirectory() as made:  # not from the folder of the work, where an old build/ may lie
        git(root, "archive", "-o", str(Path(made, "course.zip")), f"v{version}", "pyproject.toml", "imsearch_helpers", "README.md", "LICENSE")
        subprocess.run([sys.executable, "-m", "zipfile", "-e", "course.zip", "course"], cwd=made, check=True)
        subprocess.run([sys.executable, "-m", "uv", "build", "-q", "--wheel", "-o", str(folder.resolve()), "course"], cwd=made, check=True)
    return [course, *folder.glob(f"imsearch_helpers-{version}-*.whl")]


def read(path):
    return path.read_text(encoding="utf-8")


def replace(path, pattern, text):
    """Replace the one line that fits; anything else is an error."""
    new, count = re.subn(pattern, text, read(path), flags=re.M)
    if count != 1:
        raise ValueError(f"{path.name} must have one line like {pattern}, not {count}")
    path.write_text(new, encoding="utf-8", newline="\n")


def git(root, *arguments):
    """What git says."""
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


if __name__ == "__main__":
    sys.exit(main())
