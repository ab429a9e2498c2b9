"""The engine from a terminal: ``python -m imsearch_helpers FOLDER QUERY``, or ``FOLDER --duplicates``."""

import argparse
import contextlib
import os
import sys

from .checks import checked_count, needed, printable
from .engine import ImageSearchEngine
from .folders import checked_patterns, folder_named
from .index_file import is_index
from .output import checked_output, is_table, whole_file
from .similarity import METRICS
from .vectors import METHODS

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
        0 when it worked, 1 when not, 130 when it was interrupted; then the reason is on stderr.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.duplicates != (options.query is None):
        parser.error("give either a QUERY to search with or --duplicates")
    if not options.duplicates and (options.csv or options.threshold is not None):
        parser.error("--csv and --threshold belong to --duplicates")
    try:
        if options.picture:  # before anything is read
            needed("matplotlib", "--picture", extra="")
        _list_duplicates(options) if options.duplicates else _search(options)
    except (ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
        print(f"imsearch_helpers: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        again = "; the same command goes on from there" if options.index else ""
        print(f"imsearch_helpers: interrupted{again}", file=sys.stderr)
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        super().error(printable(message))  # an argument may be the name of a file, which may be anything


def _parser():
    parser = _Parser(prog="python -m imsearch_helpers", description="Find the pictures most like one.")
    parser.add_argument("folder", help="the folder of pictures to search; subfolders count")
    parser.add_argument("query", nargs="?", help="the picture to search with")
    by_method = "how a picture becomes a vector (default histogram); deep and small_network need the extra extensions"
    parser.add_argument("--method", choices=sorted(METHODS), help=by_method)
    parser.add_argument("--metric", choices=sorted(METRICS), help="what makes two vectors alike (default cosine)")
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="how many results (default 5)")
    parser.add_argument("--picture", metavar="FILE", help="also write what was found as a picture (PNG)")
    parser.add_argument("--index", metavar="FILE", help="keep the vectors there; next time only what is new or changed is read")
    parser.add_argument("--exclude", action="append", default=[], metavar="NAME", help="a file, folder or pattern to leave out")
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
    _bring_up_to_date(engine, options.index)
    with contextlib.redirect_stdout(sys.stderr):
        groups = near_duplicates(engine, threshold)
    for number, group in enumerate(groups, start=1):
        for path, score in zip(group, group.scores):
            print(f"{number}\t{'largest' if path == group.largest else f'{score:.4f}'}\t{printable(path)}")
    print(f"{len(groups)} group{'s' * (len(groups) != 1)}, {sum(map(len, groups))} pictures; nothing was deleted", file=sys.stderr)
    if options.csv is not None:
        groups.to_csv(options.csv)
    if options.picture and groups:
        from .plots import show_duplicates

        _write_picture(options.picture, show_duplicates(groups))


def _search(options):
    top_k = checked_count(options.top_k, "--top-k")  # all that can be wrong comes before the long work
    engine = _engine(options, "histogram")
    query = engine.vector_of(options.query)
    _bring_up_to_date(engine, options.index)
    results = engine.search_fast(query, top_k)
    for place, (path, score) in enumerate(results, start=1):
        print(f"{place}\t{score:.4f}\t{printable(path)}")
    if options.picture:
        from .plots import visualize_results

        _write_picture(options.picture, visualize_results(options.query, results, len(results)))


def _engine(options, method):
    for path, is_ours, name in ((options.picture, _is_picture_of_ours, "--picture"), (options.index, is_index, "--index")):
        if path is not None:
            checked_output(path, is_ours, name)
    if options.index is None or not os.path.exists(options.index):
        return ImageSearchEngine(options.folder, options.method or method, options.metric or "cosine", options.exclude)
    engine = ImageSearchEngine.load(options.index, options.method)
    if os.path.realpath(engine.image_dir) != os.path.realpath(folder_named(options.folder, "folder")):
        raise ValueError(f"folder: {printable(options.index)} is an index of '{printable(engine.image_dir)}'; choose another --index")
    engine.metric = options.metric or engine.metric
    engine.exclude = checked_patterns(options.exclude) or engine.exclude
    return engine


def _bring_up_to_date(engine, index):
    try:
        with contextlib.redirect_stdout(sys.stderr):  # the progress bar; stdout carries the list alone
            engine.update()
    finally:  # also what was read before an interruption
        if index is not None and engine.image_paths:
            engine.save(index)
    for path, reason in engine.failed_images:
        print(f"skipped {printable(path)}: {reason}", file=sys.stderr)


def _write_picture(path, figure):
    with whole_file(path, _is_picture_of_ours) as file:
        figure.savefig(file, format="png", metadata={"Software": SOFTWARE})


def _is_picture_of_ours(first_bytes):
    return first_bytes.startswith(b"\x89PNG") and SOFTWARE.encode() in first_bytes


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a letter that this terminal lacks is no reason to stop
    sys.exit(main())
