"""The engine from a terminal: ``python -m imsearch_helpers FOLDER QUERY``."""

import argparse
import contextlib
import sys

from .checks import checked_count, printable
from .engine import ImageSearchEngine
from .similarity import METRICS
from .vectors import METHODS


def main(arguments=None):
    """Index a folder, search it, print the ranked list.

    Parameters
    ----------
    arguments : list of str, optional
        The command line without the program's name.

    Returns
    -------
    int
        0 when it worked, 1 when not; then the reason is on stderr.
    """
    options = _parser().parse_args(arguments)
    try:
        _search(options)
    except (ImportError, OSError, TypeError, ValueError) as error:
        print(f"imsearch_helpers: {error}", file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="python -m imsearch_helpers", description="Find the pictures most like one.")
    parser.add_argument("folder", help="the folder of pictures to search; subfolders count")
    parser.add_argument("query", help="the picture to search with")
    by_method = "how a picture becomes a vector; deep and small_network are networks, which need the extra extensions"
    parser.add_argument("--method", choices=sorted(METHODS), default="histogram", help=by_method)
    parser.add_argument("--metric", choices=sorted(METRICS), default="cosine", help="what makes two vectors alike")
    parser.add_argument("--top-k", type=int, default=5, metavar="K", help="how many results (default 5)")
    parser.add_argument("--picture", metavar="FILE", help="also write the query and its results as a picture (PNG)")
    return parser


def _search(options):
    engine = ImageSearchEngine(options.folder, options.method, options.metric)
    top_k = checked_count(options.top_k, "--top-k")  # before the long work
    query = engine.vector_of(options.query)
    with contextlib.redirect_stdout(sys.stderr):  # the progress bar; stdout carries the list alone
        engine.index_images()
    for path, reason in engine.failed_images:
        print(f"skipped {printable(path)}: {reason}", file=sys.stderr)
    results = engine.search_fast(query, top_k)
    for place, (path, score) in enumerate(results, start=1):
        print(f"{place}\t{score:.4f}\t{printable(path)}")
    if options.picture:
        from .plots import visualize_results

        visualize_results(options.query, results, len(results)).savefig(options.picture)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a letter that this terminal lacks is no reason to stop
    sys.exit(main())
