"""Print a notebook as plain text without its outputs, so that `git diff` shows what a person changed.

Once per clone: git config diff.ipynb.textconv "python tests/notebooks/as_text.py"
"""

import json
import sys
from pathlib import Path


def as_text(notebook):
    """The cells' sources, each under a line with its kind and tags."""
    parts = []
    for number, cell in enumerate(notebook["cells"]):
        tags = " ".join(cell["metadata"].get("tags", []))
        parts.append(f"# --- {number} {cell['cell_type']} {tags}".rstrip() + "\n" + "".join(cell["source"]))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    print(as_text(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), end="")
