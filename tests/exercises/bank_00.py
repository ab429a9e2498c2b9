"""Answers to the exercises of notebook 00."""


def _loop(query, results, category_of):
    for path, _ in results:
        if path != query:
            return category_of[path] != category_of[query]


def _by_index(query, results, category_of):
    place = 0
    while results[place][0] == query:
        place += 1
    return not category_of[results[place][0]] == category_of[query]


def _changes_its_input(query, results, category_of):
    results[:] = [result for result in results if result[0] != query]
    return category_of[results[0][0]] != category_of[query]


def _by_name(query, results, category_of):
    return [category_of[result.path] for result in results if result.path != query][0] != category_of[query]


RIGHT = {"is_fooled": [_loop, _by_index, _by_name]}

WRONG = {
    "is_fooled": [
        (lambda query, results, category_of: category_of[results[0][0]] != category_of[query], "usually the query itself"),
        (lambda query, results, category_of: category_of[results[1][0]] != category_of[query], "not always in first place"),
        (lambda query, results, category_of: not _loop(query, results, category_of), "other way round"),
        (lambda query, results, category_of: results[1][0] != query, "compare the categories"),
        (lambda query, results, category_of: [p for p, _ in results if p != query][0] != query, "True every time"),
        (lambda query, results, category_of: any(category_of[p] != category_of[query] for p, _ in results), "further down"),
        (lambda query, results, category_of: category_of[query] not in [category_of[p] for p, _ in results if p != query], "right result further"),
        (lambda query, results, category_of: print(_loop(query, results, category_of)), "prints, but returns nothing"),
        (lambda query, results, category_of: category_of[results[0]] != category_of[query], "KeyError"),
        (_changes_its_input, "changed its input"),
    ]
}
