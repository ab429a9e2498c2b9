"""The exercises of notebook 00: the first search."""

from ..engine import SearchResult
from .model import Exercise


def is_fooled(query, results, category_of):
    """Say whether a search was fooled.

    It was, if the best result other than the query shows another category.
    `query` is the path of a picture, `results` a list of (path, score), best
    first. `category_of[path]` is the category of a picture. Return True or False.
    """
    others = [path for path, score in results if path != query]
    return category_of[others[0]] != category_of[query]


def _searches(rng):
    searches = []
    for place_of_query in (0, 0, 1, None):
        mug, boot, lamp = (str(word) for word in rng.permutation(["mug", "boot", "lamp"]))
        names = [f"{number}.jpg" for number in rng.choice(1000, 4, replace=False)]
        for others in ([boot, mug, lamp], [mug, boot, lamp], [mug, mug, mug], [boot, lamp, boot]):
            ranking = names[1:]
            if place_of_query is not None:
                ranking.insert(place_of_query, names[0])
            results = list(map(SearchResult, ranking, [1.0, 1.0 if place_of_query else 0.97, 0.9, 0.8]))
            searches.append((names[0], results, dict(zip(names, [mug, *others]))))
    return searches


EXERCISES = [
    Exercise(
        solution=is_fooled,
        cases=_searches,
        hints=(
            "Go through `results` in order. The first path that is not `query` is the one that counts.",
            "`for path, score in results:` gives you both parts of each pair. At the first path that differs from the query, "
            "compare `category_of[path]` with `category_of[query]`.",
            "The comparison `category_of[path] != category_of[query]` is already True or False, so you can return it.",
        ),
        explanation="The query is left out by its path, not by its place: a copy of the picture can come before it, and a query "
        "that is not in the collection does not come at all.",
        bought="Now you can find every query that fools the engine, without looking at a single picture.",
        slips={
            "the first result is usually the query itself; the best of the others counts.": lambda query, results, category_of: (
                category_of[results[0][0]] != category_of[query]
            ),
            "the query is not always in first place: a copy can come before it, and an uploaded picture is not in the list. "
            "Leave it out by its path.": lambda query, results, category_of: (
                category_of[results[1][0]] != category_of[query]
            ),
            "one wrong result further down does not count here, only the best one.": lambda query, results, category_of: any(
                category_of[path] != category_of[query] for path, score in results
            ),
            "one right result further down does not count here, only the best one.": lambda query, results, category_of: all(
                category_of[path] != category_of[query] for path, score in results if path != query
            ),
            "another picture of the same category is no mistake; compare the categories, not the paths.": (
                lambda query, results, category_of: results[1][0] != query
            ),
            "this is True every time: compare the categories of the two pictures, not their paths.": lambda query, results, category_of: True,
            "this is the other way round: True means that the search was fooled.": lambda query, results, category_of: (
                not is_fooled(query, results, category_of)
            ),
        },
    ),
]
