"""The exercises of notebook 11: many machines."""

import re
import sqlite3

import numpy as np

from .model import Exercise

THINGS, COLOURS = ("mug", "boot", "lamp", "teapot", "child's chair"), ("red", "blue", "green", "black")
STRANGE = {
    "'%(": "A name in the place of a value stands without quotes, as in `category = %(category)s`: with them it is a text.",
    "==": "In SQL *is equal* is one sign: `=`. PostgreSQL knows no `==`.",
}


def only_but_not(category, colour, top_k):
    """A search with a filter, as one SQL statement.

    The table `pictures` has the columns path, category, colour and embedding. Find the paths of
    the pictures that have this `category` and do not have this `colour`, at most `top_k`, the
    nearest to %(query)s first. Return the statement, and a dict with the values of all names in it
    but query: values never stand in the statement itself.
    """
    statement = """SELECT path FROM pictures
                   WHERE category = %(category)s AND colour <> %(colour)s
                   ORDER BY embedding <=> %(query)s LIMIT %(top_k)s"""
    return statement, {"category": category, "colour": colour, "top_k": top_k}


def merge_shards(shards, k):
    """The best k of a whole collection, from what each of its shards found.

    `shards` holds a list for each shard: its own best, at most k, as pairs (path, score), the best
    first. Every picture lies in one shard. Return the k pairs with the highest scores of all, the
    highest first, equal scores in the order of their paths; all there are, if there are fewer.
    """
    pairs = [pair for found in shards for pair in found]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]


def machines_needed(n_images, bytes_each, gigabytes, n_replicas):
    """How many machines hold a collection in their memory.

    A vector takes `bytes_each` bytes, and is never cut in two. A machine has `gigabytes` (each a
    billion bytes) for vectors. Each part of the collection stands on `n_replicas` machines, so
    that one may fail; a machine holds one part. Return the smallest number of machines, a whole
    number.
    """
    vectors_a_machine = gigabytes * 10**9 // bytes_each
    n_parts = -(-n_images // vectors_a_machine)  # rounded up
    return n_parts * n_replicas


# SQL: what a statement finds is judged, not how it is written. SQLite comes with Python; the distance is our own.


def _table(seed):
    rng = np.random.default_rng(seed)
    numbers = rng.permutation(200)[:120]  # the distance from the query, all of them different
    return [(f"{row:03}.jpg", str(rng.choice(THINGS)), str(rng.choice(COLOURS)), float(number))
            for row, number in enumerate(numbers)]  # fmt: skip


def _found(statement, parameters, rows):
    """What a statement finds in a table, as PostgreSQL would."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.create_function("distance", 2, lambda embedding, query: abs(embedding - query))
        connection.execute("CREATE TABLE pictures (path TEXT, category TEXT, colour TEXT, embedding REAL)")
        connection.executemany("INSERT INTO pictures VALUES (?, ?, ?, ?)", rows)
        statement = re.sub(r"embedding\s*<=>\s*%\(query\)s", "distance(embedding, :query)", statement)
        statement = re.sub(r"%\((\w+)\)s", r":\1", statement)
        return [row[0] for row in connection.execute(statement, {"query": -1.0, **parameters})]
    finally:
        connection.close()


def _judge_sql(got, category, colour, top_k):
    """Why a statement is not right; empty if it is."""
    if not isinstance(got, (tuple, list)) or len(got) != 2 or not isinstance(got[0], str) or not isinstance(got[1], dict):
        return "Return two things: the statement, a text, and the dict of its values."
    statement, parameters = got
    if pasted := [value for value in (category, colour) if value in statement]:
        return f"The value {pasted[0]!r} stands in the statement. Write a name in its place, as %(category)s, and put it into the dict."
    if "query" in parameters:
        return "Leave query out of the dict: whoever runs the statement gives its value."
    if strange := next((why for sign, why in STRANGE.items() if sign in statement), ""):
        return strange
    for seed in range(3):
        rows = _table([seed, top_k])
        try:
            found = _found(statement, parameters, rows)
        except sqlite3.Error as error:
            return f"The database does not accept the statement: {str(error).rstrip('.')}."
        if found != (right := _found(*only_but_not(category, colour, top_k), rows)):
            return _sql_cause(found, right, {row[0]: row for row in rows}, (category, colour, top_k))
    return ""


def _sql_cause(found, right, row_of, wanted):
    category, colour, top_k = wanted
    rows = [row_of[path] for path in found if path in row_of]
    distances = [distance for *_, distance in rows]
    causes = {
        "Its first column must be the path.": len(rows) < len(found),
        f"It also finds what is no {category}: WHERE category = ... keeps these alone.": any(row[1] != category for row in rows),
        f"It also finds what is {colour}: <> means *is not*, and AND joins two conditions.": any(row[2] == colour for row in rows),
        "It finds more than top_k: the statement ends with LIMIT and the place of top_k.": len(found) > top_k,
        "The nearest must come first: ORDER BY the distance, which grows.": distances != sorted(distances) or found != right[: len(found)],
    }
    return next((cause for cause, so in causes.items() if so), f"Expected {right}, and it found {found}.")


def _sql_cases(rng):
    things, colours = rng.permutation(THINGS[:4]).tolist(), rng.permutation(COLOURS).tolist()
    cases = list(zip(things, colours, rng.permutation([3, 4, 5, 6]).tolist()))
    return [*cases, ("child's chair", colours[0], 5)]  # a value with a sign that SQL knows


# Shards


def _shard_cases(rng):
    first = ([[("b.jpg", 0.9), ("c.jpg", 0.4)], [("a.jpg", 0.9), ("d.jpg", 0.7)]], 3)
    return [first, *(_shard_case(rng, *sizes) for sizes in ((2, 5), (3, 4), (4, 5), (3, 30)))]


def _shard_case(rng, n_shards, k):
    names = [f"product_{number:03}.jpg" for number in rng.permutation(1000)[:60]]
    scores = np.round(rng.random(60), 1).tolist()  # with many ties
    shards = [list(zip(names, scores))[shard::n_shards] for shard in range(n_shards)]
    shards = [sorted(shard, key=lambda pair: (-pair[1], pair[0]))[:k] for shard in shards]
    shards[-1] = shards[-1][: k // 2]  # a small shard
    return shards, k


def _one_of_each(shards, k):
    places = max(map(len, shards))
    return [shard[place] for place in range(places) for shard in shards if place < len(shard)][:k]


# Sizes


def _size_cases(rng):
    cases = [(1_000_000_000, 384, 64, 1), (1_000_000_000, 56, 64, 2)]
    while len(cases) < 7:
        bytes_each, gigabytes = int(rng.choice([384, 700, 1536, 2048, 5120])), int(rng.choice([16, 60, 64, 250]))
        cases.append((int(rng.integers(2, 2000)) * 10**6 + 1, bytes_each, gigabytes, int(rng.integers(1, 4))))
    a_machine = 16 * 10**9 // 700
    return [*cases, (3 * a_machine, 700, 16, 1), (3 * a_machine + 1, 700, 16, 2)]  # the last one needs a part of its own


EXERCISES = [
    Exercise(
        solution=only_but_not,
        cases=_sql_cases,
        judge=_judge_sql,
        hints=(
            "Begin with the statement of the lesson: SELECT, FROM, WHERE, ORDER BY, LIMIT, in this order. Only the condition of WHERE is new.",
            "Two conditions are joined by AND; *is not* is written `<>`. A value's place is a name, as in `category = %(category)s`.",
            'The dict gives each name its value: `{"category": category, "colour": colour, "top_k": top_k}`.',
        ),
        explanation="The statement asks for the nearest of what passes WHERE, so an exact scan brings `top_k` results wherever so many pass; "
        "a graph that stops early may bring fewer. "
        "The values travel beside the statement: whatever somebody types into a form stays a value, and never becomes SQL.",
        bought="With this statement a shop can let its customers tick boxes. `database.rows(statement, query=vector, **values)` runs it.",
    ),
    Exercise(
        solution=merge_shards,
        cases=_shard_cases,
        hints=(
            "Put all pairs into one list, sort it, and keep the first k.",
            "`sorted(pairs, key=lambda pair: (-pair[1], pair[0]))`: the highest score first, and equal ones by path.",
        ),
        explanation="A picture among the best k of all has fewer than k better ones anywhere, so fewer than k in its own shard: the shard "
        "sent it. So nothing is missed, and each shard need send only k.",
        bought="This is the gather of scatter and gather: so shards on any number of machines answer as one.",
        slips={
            "equal scores stand in the order of their paths.": lambda shards, k: sorted(
                (pair for found in shards for pair in found), key=lambda pair: -pair[1]
            )[:k],
            "the highest score comes first.": lambda shards, k: merge_shards(shards, 10**6)[::-1][:k],
            "sort the pairs of all shards together before you keep k.": lambda shards, k: [pair for found in shards for pair in found][:k],
            "the highest score comes first, so sort by -score.": lambda shards, k: sorted(
                (pair for found in shards for pair in found), key=lambda pair: pair[1]
            )[:k],
            "reverse=True turns the paths of equal scores round, too.": lambda shards, k: sorted(
                (pair for found in shards for pair in found), key=lambda pair: (pair[1], pair[0]), reverse=True
            )[:k],
            "k pairs in all, not from each shard.": lambda shards, k: merge_shards(shards, 10**6),
            "a shard is not entitled to its share: the scores alone decide.": _one_of_each,
        },
    ),
    Exercise(
        solution=machines_needed,
        cases=_size_cases,
        hints=(
            "First: how many whole vectors fit into one machine? `//` divides and rounds down.",
            "Then: how many parts does that make? Round up, for the last few need a machine too: `-(-n // m)`.",
            "Each part stands on `n_replicas` machines.",
        ),
        explanation="Rounding happens twice: down for what fits into a machine, and up for the parts. Replicas multiply the machines, not the "
        "pictures that fit.",
        bought="A billion full vectors of 96 numbers need seven machines of 64 GB, their codes one: a reason for large collections to keep codes.",
        slips={
            "a vector is never cut in two: begin with how many whole ones fit into a machine.": lambda n, size, gigabytes, replicas: -(
                -n * size // (gigabytes * 10**9)
            )
            * replicas,
            "no vector is cut in two, and each part is whole: round down for a machine, and up for the parts.": lambda n, size, gigabytes, replicas: -(
                -n * size * replicas // (gigabytes * 10**9)
            ),
            "the last few vectors need a machine too: round up.": lambda n, size, gigabytes, replicas: n
            // (gigabytes * 10**9 // size)
            * replicas,
            "each part stands on n_replicas machines.": lambda n, size, gigabytes, replicas: machines_needed(n, size, gigabytes, 1),
            "a gigabyte is a billion bytes here, not 2**30.": lambda n, size, gigabytes, replicas: -(-n // (gigabytes * 2**30 // size))
            * replicas,
            "replicas are whole parts: round up before you multiply.": lambda n, size, gigabytes, replicas: -(
                -n * replicas // (gigabytes * 10**9 // size)
            ),
        },
    ),
]
