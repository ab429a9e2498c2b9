"""The bytes of a file that was handed in become a clean notebook of the format that nbgrader reads, or a reason why not."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

MOST_PARTS = 5_000_000  # lists and dicts; each takes a hundred bytes of memory, and a notebook has some thousands
NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
OTHER_FILES = {  # how they begin -> what they are
    b"%PDF": "a PDF", b"PK": "a document or an archive", b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive", b"\x1f\x8b": "a gz archive",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"<": "a web page",
}  # fmt: skip


def read(content, kinds):
    """A notebook without outputs, of format 4.5, whatever program has saved it.

    Parameters
    ----------
    content : bytes
    kinds : dict of str to str
        nbgrader's id of a cell -> the kind of cell that it was handed out as.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    ValueError
        When it is no notebook; the message says what it is.
    """
    old = _parsed(content)
    try:
        old = nbformat.from_dict(json.loads(_whole_letters(json.dumps(old, ensure_ascii=False))))
        old = nbformat.convert(old, 4) if old.get("nbformat", 4) < 4 else old
        cells = [_clean(cell, kinds) for cell in old["cells"]]
    except Exception as error:  # whatever somebody's program wrote: the reason is told, and nobody else is kept waiting
        raise ValueError(f"it is damaged ({type(error).__name__}: {str(error)[:80]})") from None
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # its own may be missing, double or malformed; the same again, so that nothing seems replaced
    return new_notebook(cells=cells)


def _parsed(content):
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:100]
    if not start.strip(b"\0"):
        raise ValueError("it is empty")
    for sign, what in OTHER_FILES.items():
        if start.startswith(sign):
            raise ValueError(f"it is {what}, no notebook")
    if content.count(b"[") + content.count(b"{") > MOST_PARTS:
        raise ValueError(f"it has more than {MOST_PARTS:,} parts, more than any notebook")
    try:
        parsed = json.loads(_text_of(content))
    except (ValueError, RecursionError) as error:
        if start.startswith((b"{", b"[", b"\xff\xfe", b"\xfe\xff")):
            raise ValueError(f"it is cut off, or no notebook ({type(error).__name__})") from None
        raise ValueError("it is no notebook") from None
    if not isinstance(parsed, dict) or not {"cells", "worksheets"} & parsed.keys():
        raise ValueError("it is no notebook")
    return parsed


def _text_of(content):
    try:
        return content.decode(json.detect_encoding(content))  # byte order marks, UTF-16
    except UnicodeDecodeError:  # saved by an editor that knows only the letters of its own country
        return content.decode("cp1252", errors="replace")


def _whole_letters(text):
    """Half an emoji cannot be written into any file; it becomes the sign for a letter that is lost."""
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")


def _clean(cell, kinds):
    """A cell anew, of what nbgrader needs of it: anything else may be what its format does not allow."""
    about = (cell.get("metadata") or {}).get("nbgrader")
    about = about if isinstance(about, dict) and isinstance(about.get("grade_id"), str) else None
    kind = kinds.get(about["grade_id"] if about else None, cell.get("cell_type"))
    source = cell.get("source") or ""
    clean = NEW_CELL.get(kind, new_raw_cell)(source if isinstance(source, str) else "".join(source))
    clean.metadata = nbformat.from_dict({"nbgrader": about} if about else {})
    if kind == "markdown" and _are_pictures(cell.get("attachments")):
        clean.attachments = cell["attachments"]
    return clean


def _are_pictures(attachments):
    bundles = attachments.values() if isinstance(attachments, dict) else []
    return bool(bundles) and all(
        isinstance(bundle, dict) and all(isinstance(data, str) for data in bundle.values()) for bundle in bundles
    )
