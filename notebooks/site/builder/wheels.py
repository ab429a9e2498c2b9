"""Files come in, wheels go out: what the browser's Python installs, without a network and without a build tool."""

import base64
import hashlib
import zipfile
from importlib import metadata

from .source import REPOSITORY, version

EDITOR = "jupyterlab"  # in the browser the page itself is that
FROM_HERE = ("comm", "ipywidgets", "jupyterlab_widgets")  # neither Pyodide nor its kernel has them, and the kernel needs the first to start
DATA = ("products", "vectors", "messy", "models")
NOT_READ = (".py", ".md")  # of the data folder: how it was made
WHEEL = "Wheel-Version: 1.0\nGenerator: image-search-from-scratch\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def course_wheels(folder):
    """Write the wheels of the package, of its pictures, and of the widgets.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_package(folder), _pictures(folder), *(_installed(folder, name) for name in FROM_HERE)]


def _package(folder):
    files = {path.relative_to(REPOSITORY).as_posix(): path.read_bytes() for path in (REPOSITORY / "imsearch_helpers").rglob("*.py")}
    needed = [need for need in metadata.requires("imsearch-helpers") if "extra ==" not in need and not need.startswith(EDITOR)]
    return write_wheel(folder, "imsearch_helpers", version(), files, [*needed, f"imsearch-data=={version()}"])


def _pictures(folder):
    """The data folder as it stands beside the package, where `data_dir` looks first."""
    data = REPOSITORY / "data"
    paths = [path for name in DATA for path in (data / name).rglob("*") if path.is_file() and path.suffix not in NOT_READ]
    paths += [path for path in data.iterdir() if path.suffix in (".csv", ".sha256", ".json")]
    files = {path.relative_to(REPOSITORY).as_posix(): path.read_bytes() for path in paths}
    return write_wheel(folder, "imsearch_data", version(), files, [])


def _installed(folder, name):
    """The wheel that an installed package of pure Python came from, but for what it put outside its own folder."""
    package = metadata.distribution(name)
    paths = [path for path in package.files if path.parts[0] == name and path.suffix != ".pyc"]
    files = {path.as_posix(): path.locate().read_bytes() for path in paths}
    needed = [need for need in package.requires or [] if "extra ==" not in need]
    return write_wheel(folder, name, package.version, files, needed)


def write_wheel(folder, name, version, files, needed):
    """Write a wheel; the same content makes the same bytes.

    Parameters
    ----------
    folder : Path
    name : str
        With underscores.
    version : str
    files : dict of str to bytes
        Path in the wheel, with slashes -> content.
    needed : list of str
        Requirements.

    Returns
    -------
    Path
    """
    about = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name.replace('_', '-')}", f"Version: {version}"]
    lines += [f"Requires-Dist: {need}" for need in needed]
    files = dict(sorted(files.items())) | {f"{about}/METADATA": "\n".join(lines).encode() + b"\n", f"{about}/WHEEL": WHEEL.encode()}
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in (files | {f"{about}/RECORD": f"{record}{about}/RECORD,,\n".encode()}).items():
            wheel.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED)
    return path


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
