"""Build the course's web site: python notebooks/site DIR, in an environment with the extra `site`.

`python3 -m imsearch_helpers.start --site DIR` makes that environment first.
"""

import argparse
import sys
from pathlib import Path

from builder.course import build


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python notebooks/site", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/site"), help="default: build/site")
    try:
        folder = build(parser.parse_args(arguments).folder)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The site is in {folder}. Any web server can serve it; to look at it here:")
    print(f"  {sys.executable} -m http.server --bind 127.0.0.1 --directory {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
