"""A real JupyterLab on a copy of the notebooks, and a browser to open them in."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import Error

from imsearch_helpers.start import UPLOADS
from tests import REPOSITORY
from tests.browser.server import TOKEN, Server, free_port

# Nothing that moves, asks or saves while a test looks; and every cell in the page, not only those in view.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
}

# Run All is lost when it comes before the kernel's socket is up, so wait for each thing in turn.
RUN_ALL = """async ([path, seconds]) => {
    const deadline = Date.now() + 1000 * seconds;
    const until = async (what, found) => {
        for (;;) {
            const value = found();
            if (value) return value;
            if (Date.now() > deadline) throw new Error(`${path}: waited ${seconds} s for ${what}`);
            await new Promise(resolve => setTimeout(resolve, 50));
        }
    };
    const app = await until('JupyterLab', () => window.jupyterapp);
    await app.restored;
    const panel = await until('the notebook', () =>
        [...app.shell.widgets('main')].find(widget => widget.context?.path === path));
    await panel.context.ready;
    await until('a kernel', () => panel.sessionContext.session?.kernel?.connectionStatus === 'connected');
    app.shell.activateById(panel.id);
    let done = false;
    app.commands.execute('notebook:run-all-cells').then(() => done = true);
    await until('the cells to run', () => done);
    return [...panel.content.model.cells].flatMap(cell => cell.type !== 'code' ? [] :
        cell.outputs.toJSON().filter(output => output.output_type === 'error').map(output => `${output.ename}: ${output.evalue}`));
}"""
PATIENCE = 120  # seconds


class Lab:
    """JupyterLab's server, and a browser that opens its notebooks."""

    def __init__(self, server, chromium, notebooks):
        self.server = server
        self.chromium = chromium
        self.notebooks = notebooks  # the folder that it serves

    def run(self, name):
        """Open a notebook, run all cells, and return the page; no cell may have raised an error.

        Parameters
        ----------
        name : str
            Of a file in notebooks/.
        """
        page = self.chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{self.server.url}/lab/tree/notebooks/{name}?token={TOKEN}&reset")
        try:
            errors = page.evaluate(RUN_ALL, [f"notebooks/{name}", PATIENCE])
        except Error as error:
            error.add_note(self.server.log.read_text(encoding="utf-8")[-4000:])
            raise
        assert not errors, f"{name}: {errors}"
        return page

    def run_cells(self, name, cells):
        """As `run`, for a notebook made of a few cells, where the course's own computes for long before what is tested.

        Parameters
        ----------
        name : str
            Of the file to write.
        cells : list of str
        """
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=kernel)
        nbformat.write(notebook, self.notebooks / name)
        return self.run(name)


@contextlib.contextmanager
def running_lab(chromium):
    """A `Lab` in a temporary folder, stopped and removed at the end."""
    # Not pytest's own temporary folder: the names of sockets below it would become too long.
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        no_checkpoints = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(REPOSITORY / "notebooks", folder / "course" / "notebooks", ignore=no_checkpoints)
        write_settings(folder / "settings")
        write_page_config(folder / "config" / "labconfig")
        server = start_lab(folder)
        try:
            yield Lab(server, chromium, folder / "course" / "notebooks")
        finally:
            server.stop()


def write_settings(folder):
    for plugin, values in SETTINGS.items():
        path = folder / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


def write_page_config(folder):
    """Leave out the grader's menu, which a learner's JupyterLab does not have."""
    folder.mkdir(parents=True)
    (folder / "page_config.json").write_text(json.dumps({"disabledExtensions": {"@jupyter/nbgrader": True}}), encoding="utf-8")


def start_lab(folder):
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
        f"--ServerApp.root_dir={folder / 'course'}",
        UPLOADS,
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly", "--LabApp.news_url="),
    ]
    if sys.platform == "linux":
        command.append("--KernelManager.transport=ipc")  # no ports that another process could take in between
    environment = os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "IMSEARCH_DATA": str(REPOSITORY / "data"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    return Server(command, port, folder / "server.log", patience=PATIENCE, env=environment)
