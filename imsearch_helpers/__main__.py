"""The engine from a terminal: ``python -m imsearch_helpers FOLDER QUERY``, or ``FOLDER --duplicates``."""

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path

from .checks import checked_count, needed, printable
from .engine import ImageSearchEngine
from .folders import checked_patterns, folder_named
from .images import SUFFIXES
from .index_file import is_index
from .output import checked_output, is_table, whole_file
from .similarity import METRICS
from .vectors import METHODS

# Ctrl-C, a shutdown and a terminal that is closed; Windows lacks the last.
STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
SOFTWARE = "imsearch_helpers"  # noted in a picture of ours: only such a one is ever replaced


def main(arguments=None):
    """Index a folder, search it, print the ranked list; or print its near-duplicates.

    Parameters
    ----------
    arguments : list of str, optional
        The command line without the program's name.

    Returns
    -------
    int
        0 when it worked, 1 when not, also where the index could not be kept, 130 when it was interrupted; then the reason is on
        stderr.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.duplicates != (options.query is None):
        parser.error("give either a QUERY to search with or --duplicates")
    if not options.duplicates and (options.csv or options.threshold is not None):
        parser.error("--csv and --threshold belong to --duplicates")
    if options.duplicates and options.top_k is not None:
        parser.error("--top-k belongs to a QUERY, not to --duplicates")
    index = options.index
    try:
        if options.picture:  # before anything is read
            needed("matplotlib", "--picture", extra="")
        _list_duplicates(options) if options.duplicates else _search(options)
    except (ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
        print(f"imsearch_helpers: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        again = "the same command goes on from there" if options.index else "without --index nothing is kept"
        print(f"imsearch_helpers: interrupted; {again}", file=sys.stderr)
        return 130
    return 0 if options.index == index else 1  # it forgets one that could not be kept


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        super().error(printable(message))  # an argument may be the name of a file, which may be anything


def _parser():
    parser = _Parser(prog="python -m imsearch_helpers", description="Find the pictures most like one.")
    out = "a file, folder or pattern to leave out; --index remembers it until there is another, '' for none"
    parser.add_argument("folder", help="the folder of pictures to search; subfolders count")
    parser.add_argument("query", nargs="?", help="the picture to search with")
    by_method = "how a picture becomes a vector (default: that of --index, or histogram); deep and small_network need the extra extensions"
    parser.add_argument("--method", choices=sorted(METHODS), help=by_method)
    parser.add_argument("--metric", choices=sorted(METRICS), help="what makes two vectors alike (default: that of --index, or cosine)")
    parser.add_argument("--top-k", type=int, metavar="K", help="how many results (default 5)")
    parser.add_argument("--picture", metavar="FILE", help="also write what was found as a picture, FILE.png")
    parser.add_argument("--index", metavar="FILE", help="keep the vectors there; next time only what is new or changed is read")
    parser.add_argument("--exclude", action="append", default=[], metavar="NAME", help=out)
    alike = parser.add_argument_group("instead of QUERY")
    alike.add_argument("--duplicates", action="store_true", help="list what is nearly the same (default method: pixels); delete nothing")
    alike.add_argument("--threshold", type=float, metavar="SCORE", help="the lowest score that counts (default: the method's own)")
    alike.add_argument("--csv", metavar="FILE", help="also write the list as a table")
    return parser


def _list_duplicates(options):
    from .duplicates import HEADS, checked_threshold, near_duplicates

    if options.csv is not None:
        checked_output(options.csv, is_table(HEADS), "--csv")
    engine = _engine(options, "pixels")
    threshold = checked_threshold(options.threshold, engine)  # before the long work
    _bring_up_to_date(engine, options)
    with contextlib.redirect_stdout(sys.stderr):
        groups = near_duplicates(engine, threshold)
    _print_lines(
        f"{number}\t{'largest' if path == group.largest else f'{score:.4f}'}\t{printable(path)}"
        for number, group in enumerate(groups, start=1)
        for path, score in zip(group, group.scores)
    )
    drawn = "" if groups or not options.picture else "; no picture is written"
    print(f"{len(groups)} group{'s' * (len(groups) != 1)}, {sum(map(len, groups))} pictures; nothing was deleted{drawn}", file=sys.stderr)
    if options.csv is not None:
        groups.to_csv(options.csv)
    if options.picture and groups:
        from .plots import show_duplicates

        _write_picture(options.picture, show_duplicates(groups))


def _search(options):
    top_k = checked_count(5 if options.top_k is None else options.top_k, "--top-k")  # all that can be wrong comes before the long work
    engine = _engine(options, "histogram")
    query = engine.vector_of(options.query)
    _bring_up_to_date(engine, options)
    results = engine.search_fast(query, top_k)
    _print_lines(f"{place}\t{score:.4f}\t{printable(path)}" for place, (path, score) in enumerate(results, start=1))
    if options.picture:
        from .plots import visualize_results

        _write_picture(options.picture, visualize_results(options.query, results, len(results)))


def _print_lines(lines):
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has; files are still to be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check_names(options):
    named = {"--picture": options.picture, "--index": options.index, "--csv": options.csv}
    named = {name: path for name, path in named.items() if path is not None}
    if len(set(map(os.path.realpath, named.values()))) < len(named):
        raise ValueError(f"{', '.join(named)} must be different files")
    for name, path in named.items():
        suffix = Path(path).suffix.lower()
        if name == "--picture" and suffix not in ("", ".png"):
            raise ValueError(f"--picture: a PNG picture is written: end its name in .png, not {printable(path)}")
        if name != "--picture" and suffix in SUFFIXES:
            raise ValueError(f"{name}: no picture is written there: choose another name, not {printable(path)}")


def _engine(options, method):
    for path, is_ours, name in ((options.picture, _is_picture_of_ours, "--picture"), (options.index, is_index, "--index")):
        if path is not None:
            checked_output(path, is_ours, name)
    _check_names(options)
    if options.index is None or not os.path.exists(options.index):
        return ImageSearchEngine(options.folder, options.method or method, options.metric or "cosine", options.exclude)
    engine = ImageSearchEngine.load(options.index, options.method or (method if options.duplicates else None))
    if os.path.realpath(engine.image_dir) != os.path.realpath(folder_named(options.folder, "folder")):
        raise ValueError(f"folder: {printable(options.index)} is an index of '{printable(engine.image_dir)}'; choose another --index")
    engine.metric = options.metric or engine.metric
    engine.exclude = checked_patterns(options.exclude) if options.exclude else engine.exclude
    return engine


def _bring_up_to_date(engine, options):
    try:
        with contextlib.redirect_stdout(sys.stderr):  # the progress bar; stdout carries the list alone
            engine.update()
    finally:  # also what was read before an interruption
        if options.index is not None and engine.image_paths:
            _keep(engine, options)
    for path, reason in engine.failed_images:
        print(f"skipped {printable(path)}: {reason}", file=sys.stderr)


def _keep(engine, options):
    try:
        engine.save(options.index)
    except OSError as error:  # as a full disk: the answer does not need it
        print(f"imsearch_helpers: the index is not kept: {error}", file=sys.stderr)
        options.index = None


def _write_picture(path, figure):
    with whole_file(path, _is_picture_of_ours) as file:
        figure.savefig(file, format="png", metadata={"Software": SOFTWARE})


def _is_picture_of_ours(first_bytes):
    return first_bytes.startswith(b"\x89PNG") and SOFTWARE.encode() in first_bytes


def _stop_once(number, frame):
    for each in STOPS:  # a second one would come while what was read is being saved
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    # A stream that was closed before the start is None.
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w", encoding="utf-8") for stream in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a letter that this terminal lacks is no reason to stop
    for each in STOPS:
        if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(each, _stop_once)
    sys.exit(main())
