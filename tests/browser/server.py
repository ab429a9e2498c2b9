"""Start a real Jupyter server for a test, ask it for things, and stop it with all it started."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

TOKEN = "only-for-this-test"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A Jupyter server that was just started and is given `patience` seconds to answer."""

    def __init__(self, command, port, log, patience, **options):
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        with log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **options
            )
        try:
            self._wait(patience)
        except BaseException:
            self.stop()
            raise

    def get(self, path):
        """(status, body) of a GET with the token."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()

    def contents(self, path):
        """What the server serves at a path, as Jupyter's contents API describes it."""
        return json.loads(self.get(f"/api/contents/{path}")[1])

    def _wait(self, patience):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.log.read_text(encoding='utf-8')}")
            try:
                self.get("/api/status")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise TimeoutError(f"no server after {patience} s:\n{self.log.read_text(encoding='utf-8')}")

    def stop(self):
        """End the server and its kernels."""
        if sys.platform == "win32":
            self.process.terminate()
        elif self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
