"""Floor 7. Paths and vectors come in; a table of a vector database goes out, which SQL searches, filters and changes.

The work is done by PostgreSQL with pgvector. Where you name a folder, a server of its own runs on this computer (the
module `postgres` says how); where you name a server by its connection string, that one. The rest is the same.

- **Who owns the map.** The table owns the map from its ids to paths: its columns `id` and `path`. What `index_over`
  makes owns the map from paths to the row numbers of one list of them, an engine's. No id leaves the table, so that one
  of an earlier table cannot be taken for another picture.
- **Exact or not.** Without an index PostgreSQL compares all rows. With the graph (hierarchical navigable small world,
  HNSW) its planner chooses, statement by statement: where few rows pass a filter it may rather compare all of these,
  which is exact. `explain` shows what it did, and `tune(exact=True)` forbids the graph.
- **How far the graph is searched.** `hnsw.ef_search` candidates are kept, 200 by default, and `hnsw.iterative_scan`,
  set to `relaxed_order`, goes on where a filter leaves too few of them, until some 20,000 rows were seen. Where a
  planner that knows each column alone mistakes how few rows pass two together, that can end without a result that is
  there. So `find` and the index for an engine, where fewer than top_k came back, compare all that pass; a statement
  of your own does not.
- **Of others.** Open no database folder of somebody you do not trust: its settings can name programs to run.
- **Elsewhere.** A server on another computer should be asked for by TLS, with ``?sslmode=verify-full``: else vectors,
  paths and perhaps the password travel as they are.

References
----------
The manuals of PostgreSQL 18 and of pgvector 0.8: filtering, iterative index scans. Y. Malkov and D. Yashunin,
Efficient and robust approximate nearest neighbor search using hierarchical navigable small world graphs, TPAMI 2020.
"""

import contextlib
import struct
import sys
import weakref

import numpy as np

from .arrays import as_float32, checked_direction, checked_lengths, checked_vector
from .checks import checked_count, needed, printable
from .engine import SearchResult
from .postgres import PURPOSE, open_server
from .similarity import rank


class VectorDatabase(contextlib.AbstractContextManager):
    """A table of pictures, their vectors and whatever else is known of them, in PostgreSQL with pgvector.

    Several programs may use one at once, and several threads if each opens its own.

    Parameters
    ----------
    where : str or Path
        A folder, for a server of its own, or a server's connection string: ``postgresql://user:password@host:port/name`` or
        ``host=... dbname=...``. A folder that is not there is made.
    table : str
        Its name, a word. It need not exist yet: `load` makes it.

    Attributes
    ----------
    n_dims : int or None
        Of the vectors in the table; None while there is no table.
    columns : list of str
        What the table knows of a picture beside id, path and vector.
    ef_search, exact : int, bool
        As `tune` set them.

    Raises
    ------
    ImportError
        When the extra is missing; the message says how to install it.
    ConnectionError
        When the server is away, cannot be started, or does not let us in.
    ValueError
        When `where` cannot be read, the server has no pgvector from 0.8 on, or `table` is another's.

    Examples
    --------
    >>> with VectorDatabase("my_database") as database:  # doctest: +SKIP
    ...     _ = database.load(["a.png", "b.png"], [[2, 0], [1, 1]], {"category": ["mug", "boot"]})
    ...     database.find([1, 0], top_k=5, but_not={"category": "mug"})
    [SearchResult(path='b.png', score=0.7071067811865475)]
    """

    def __init__(self, where, table="pictures"):
        self._pg = needed("psycopg", PURPOSE)
        self._name, self._table = table, self._quoted(table)
        with contextlib.ExitStack() as held, self._clear_errors():
            if not isinstance(where, str) or not ("://" in where or "=" in where):
                where = self._pg.conninfo.make_conninfo(**held.enter_context(open_server(where)))
            # Nothing is prepared, because the plan for one filter would be kept for others.
            settings = {"connect_timeout": 30, "autocommit": True, "prepare_threshold": None, "client_encoding": "utf8"}
            self._connection = held.enter_context(self._pg.connect(where, **settings))
            with contextlib.suppress(self._pg.errors.UniqueViolation):  # another made it at the same moment
                self._connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            [(version,)] = self.rows("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
            if [*map(int, version.split("."))] < [0, 8]:
                raise ValueError(f"the server must have pgvector from 0.8 on, not {version}: ALTER EXTENSION vector UPDATE")
            self.tune()
            self._look()
            self._closing = weakref.finalize(self, held.pop_all().close)  # also when nobody calls close

    def __exit__(self, *error):
        self.close()

    def __len__(self):
        return self.rows(f"SELECT count(*) FROM {self._table}")[0][0]

    def close(self):
        """End the connection, and the server where it is our own and nobody else uses it. What is stored stays."""
        self._closing()

    def tune(self, ef_search=200, exact=False):
        """Say how far to search from now on; what is not said goes back to its default.

        Parameters
        ----------
        ef_search : int
            How many candidates a search in the graph keeps, from 1 to 1,000. More finds more, and takes longer.
        exact : bool
            True forbids the graph, so that every row that passes a filter is compared.

        Returns
        -------
        VectorDatabase
            Itself.
        """
        self.rows("SELECT set_config('hnsw.iterative_scan', 'relaxed_order', false), set_config('hnsw.ef_search', %(n)s, false), "
                  "set_config('enable_indexscan', %(graph)s, false)", n=str(ef_search), graph="off" if exact else "on")  # fmt: skip
        self.ef_search, self.exact = ef_search, bool(exact)
        return self

    def load(self, paths, vectors, columns=None, index=True):
        """Replace the table by another one, as a whole: an interrupted load leaves the table that was there, or none.

        Parameters
        ----------
        paths : sequence of str
            They differ from one another. Row number i gets the id i.
        vectors : array_like, shape (n_images, n_dims), float32
            Those of zeros have no direction: a graph leaves them out, and without it they come last.
        columns : dict of str to sequence of str, optional
            What else is known of each picture, to filter by. Names are words.
        index : bool
            Whether to build the graph by cosine (of at most 2,000 dimensions), and for each further column an index that finds
            the rows of a value. They follow whatever is added and removed later.

        Returns
        -------
        VectorDatabase
            Itself.

        Raises
        ------
        ValueError
            When something is not as described, a table of that name is another's, or n_dims is above 2,000 with `index`.
        """
        from tqdm import tqdm

        matrix = as_float32(vectors)
        if matrix.ndim != 2:
            raise ValueError(f"vectors must be a matrix of shape (n_images, n_dims), not of shape {matrix.shape}")
        checked_lengths(matrix, "vectors")
        texts = [_checked_texts(values, len(matrix), name) for name, values in [("paths", paths), *(columns or {}).items()]]
        self._look()
        new, names = self._quoted(f"{self._name}_new"), [self._quoted(name) for name in ("path", *(columns or {}))]
        with self._clear_errors(), self._connection.transaction():
            self.rows(f"CREATE TABLE {new} (id bigint GENERATED BY DEFAULT AS IDENTITY (MINVALUE 0) PRIMARY KEY, UNIQUE (path), "
                      f"embedding vector({matrix.shape[1]}) NOT NULL, {' text NOT NULL, '.join(names)} text NOT NULL)")  # fmt: skip
            with self._connection.cursor().copy(f"COPY {new} (embedding, {', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy:
                for row in tqdm(_binary_rows(matrix, texts), "Loading", len(matrix), unit=" pictures", file=sys.stdout, delay=1):
                    copy.write_row(row)
            if index:
                self._index(new, names[1:], matrix.shape)
            self.rows(f"ANALYZE {new}")  # what the planner knows of the values
            self.rows(f"DROP TABLE IF EXISTS {self._table}")  # only now do others wait who read it
            self.rows(f"ALTER TABLE {new} RENAME TO {self._table}")
        self._look()
        return self

    def _index(self, table, columns, shape):
        from tqdm import tqdm

        # In it the graph should fit, beside each vector its links and their bookkeeping, or it is built far slower.
        self.rows(f"SET LOCAL maintenance_work_mem = '{min(max(64, shape[0] * (4 * shape[1] + 600) >> 20), 2047)}MB'")
        with tqdm(desc="Building the graph", total=shape[0], unit=" pictures", file=sys.stdout, disable=shape[0] < 5_000) as bar:
            self.rows(f"CREATE INDEX ON {table} USING hnsw (embedding vector_cosine_ops)")
            bar.update(shape[0])
        for column in columns:
            self.rows(f"CREATE INDEX ON {table} ({column})")

    def add(self, path, vector, /, **columns):
        """Put in one picture.

        Parameters
        ----------
        path : str
        vector : array_like, shape (n_dims,)
        **columns : str
            One for each further column of the table.

        Raises
        ------
        ValueError
            When the path is there already, the vector has another length, or a column is missing or unknown.
        """
        _checked_texts([path, *columns.values()], 1 + len(columns), "path and columns")
        names = ["path", "embedding", *columns]
        places = ", ".join(f"%({name})s" for name in names)
        self.rows(f"INSERT INTO {self._table} ({', '.join(map(self._quoted, names))}) VALUES ({places})",
                  path=path, embedding=checked_vector(vector, "vector"), **columns)  # fmt: skip

    def remove(self, path):
        """Take out one picture.

        Parameters
        ----------
        path : str

        Raises
        ------
        KeyError
            When it is not there.
        """
        if not self.rows(f"DELETE FROM {self._table} WHERE path = %(path)s RETURNING id", path=path):
            raise self._absent(path)

    def vector_of(self, path):
        """The vector of a picture in the table.

        Parameters
        ----------
        path : str

        Returns
        -------
        ndarray, shape (n_dims,), float32

        Raises
        ------
        KeyError
            When it is not there.
        """
        for (numbers,) in self.rows(f"SELECT embedding::real[] FROM {self._table} WHERE path = %(path)s", path=path):
            return np.float32(numbers)
        raise self._absent(path)

    def _absent(self, path):
        return KeyError(f"there is no '{printable(path)}' in table {self._name!r}")

    def statement(self, query_vector, top_k=5, only=None, but_not=None):
        """The one SQL statement that `find` runs.

        Parameters
        ----------
        query_vector, top_k, only, but_not
            As for `find`.

        Returns
        -------
        statement : str
            With names in the places of values, as in ``%(query)s``.
        parameters : dict
            The value of each: for ``rows(statement, **parameters)``, also after you have changed either.
        """
        query = checked_direction(query_vector, "query_vector")
        conditions, parameters = [], {"query": query, "top_k": checked_count(top_k, "top_k")}
        for kind, comparison, wanted in (("only", "= ANY", only), ("but_not", "<> ALL", but_not)):
            for column, values in (wanted or {}).items():
                conditions.append(f"{self._quoted(column)} {comparison}(%({kind}_{column})s)")
                parameters[f"{kind}_{column}"] = [values] if isinstance(values, str) else list(values)
        where = f"WHERE {' AND '.join(conditions)}\n" if conditions else ""
        return (f"SELECT path, embedding::real[] FROM {self._table}\n{where}"
                "ORDER BY embedding <=> %(query)s\nFETCH FIRST %(top_k)s ROWS WITH TIES"), parameters  # fmt: skip

    def find(self, query_vector, top_k=5, only=None, but_not=None):
        """The nearest pictures among those that pass a filter: one SQL statement, and the engine's ranking rule for what it finds.

        Parameters
        ----------
        query_vector : array_like, shape (n_dims,)
            Not of zeros.
        top_k : int
        only, but_not : dict of str to (str or sequence of str), optional
            Column and the value, or values, one of which it must have; or none of which it may have.

        Returns
        -------
        list of SearchResult
            The best first. With a graph some may be missed, as by any approximate index.

        Raises
        ------
        ValueError
            When there is no table or no such column, or the query has another length.

        Examples
        --------
        >>> database.find(vector, only={"category": "mug"}, but_not={"colour": ["blue", "grey"]})  # doctest: +SKIP
        """
        statement, parameters = self.statement(query_vector, top_k, only, but_not)
        found = self.rows(statement, **parameters)
        if len(found) < top_k and not self.exact:  # the graph may have been left too early; this order it does not have
            found = self.rows(statement.replace("embedding <=> %(query)s", "(embedding <=> %(query)s) + 0"), **parameters)
        found.sort()  # by path, as ties are
        ranking = rank(np.float32([numbers for _, numbers in found]), range(len(found)), parameters["query"], top_k)
        return [SearchResult(found[row][0], score) for row, score in ranking]

    def explain(self, query_vector, top_k=5, only=None, but_not=None):
        """What PostgreSQL did for `find`: the plan it chose, and how many rows came out of each part.

        Parameters
        ----------
        query_vector, top_k, only, but_not
            As for `find`.

        Returns
        -------
        str
        """
        statement, parameters = self.statement(query_vector, top_k, only, but_not)
        how = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF, SUMMARY OFF)"
        return "\n".join(line for (line,) in self.rows(f"{how} {statement}", **parameters))

    def rows(self, statement, /, **parameters):
        """Run any SQL statement of your own.

        Parameters
        ----------
        statement : str
            ``%(name)s`` stands where a value belongs (and then ``%%`` for a per cent sign). Never write into it what others gave you.
        **parameters
            The values. An array stands for a vector.

        Returns
        -------
        list of tuple
            Empty where the statement returns nothing.

        Raises
        ------
        ConnectionError
            When the server is away.
        ValueError
            When PostgreSQL does not accept it; the message says why.
        """
        values = {name: str(value.tolist()) if isinstance(value, np.ndarray) else value for name, value in parameters.items()}
        with self._clear_errors():
            cursor = self._connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def index_over(self, paths):
        """An index for an engine over the same pictures: ``engine.use_index(database.index_over(engine.image_paths))``.

        Parameters
        ----------
        paths : sequence of str
            The engine's, in its order.

        Returns
        -------
        DatabaseIndex

        Raises
        ------
        ValueError
            When the table has other paths than these.
        """
        return DatabaseIndex(self, paths)

    def _look(self):
        """What the table is like; an error where it is another's."""
        found = self.rows("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attnum > 0 AND "
                          "NOT attisdropped AND attrelid = to_regclass(%(name)s) ORDER BY attnum", name=self._table)  # fmt: skip
        kinds = dict(found)
        dims = kinds.pop("embedding", "").removeprefix("vector(").removesuffix(")")
        fixed = (dims.isdigit(), kinds.pop("id", ""), kinds.pop("path", ""))
        if found and (fixed != (True, "bigint", "text") or {*kinds.values()} - {"text"}):
            raise ValueError(f"table {self._name!r} is another's: it must have the columns id bigint, path text, "
                             f"embedding vector(n) and others of text, and has {dict(found)}; choose another name")  # fmt: skip
        self.n_dims, self.columns = int(dims) if found else None, [*kinds]

    def _quoted(self, name):
        if not isinstance(name, str) or not name.isidentifier() or len(name.encode()) > 59:
            raise ValueError(f"a table or column must be named by a word of at most 59 bytes (letters, digits, _), not {name!r}")
        return self._pg.sql.Identifier(name).as_string()

    @contextlib.contextmanager
    def _clear_errors(self):
        try:
            yield
        except self._pg.Error as error:
            if hasattr(self, "_connection") and not self._connection.closed:
                raise ValueError(f"PostgreSQL does not accept this: {error}") from error
            if isinstance(error, self._pg.ProgrammingError):  # its text would show a password
                raise ValueError("where must be a folder, or postgresql://user:password@host:port/name; what was given cannot "
                                 "be read as either (and is not shown, because it may hold a password)") from None  # fmt: skip
            raise ConnectionError(f"the database is away: see that its server runs, then open it again ({error})") from error


class DatabaseIndex:
    """An index for `ImageSearchEngine.use_index` over what a `VectorDatabase` holds. `VectorDatabase.index_over` makes it.

    The table turns its ids into paths, and this, paths into the row numbers of those it was made over. What is removed from
    the table later is no longer found. What is added later is an error as soon as it is found, because it has no row number.
    """

    def __init__(self, database, paths):
        self._database, self._row_of = database, {path: row for row, path in enumerate(paths)}
        if strange := self._row_of.keys() ^ {path for (path,) in database.rows(f"SELECT path FROM {database._table}")}:
            raise ValueError(f"the table and the paths must be of the same pictures, and {len(strange)} are in one of them "
                             f"only, as '{printable(min(strange))}': load the table again, or index the folder again")  # fmt: skip

    def search(self, unit_queries, k):
        """Row numbers and cosines of the nearest vectors, by one SQL statement a query.

        Parameters
        ----------
        unit_queries : ndarray, shape (n_queries, n_dims), float32
        k : int

        Returns
        -------
        ids : ndarray, shape (n_queries, k), int64
            -1 where nothing was found.
        scores : ndarray of the same shape, float32

        Raises
        ------
        ValueError
            When a picture is found that was added since; or the queries are of another length than the vectors.
        """
        ids, scores = np.full((len(unit_queries), k), -1), np.zeros((len(unit_queries), k), np.float32)
        for query, row, score in zip(unit_queries, ids, scores):
            for place, (path, cosine) in enumerate(self._database.find(query, k)):
                if path not in self._row_of:
                    raise ValueError(f"the table has '{printable(path)}', which was added after this index was made and has no "
                                     "row number: call engine.update() if it is new to the engine, then index_over again")  # fmt: skip
                row[place], score[place] = self._row_of[path], cosine
        return ids, scores

    def check(self, vectors):
        """Complain unless the table holds these vectors; `ImageSearchEngine.use_index` asks.

        Parameters
        ----------
        vectors : array_like, shape (n_images, n_dims)

        Raises
        ------
        ValueError
            When one differs, or there are more or fewer of them than paths.
        """
        stored = dict(self._database.rows(f"SELECT path, vector_send(embedding) FROM {self._database._table}"))
        theirs = [np.frombuffer(stored.pop(path, bytes(4)), ">f4", offset=4) for path in self._row_of]
        if stored or not np.array_equal(as_float32(vectors), theirs):
            raise ValueError("index: the table holds other vectors than these, or they have changed since: load them again")


def _checked_texts(values, n_texts, name):
    values = list(values)
    strange = [one for one in values if not isinstance(one, str) or "\0" in one or one != one.encode(errors="ignore").decode()]
    if strange or len(values) != n_texts:
        raise ValueError(f"{name} must hold {n_texts} texts that a database can store, not {(strange or [len(values)])[0]!r}")
    return values


def _binary_rows(matrix, texts):
    for vector, *words in zip(matrix, *texts):  # the server takes of a vector how long it is, nothing, and its numbers
        yield struct.pack(">hh", len(vector), 0) + vector.astype(">f4").tobytes(), *words
