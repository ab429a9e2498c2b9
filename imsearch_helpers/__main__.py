"""The engine from a terminal: ``python -m imsearch_helpers FOLDER QUERY``, or ``FOLDER --duplicates``."""

import argparse
import contextlib
import sys

from .checks import checked_count, printable
from .engine import ImageSearchEngine
from .similarity import METRICS
from .vectors import METHODS


def main(arguments=None):
    """Index a folder, search it, print the ranked list; or print its near-duplicates.

    Parameters
    ----------
    arguments : list of str, optional
        The command line without the program's name.

    Returns
    -------
    int
        0 when it worked, 1 when not; then the reason is on stderr.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.duplicates != (options.query is None):
        parser.error("give either a QUERY to search with or --duplicates")
    if not options.duplicates and (options.csv or options.threshold is not None):
        parser.error("--csv and --threshold belong to --duplicates")
    try:
        _list_duplicates(options) if options.duplicates else _search(options)
    except (ImportError, OSError, TypeError, ValueError) as error:
        print(f"imsearch_helpers: {error}", file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="python -m imsearch_helpers", description="Find the pictures most like one.")
    parser.add_argument("folder", help="the folder of pictures to search; subfolders count")
    parser.add_argument("query", nargs="?", help="the picture to search with")
    parser.add_argument("--method", choices=sorted(METHODS), help="how a picture becomes a vector (default histogram)")
    parser.add_argument("--metric", choices=sorted(METRICS), default="cosine", help="what makes two vectors alike")
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="how many results (default 5)")
    parser.add_argument("--picture", metavar="FILE", help="also write the query and its results as a picture (PNG)")
    alike = parser.add_argument_group("instead of QUERY")
    alike.add_argument("--duplicates", action="store_true", help="list what is nearly the same (default method: pixels); delete nothing")
    alike.add_argument("--threshold", type=float, metavar="SCORE", help="the lowest score that counts (default: the method's own)")
    alike.add_argument("--csv", metavar="FILE", help="also write the list as a table")
    return parser


def _list_duplicates(options):
    from .judging import checked_threshold, near_duplicates

    engine = ImageSearchEngine(options.folder, options.method or "pixels", options.metric)
    threshold = checked_threshold(options.threshold, engine)  # before the long work
    _index(engine)
    with contextlib.redirect_stdout(sys.stderr):
        groups = near_duplicates(engine, threshold)
    for number, group in enumerate(groups, start=1):
        for path, score in zip(group, group.scores):
            print(f"{number}\t{'largest' if path == group.largest else f'{score:.4f}'}\t{printable(path)}")
    print(f"{len(groups)} groups, {sum(map(len, groups))} pictures; nothing was deleted", file=sys.stderr)
    if options.csv:
        groups.to_csv(options.csv)
    if options.picture and groups:
        from .plots import show_duplicates

        show_duplicates(groups).savefig(options.picture)


def _search(options):
    engine = ImageSearchEngine(options.folder, options.method or "histogram", options.metric)
    top_k = checked_count(options.top_k, "--top-k")  # before the long work
    query = engine.vector_of(options.query)
    _index(engine)
    results = engine.search_fast(query, top_k)
    for place, (path, score) in enumerate(results, start=1):
        print(f"{place}\t{score:.4f}\t{printable(path)}")
    if options.picture:
        from .plots import visualize_results

        visualize_results(options.query, results, len(results)).savefig(options.picture)


def _index(engine):
    with contextlib.redirect_stdout(sys.stderr):  # the progress bar; stdout carries the list alone
        engine.index_images()
    for path, reason in engine.failed_images:
        print(f"skipped {printable(path)}: {reason}", file=sys.stderr)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a letter that this terminal lacks is no reason to stop
    sys.exit(main())
