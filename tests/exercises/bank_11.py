"""Answers to the exercises of notebook 11."""

import heapq
import math

HEAD = "SELECT path FROM pictures "
TAIL = " ORDER BY embedding <=> %(query)s LIMIT %(top_k)s"


def _answer(where, tail=TAIL, head=HEAD):
    return lambda category, colour, top_k: (head + where + tail, {"category": category, "colour": colour, "top_k": top_k})


def _other_names(category, colour, top_k):
    statement = """select path, 1 - (embedding <=> %(query)s) as score from pictures
                   where not colour = %(no)s and category = %(yes)s order by embedding  <=>  %(query)s limit %(n)s;"""
    return [statement, {"no": colour, "yes": category, "n": top_k}]


def _distance_named(category, colour, top_k):
    statement = f"""SELECT path, embedding <=> %(query)s AS distance FROM pictures
                    WHERE category IN (%(category)s) AND colour != %(colour)s ORDER BY distance ASC LIMIT {top_k}"""
    return statement, {"category": category, "colour": colour}


def _pasted(category, colour, top_k):
    return f"{HEAD}WHERE category = '{category}' AND colour <> '{colour}'{TAIL}", {"top_k": top_k}


def _text_only(category, colour, top_k):
    return HEAD + TAIL


def _by_heap(shards, k):
    return heapq.nsmallest(k, (pair for found in shards for pair in found), key=lambda pair: (-pair[1], pair[0]))


def _two_sorts(shards, k):
    pairs = sorted(sum(map(list, shards), []))
    return tuple(sorted(pairs, key=lambda pair: pair[1], reverse=True)[:k])


def _best_shard_only(shards, k):
    return list(max(shards, key=lambda found: sum(score for _, score in found)))[:k]


def _gathered(shards, k):
    return sum(map(list, shards), [])[:k]


def _by_ceil(n_images, bytes_each, gigabytes, n_replicas):
    return math.ceil(n_images / math.floor(gigabytes * 1e9 / bytes_each)) * n_replicas


def _by_counting(n_images, bytes_each, gigabytes, n_replicas):
    whole, left = divmod(n_images, int(gigabytes * 1_000_000_000) // bytes_each)
    return n_replicas * (whole + (left > 0))


RIGHT = {
    "only_but_not": [_answer("WHERE category = %(category)s AND colour <> %(colour)s"), _other_names, _distance_named],
    "merge_shards": [_by_heap, _two_sorts],
    "machines_needed": [_by_ceil, _by_counting],
}

WRONG = {
    "only_but_not": [
        (_pasted, "stands in the statement"),
        (_text_only, "the dict of its values"),
        (lambda *case: (_answer("")(*case)[0], "no dict"), "the dict of its values"),
        (_answer(""), "keeps these alone"),
        (_answer("WHERE colour <> %(colour)s"), "keeps these alone"),
        (_answer("WHERE category = %(category)s"), "<> means"),
        (_answer("WHERE category = %(category)s OR colour <> %(colour)s"), "keeps these alone"),
        (_answer("WHERE category = %(category)s AND colour <> %(colour)s", " ORDER BY embedding <=> %(query)s"), "more than top_k"),
        (_answer("WHERE category = %(category)s AND colour <> %(colour)s", " LIMIT %(top_k)s"), "nearest must come first"),
        (_answer("WHERE category = %(category)s AND colour <> %(colour)s", " ORDER BY embedding <=> %(query)s DESC LIMIT %(top_k)s"), "nearest must come first"),
        (_answer("WHERE category = %(category)s AND colour <> %(colour)s", head="SELECT colour FROM pictures "), "must be the path"),
        (_answer("WHERE category = %(kind)s"), "does not accept"),
        (_answer("WHERE category == %(category)s"), "PostgreSQL knows no `==`"),
        (_answer("WHERE category = '%(category)s' AND colour <> %(colour)s"), "stands without quotes"),
        (lambda *case: (HEAD + TAIL, {"query": None}), "Leave query out"),
        (_answer("WHERE category = %(category)s AND colour <> %(colour)s", TAIL.replace("LIMIT %(top_k)s", "LIMIT 1")), "Expected"),
    ],
    "merge_shards": [
        (lambda shards, k: sorted((pair for found in shards for pair in found), key=lambda pair: -pair[1])[:k], "order of their paths"),
        (lambda shards, k: _by_heap(shards, 10**6)[::-1][:k], "highest score comes first"),
        (lambda shards, k: _by_heap(shards, 10**6), "k pairs in all"),
        (lambda shards, k: [found[place] for place in range(max(map(len, shards))) for found in shards if place < len(found)][:k], "not entitled"),
        (lambda shards, k: [path for path, _ in _by_heap(shards, k)], "Expected"),
        (_best_shard_only, "Expected"),
        (_gathered, "sort the pairs"),
        (lambda shards, k: sorted(sum(map(list, shards), []), key=lambda pair: pair[1])[:k], "sort by -score"),
        (lambda shards, k: sorted(sum(map(list, shards), []), key=lambda pair: pair[::-1], reverse=True)[:k], "turns the paths"),
    ],
    "machines_needed": [
        (lambda n, size, gigabytes, replicas: n // (gigabytes * 10**9 // size) * replicas, "need a machine too"),
        (lambda n, size, gigabytes, replicas: _by_ceil(n, size, gigabytes, 1), "on n_replicas machines"),
        (lambda n, size, gigabytes, replicas: -(-n // (gigabytes * 2**30 // size)) * replicas, "2**30"),
        (lambda n, size, gigabytes, replicas: -(-n * replicas // (gigabytes * 10**9 // size)), "round up before"),
        (lambda n, size, gigabytes, replicas: math.ceil(n * size / (gigabytes * 10**9)) * replicas, "never cut in two"),
        (lambda n, size, gigabytes, replicas: math.ceil(n * size * replicas / (gigabytes * 10**9)), "cut in two"),
        (lambda n, size, gigabytes, replicas: n * size / (gigabytes * 10**9) * replicas, "Expected"),
    ],
}
