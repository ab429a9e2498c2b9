"""Floor 1. An unpacked course comes in, its environment and an opened JupyterLab go out: ``python3 -m imsearch_helpers.start``.

It needs nothing but the standard library, and even an old Python can read it, to say that a newer one is needed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
RECORD = ENVIRONMENT / "course.json"  # what was installed; it is there only if the installation came to its end
UNFINISHED = ENVIRONMENT / "unfinished"
NEEDED = "jupyterlab, numpy, PIL, matplotlib, ipywidgets, tqdm, threadpoolctl, imsearch_helpers"
# What each extra is good for: one that comes later in this order serves the earlier ones as well.
EXTRAS = {"": ("", ""), "[site]": (" and its site", ", jupyterlite_core, bs4"),
          "[test]": (" and its tests", ", pytest, xdist, nbval, nbgrader, playwright, axe_playwright_python")}  # fmt: skip
# For one message to a kernel, such as a picture that is uploaded, JupyterLab's own limit is 10 MB; beyond it the socket closes without a word.
UPLOADS = "--ServerApp.tornado_settings={'websocket_max_message_size': 500000000}"
TOO_OLD = "Python {}.{} or newer is needed, this is {}.{}. Get one from https://www.python.org/downloads/ and start with it."
HELP = """python3 -m imsearch_helpers.start [--tests | --site] [--fresh NN] [options of JupyterLab; of pytest after --tests; a folder after --site]

Sets up the course in .venv, makes your copies of the notebooks in my_notebooks, and opens JupyterLab there.
  --tests      sets up what the tests need, too, and runs all of them instead
  --site       builds the course's web site instead, in build/site or the folder that is named
  --fresh NN   gives you notebook NN as it was at first; what you have is kept beside it
"""
# What pip says when something is wrong, and what to say to a person.
REMEDIES = [
    (("getaddrinfo failed", "Temporary failure in name resolution", "NewConnectionError", "ConnectTimeout", "Network is unreachable",
      "nodename nor servname", "Name or service not known", "Max retries exceeded"),
     "There is no network, or it does not let pip through. The first start needs it; later ones do not."),
    (("No space left on device", "Errno 28", "not enough space on the disk"),
     "The disk is full: the course needs about 1 GB."),
    (("Read-only file system", "Permission denied", "Errno 13", "Errno 30", "Access is denied"),
     "This folder cannot be written. Copy the course to a folder of your own."),
    (("WinError 206", "filename or extension is too long", "Long Path", "File name too long"),
     "The path of this folder is too long for the system. Move the course to a short one, such as C:\\course."),
    (("ensurepip is not available", "No module named ensurepip", "No module named 'ensurepip'", "No module named venv"),
     "This Python has no ensurepip. On Debian or Ubuntu: apt-get install python3-venv"),
]  # fmt: skip


class Problem(Exception):
    """What went wrong, in a sentence for a person, with its remedy."""


def main(arguments):
    """Set up, then run the tests or open JupyterLab.

    Parameters
    ----------
    arguments : list of str
        The command line without the program's name.

    Returns
    -------
    int
        The exit code: that of JupyterLab or pytest; 1 when it did not come to that.
    """
    try:
        if sys.version_info < OLDEST:
            raise Problem(TOO_OLD.format(*OLDEST, *sys.version_info))
        if "--help" in arguments or "-h" in arguments:
            print(HELP)
            return 0
        if not (ROOT / "pyproject.toml").is_file() or not (ROOT / "notebooks").is_dir():
            raise Problem("This is the package alone. Start in the folder of the course, which has notebooks and pyproject.toml.")
        tests, site = "--tests" in arguments, "--site" in arguments
        set_up("[test]" if tests else "[site]" if site else "")
        fresh, others = options_in([argument for argument in arguments if argument not in ("--tests", "--site")])
        return run_tests(others) if tests else build_site(others) if site else open_course(fresh, others)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except OSError as error:
        print(explained(str(error)), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Start again whenever you like; what is unfinished will be done then.", file=sys.stderr)
    return 1


def options_in(arguments):
    """The notebooks that are wanted fresh, and all other arguments."""
    fresh, others = [], list(arguments)
    while "--fresh" in others:
        place = others.index("--fresh")
        if place + 1 == len(others):
            raise Problem("--fresh needs the number of a notebook, such as: --fresh 03")
        fresh.append(others[place + 1])
        del others[place : place + 2]
    return fresh, others


def explained(said):
    """The remedy for what a program said when it failed; what it said last, where none is known."""
    for signs, remedy in REMEDIES:
        if any(sign in said for sign in signs):
            return remedy
    last = [line for line in said.splitlines() if line.strip()][-3:]
    return "That did not work. What was said last:\n  " + "\n  ".join(last)


# The environment


def python_of_environment():
    """The Python in .venv, whether it is there or not."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def set_up(extra):
    """Make .venv what the course needs; takes no time and no network when nothing has changed."""
    wanted, record = requirements(extra), installed()
    by_hand = record is None and not UNFINISHED.exists()  # then whoever made it knows what is in it
    good = [requirements(larger) for larger in list(EXTRAS)[list(EXTRAS).index(extra) :]]
    if (by_hand or record in good) and works(NEEDED + EXTRAS[extra][1]):
        return
    if UNFINISHED.exists() or (ENVIRONMENT.exists() and not works("pip")):
        print("The environment in .venv is unfinished, or of another Python: it is made anew.", flush=True)
        shutil.rmtree(str(ENVIRONMENT))
    if not ENVIRONMENT.exists():
        print("Making an environment in .venv ...", flush=True)
        run([sys.executable, "-m", "venv", str(ENVIRONMENT)])
    UNFINISHED.touch()
    print(f"Installing what the course needs{EXTRAS[extra][0]}: about 1 GB, some minutes the first time ...", flush=True)
    pip = [str(python_of_environment()), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar=off"]
    run([*pip, "-c", "constraints.txt", "-e", "." + extra], show=("Collecting ", "Downloading ", "Installing collected "))
    if not works(NEEDED):
        raise Problem("Something is missing in .venv. Delete that folder, and start again.")
    RECORD.write_text(json.dumps(wanted), encoding="utf-8")
    UNFINISHED.unlink()


def requirements(extra):
    """What an environment must have been made from to be good."""
    texts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return {"extra": extra, "made from": hashlib.sha256(b"".join(texts)).hexdigest()}


def installed():
    """What .venv was made from, if it came to its end."""
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def works(modules):
    """Whether the Python in .venv is new enough and has these modules."""
    code = f"import sys, importlib.util as u; sys.exit(sys.version_info < {OLDEST} or not all(map(u.find_spec, '{modules}'.split(', '))))"
    try:
        return subprocess.call([str(python_of_environment()), "-c", code], cwd=str(ROOT), stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def run(command, show=()):
    """Run a program; show a line for what it does, if it takes long; a Problem with its remedy when it fails."""
    said, width = [], shutil.get_terminal_size().columns - 1
    process = subprocess.Popen(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
                               encoding="utf-8", errors="replace")  # fmt: skip
    try:
        for line in process.stdout:
            said.append(line)
            if line.strip().startswith(show or "\0"):
                short = line.strip().split(" (")[0][:width]
                print("\r" + short.ljust(width) if sys.stdout.isatty() else short, end="" if sys.stdout.isatty() else "\n", flush=True)
    finally:
        process.stdout.close()
        code = process.wait()
    print("\r" + " " * width + "\r" if show and sys.stdout.isatty() else "", end="", flush=True)
    if code:
        raise Problem(explained("".join(said)))


# What it is for


def run_tests(arguments):
    """All tests; the exit code is theirs."""
    return hand_over([str(python_of_environment()), "-m", "pytest", *arguments])


def build_site(arguments):
    """The web site, in a folder; the exit code is that of the program that builds it."""
    return hand_over([str(python_of_environment()), str(ROOT / "notebooks" / "site"), *arguments])


def open_course(fresh, arguments):
    """The learner's copies, and JupyterLab in front of them."""
    from .copies import FOLDER, update_copies

    try:
        said = update_copies(ROOT, fresh)
    except ValueError as error:
        raise Problem(str(error)) from None
    print(f"Your notebooks are in {FOLDER}.", *said, sep="\n  ")
    print("JupyterLab opens in your browser; its address follows. To stop it, press Ctrl-C here, twice.", flush=True)
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    first = f"--LabApp.default_url=/lab/tree/{FOLDER}/00_start_here.ipynb"
    jupyterlab = [str(python_of_environment()), "-m", "jupyterlab", "--log-level=WARN"]
    return hand_over([*jupyterlab, first, UPLOADS, *as_root, *arguments])


def hand_over(command):
    """Let a program go on in this terminal, in the place of this one where the system can do that."""
    os.chdir(str(ROOT))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))  # also after the folder was moved
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # is for the program, which decides when it ends
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
