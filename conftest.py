"""What every pytest run needs, whichever files it is asked for: kernels that behave alike on all machines."""

import os
import signal
import tempfile
from pathlib import Path

import nbval.kernel

collect_ignore = ["notebooks/assignments/nbgrader_config.py"]  # only nbgrader can read it
SLOWEST_FIRST = ("tests/classroom", "tests/site", "tests/browser", "notebooks")  # so that no long file is left for the end, with one worker idle
HANDLERS = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}  # also for a run in the background or by nohup, which ignores them
KERNEL_CONFIG = "c.HistoryManager.hist_file = ':memory:'\n"


def pytest_configure(config):
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist inherits what its parent has set
        return
    config.ipython_folder = tempfile.TemporaryDirectory(prefix="ipython-")
    profile = Path(config.ipython_folder.name, "profile_default")
    profile.mkdir()
    (profile / "ipython_kernel_config.py").write_text(KERNEL_CONFIG, encoding="utf-8")
    os.environ["IPYTHONDIR"] = config.ipython_folder.name  # not the user's own start-up files and history
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not one the user installed
    os.environ["PYTHONPATH"] = os.pathsep.join([str(config.rootpath), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two workers that each take all cores would stall each other
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # for tests that start onnxruntime themselves
    for name in ("IMSEARCH_DATA", "MPLBACKEND"):
        os.environ.pop(name, None)
    for name, handler in HANDLERS.items():
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
            signal.signal(getattr(signal, name), handler)


def pytest_unconfigure(config):
    if hasattr(config, "ipython_folder"):
        config.ipython_folder.cleanup()


def execute_and_remember(kernel, source, allow_stdin=None):
    """As nbval does it, but with history: without it IPython ignores the `;` that keeps a value from being shown."""
    return kernel.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


nbval.kernel.RunningKernel.execute_cell_input = execute_and_remember


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(SLOWEST_FIRST))


def pytest_terminal_summary(terminalreporter):
    """Print what tests measured (`record_property`); with several workers their own prints are not shown."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
