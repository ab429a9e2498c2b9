"""The scripts beside this file: what execute.py stores, the page it writes, the text that `git diff` shows."""

import base64
import io
import re

import nbformat
from ipywidgets import HTML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval.plugin import get_sanitize_patterns
from PIL import Image

from imsearch_helpers.widgets import Panel
from tests import REPOSITORY
from tests.notebooks import as_text, execute, minutes


def figure(alt):
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG")
    data = {"image/png": base64.b64encode(stream.getvalue()).decode()}
    return new_output("display_data", data, metadata={"image/png": {"alt": alt}})


def widget(name):
    view = {"version_major": 2, "version_minor": 0, "model_id": "1"}
    return new_output("display_data", {"text/plain": f"{name}(children=(", execute.WIDGET_VIEW: view})


def test_tidy_keeps_tags_and_ids_and_drops_timings_and_kernel_details():
    cell = new_code_cell("1", id="first", metadata={"tags": ["listing"], "execution": {"iopub.status.busy": "now"}})
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}, "language_info": {"name": "python", "version": "3.11.7"}})
    execute.tidy(notebook)
    assert notebook.metadata == execute.METADATA
    assert (cell.id, cell.metadata) == ("first", {"tags": ["listing"]})


def test_tidy_puts_a_sentence_in_place_of_a_widget():
    cell = new_code_cell("explore()", outputs=[widget("VBox")])
    execute.tidy(new_notebook(cells=[cell]))
    assert cell.outputs[0].data == {"text/plain": execute.INSTEAD_OF_WIDGET}


def sanitized(output):
    """What nbval compares."""
    for regex, replacement in get_sanitize_patterns((REPOSITORY / "tests/nbval_sanitize.cfg").read_text("ascii")):
        output = re.sub(regex, replacement, output)
    return output


def test_a_comment_in_code_is_no_heading():
    cells = [new_markdown_cell("## Exercises"), new_code_cell("# What this section claims"), new_markdown_cell("one two")]
    assert [kind for kind, _ in minutes.parts(new_notebook(cells=cells))] == ["exercises"] * 3


def test_nbval_takes_the_sentence_for_any_widget():
    assert repr(Panel({}, HTML())) == execute.INSTEAD_OF_WIDGET
    assert sanitized("VBox(children=(IntSlider(value=5), HTML(value='<b>'…") == execute.INSTEAD_OF_WIDGET


def test_nbval_takes_one_bar_time_or_address_for_another_but_no_other_number():
    assert sanitized("Indexing: 100%|███| 1000/1000 [00:01<00:00]") == sanitized("Indexing:  40%|█  | 400/1000 [00:09<00:05]")
    assert sanitized("took 12.3 ms, <object at 0x7f3a>") == sanitized("took 9 ms, <object at 0xffff>")
    assert sanitized("precision 0.8 of 5") != sanitized("precision 0.6 of 5")


def test_nbval_does_not_mind_a_bar_that_only_a_busy_machine_shows():
    bar = "\rComparing:  50%|##   | 2/4 [00:02<00:02,  1.1s/ blocks]\rComparing: 100%|#####| 4/4 [00:02<00:00,  1.80 blocks/s]\n"
    assert sanitized(bar + "200 groups\n") == sanitized(bar + bar + "200 groups\n") == "200 groups\n"
    assert sanitized(bar + "200 groups\n") != sanitized(bar + "199 groups\n")
    notebook = new_notebook(cells=[new_code_cell("1", outputs=[new_output("stream", text=bar + "200 groups\n")])])
    execute.tidy(notebook)
    assert notebook.cells[0].outputs[0].text == "200 groups\n"


def test_page_carries_the_alt_text_of_its_figures():
    notebook = new_notebook(cells=[new_code_cell("plot()", outputs=[figure('bars, "red" highest')])])
    page = execute.as_page(notebook, "title")
    assert 'alt="bars, &quot;red&quot; highest"' in page or "alt='bars, \"red\" highest'" in page
    assert "No description has been provided" not in page


def test_execute_runs_in_the_notebooks_folder_and_resolves_carriage_returns(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    code = "from pathlib import Path\nprint('one\\rtwo')\nPath.cwd().name"
    notebook = new_notebook(cells=[new_code_cell(code)])
    execute.execute(notebook)
    stream, result = notebook.cells[0].outputs
    assert (stream.text, result.data["text/plain"]) == ("two\n", "'notebooks'")


def test_as_text_shows_sources_and_tags_but_no_outputs():
    code = new_code_cell("explore()", outputs=[widget("VBox")], metadata={"tags": ["listing"]})
    notebook = nbformat.from_dict(new_notebook(cells=[new_markdown_cell("# Title"), code]))
    assert as_text.as_text(notebook) == "# --- 0 markdown\n# Title\n\n# --- 1 code listing\nexplore()\n"
