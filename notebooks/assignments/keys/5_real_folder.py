"""The key of assignment 5: a real folder, for the grader: cases for its checks, and the slips they recognise."""

from collections import Counter

from imsearch_helpers.exercises import Exercise
from imsearch_helpers.exercises.graded import Lookup, solutions_of

SOLUTIONS = solutions_of(__file__)
import_folder, honest_report = SOLUTIONS["import_folder"], SOLUTIONS["honest_report"]
drop_copies, batches_in_budget = SOLUTIONS["drop_copies"], SOLUTIONS["batches_in_budget"]

REASONS = ["the file is empty", "a web page", "cut short", "too large", "zeros only", "a ZIP file", "too slow"]


def _names(rng, count):
    """Different file names in the order of the alphabet."""
    return [f"{number:03}.jpg" for number in sorted(rng.choice(1000, count, replace=False).tolist())]


def _mixed(rng, order):
    """Names whose alphabetical order is given by numbers, so that it is never the order in which they come."""
    names = _names(rng, len(order))
    return [names[place] for place in order]


# Task 1


def _folders(rng):
    """Each letter is a file: a number for a vector of that length, x for one that cannot be read."""
    cases = []
    for lengths in ("2x32", "x23", "322", "xx", "323x", "22", "x525x3"):
        paths = [f"{number:03}.jpg" for number in rng.choice(1000, len(lengths), replace=False)]
        vectors = [(rng.integers(1, 100, 0 if sign == "x" else int(sign)) / 10).tolist() for sign in lengths]
        answers = [vector or str(rng.choice(REASONS)) for vector in vectors]
        cases.append((paths, Lookup(dict(zip(paths, answers)))))
    return cases


def _read_all(paths, read):
    """path -> its vector or its reason."""
    outcomes = {}
    for path in paths:
        try:
            outcomes[path] = read(path)
        except ValueError as error:
            outcomes[path] = str(error)
    return outcomes


def _sorted_out(outcomes, length):
    """The three lists, when `length(the lengths so far, this one)` says what a vector's length must be."""
    vectors, valid_paths, failed, lengths = [], [], [], []
    for path, outcome in outcomes.items():
        if isinstance(outcome, str):
            failed.append((path, outcome))
            continue
        lengths.append(len(outcome))
        asked = length(lengths)
        if len(outcome) != asked:
            failed.append((path, f"{len(outcome)} numbers instead of {asked}"))
        else:
            vectors.append(outcome)
            valid_paths.append(path)
    return vectors, valid_paths, failed


def _any_length(paths, read):
    return _sorted_out(_read_all(paths, read), lambda lengths: lengths[-1])


def _like_the_one_before(paths, read):
    return _sorted_out(_read_all(paths, read), lambda lengths: lengths[max(0, len(lengths) - 2)])


def _like_most(paths, read):
    outcomes = _read_all(paths, read)
    most = Counter(len(outcome) for outcome in outcomes.values() if not isinstance(outcome, str)).most_common(1)
    return _sorted_out(outcomes, lambda lengths: most[0][0])


def _lost(paths, read):
    vectors, valid_paths, failed = import_folder(paths, read)
    return vectors, valid_paths, [pair for pair in failed if "instead of" not in pair[1]]


def _lengths_swapped(paths, read):
    def swapped(reason):
        words = reason.split()
        return " ".join([words[-1], *words[1:-1], words[0]]) if "instead of" in reason else reason

    vectors, valid_paths, failed = import_folder(paths, read)
    return vectors, valid_paths, [(path, swapped(reason)) for path, reason in failed]


def _stops(paths, read):
    failed = import_folder(paths, read)[2]
    last = paths.index(failed[0][0]) if failed else len(paths)
    return import_folder(paths[: last + 1], read)


def _in_both_lists(paths, read):
    vectors, _, failed = import_folder(paths, read)
    return vectors, list(paths), failed


def _the_vector_before(paths, read):
    vectors, valid_paths, failed, vector = [], [], [], None
    for path, outcome in _read_all(paths, read).items():
        if isinstance(outcome, str):
            failed.append((path, outcome))
        else:
            vector = outcome
        if vector is None:  # there a learner's function stops with an error, and nothing comes
            return None
        if vectors and len(vector) != len(vectors[0]):
            failed.append((path, f"{len(vector)} numbers instead of {len(vectors[0])}"))
        else:
            vectors.append(vector)
            valid_paths.append(path)
    return vectors, valid_paths, failed


def _lengths_in_the_end(paths, read):
    vectors, valid_paths, failed = import_folder(paths, read)
    return vectors, valid_paths, sorted(failed, key=lambda pair: "instead of" in pair[1])


def _paths_only(paths, read):
    vectors, valid_paths, failed = import_folder(paths, read)
    return vectors, valid_paths, [path for path, _ in failed]


# Task 2


def _reports(rng):
    """(the alphabetical order of the paths, [(place of the path, number of the reason), ...])."""
    plans = [
        ([2, 0, 3, 1, 4], [(3, 0), (4, 1), (1, 0), (4, 0)]),
        ([1, 2, 0, 3], [(1, 0), (3, 1)]),
        ([3, 1, 0, 2, 4], [(4, 1), (2, 1), (1, 0)]),
        ([1, 0], [(1, 0), (0, 1)]),
        ([2, 1, 0], []),
        ([2, 1, 3, 0], [(2, 0), (0, 1), (2, 0)]),
        ([3, 1, 0, 4, 2], [(4, 2), (4, 1), (3, 0), (2, 1)]),
    ]
    cases = []
    for order, failures in plans:
        paths, reasons = _mixed(rng, order), rng.permutation(REASONS).tolist()
        cases.append((paths, [(paths[place], reasons[number]) for place, number in failures]))
    return cases


def _entries_counted(paths, failed):
    report = honest_report(paths, failed)
    counts = Counter(reason for _, reason in failed)
    first = {reason: next(path for path in paths if (path, reason) in failed) for reason in counts}
    read = {"read": (len(paths) - len(failed), report["read"][1])} if "read" in report else {}
    return read | {reason: (counts[reason], first[reason]) for reason in counts}


def _with_what_was_read(paths, failed, report):
    whole = honest_report(paths, failed)
    return report | ({"read": whole["read"]} if "read" in whole else {})


def _tries_counted(paths, failed):
    counts = Counter(reason for _, reason in failed)
    first = {reason: next(path for path in paths if (path, reason) in failed) for reason in counts}
    return _with_what_was_read(paths, failed, {reason: (counts[reason], first[reason]) for reason in counts})


def _tries_counted_as_they_come(paths, failed):
    report = {}
    for path, reason in failed:
        count, first = report.get(reason, (0, path))
        report[reason] = (count + 1, first)
    return _with_what_was_read(paths, failed, report)


def _under_both_reasons(paths, failed):
    named = {reason: [path for path in paths if (path, reason) in failed] for _, reason in failed}
    return _with_what_was_read(paths, failed, {reason: (len(some), some[0]) for reason, some in named.items()})


def _first_of_failed(paths, failed):
    reason_of = dict(failed)
    first = {}
    for path, reason in failed:
        if reason_of[path] == reason:
            first.setdefault(reason, path)
    return {key: (count, first.get(key, path)) for key, (count, path) in honest_report(paths, failed).items()}


def _last_of_paths(paths, failed):
    report = honest_report(paths[::-1], failed)
    return {reason: report[reason] for reason in honest_report(paths, failed)}


def _all_as_read(paths, failed):
    return honest_report(paths, failed) | {"read": (len(paths), paths[0])}


# Task 3


def _collections(rng):
    """(alphabetical order of the files, the content of each as a number, how many of the files are among the paths)."""
    plans = [
        ([3, 2, 4, 1, 0], [0, 1, 0, 0, 1], 4),
        ([1, 0, 2], [0, 0, 1], 3),
        ([3, 1, 0, 2], [0, 1, 0, 0], 4),
        ([2, 0, 1], [0, 1, 2], 3),
        ([3, 1, 2, 0], [-1, 0, -1, 0], 3),
        ([2, 1, 3, 0], [0, 0, 0, 0], 4),
    ]
    cases = []
    for order, contents, n_paths in plans:
        files = _mixed(rng, order)
        texts = ["".join(rng.permutation(list("uvwxyz"))[:3]) for _ in range(20)]
        texts = [*dict.fromkeys(texts), "one", "two", "new"]  # different ones, all of the same length
        content_of = {path: texts[number] if number >= 0 else "" for path, number in zip(files, contents)}
        cases.append((files[:n_paths], content_of))
    return cases


def _in_this_order(paths, contents):
    kept_of, dropped = {}, {}
    for path in paths:
        if contents[path] in kept_of:
            dropped[path] = kept_of[contents[path]]
        else:
            kept_of[contents[path]] = path
    return sorted(kept_of.values()), dropped


def _the_copy_before(paths, contents):
    before, dropped = {}, {}
    for path in sorted(paths):
        if contents[path] in before:
            dropped[path] = before[contents[path]]
        before[contents[path]] = path
    return drop_copies(paths, contents)[0], dropped


def _every_copy(paths, contents):
    kept, dropped = drop_copies(paths, contents)
    return [path for path in kept if path not in dropped.values()], dropped


def _unsorted(paths, contents):
    kept, dropped = drop_copies(paths, contents)
    return [path for path in paths if path in kept], dropped


def _all_files(paths, contents):
    return drop_copies(list(contents), contents)


def _same_size(paths, contents):
    return drop_copies(paths, {path: str(len(content)) for path, content in contents.items()})


def _copies_of_each(paths, contents):
    kept, dropped = drop_copies(paths, contents)
    return kept, {first: [path for path in sorted(dropped) if dropped[path] == first] for first in dropped.values()}


def _one_copy_of_each(paths, contents):
    kept, dropped = drop_copies(paths, contents)
    return kept, {dropped[path]: path for path in sorted(dropped)}


def _empty_ones_stay(paths, contents):
    return drop_copies(paths, {path: content or f"empty {path}" for path, content in contents.items()})


def _list_of_dropped(paths, contents):
    kept, dropped = drop_copies(paths, contents)
    return kept, sorted(dropped)


# Task 4


def _files(rng):
    """The sizes of the pictures and the budget, in units that the generator chooses."""
    plans = [
        ([5, 4, 30, 1], 10),
        ([6, 5, 3], 10),
        ([4, 5, 8, 11, 1, 3], 10),
        ([10, 5], 10),
        ([12, 15], 10),
        ([2, 3, 4], 10),
        ([20, 7, 5, 20, 3, 9], 10),
    ]
    names = iter(f"{number:03}.png" for number in rng.choice(1000, 100, replace=False))
    example = [(6, 5, 1), (5, 4, 3), (20, 20, 3), (2, 5, 1), (4, 5, 1)]
    cases = [([(next(names), *sides) for sides in example], 100)]
    for sizes, budget in plans:
        unit, files = int(rng.integers(5, 50)), []
        for size in sizes:
            channels = int(rng.choice([3, 4]))
            files.append((next(names), size * 12 // channels, unit, channels))
        cases.append((files, budget * 12 * unit))
    return cases


def _without_the_limit(files, max_bytes):
    return batches_in_budget(files, max_bytes - 1)


def _channels_forgotten(files, max_bytes):
    return batches_in_budget([(path, width, height, 1) for path, width, height, _ in files], max_bytes)


def _refusal_ends_batch(files, max_bytes):
    batches, refused, taken, open_batch = [], [], 0, False
    for path, width, height, channels in files:
        size = width * height * channels
        if size > max_bytes:
            refused.append(path)
            open_batch = False
        elif open_batch and taken + size <= max_bytes:
            batches[-1].append(path)
            taken += size
        else:
            batches.append([path])
            taken, open_batch = size, True
    return batches, refused


def _first_that_has_room(files, max_bytes):
    batches, refused, taken = [], [], []
    for path, width, height, channels in files:
        size = width * height * channels
        room = [i for i, n_bytes in enumerate(taken) if n_bytes + size <= max_bytes]
        if size > max_bytes:
            refused.append(path)
        elif room:
            batches[room[0]].append(path)
            taken[room[0]] += size
        else:
            batches.append([path])
            taken.append(size)
    return batches, refused


def _last_batch_lost(files, max_bytes):
    batches, refused = batches_in_budget(files, max_bytes)
    return batches[:-1], refused


def _one_by_one(files, max_bytes):
    batches, refused = batches_in_budget(files, max_bytes)
    together = [path for batch in batches for path in batch]
    return [together] if together else [], refused


def _looked_too_late(files, max_bytes):
    batches, refused, taken = [], batches_in_budget(files, max_bytes)[1], max_bytes
    for path, width, height, channels in files:
        if path in refused:
            continue
        if taken >= max_bytes:
            batches.append([])
            taken = 0
        batches[-1].append(path)
        taken += width * height * channels
    return batches, refused


def _an_empty_batch(files, max_bytes):
    batches, refused = batches_in_budget(files, max_bytes)
    return batches or [[]], refused


def _closing(files, max_bytes, begin):
    """`begin(path, size, the bytes of the batch before)` gives the next batch and its bytes."""
    batches, refused, taken = [], batches_in_budget(files, max_bytes)[1], 0
    for path, width, height, channels in files:
        size = width * height * channels
        if path in refused:
            continue
        if batches and taken + size <= max_bytes:
            batches[-1].append(path)
            taken += size
        else:
            batch, taken = begin(path, size, taken) if batches else ([path], size)
            batches.append(batch)
    return [batch for batch in batches if batch], refused


def _lost_at_the_border(files, max_bytes):
    return _closing(files, max_bytes, lambda path, size, before: ([], 0))


def _goes_on_counting(files, max_bytes):
    return _closing(files, max_bytes, lambda path, size, before: ([path], before + size))


def _first_one_is_free(files, max_bytes):
    return _closing(files, max_bytes, lambda path, size, before: ([path], 0))


TASKS = [
    Exercise(
        solution=import_folder,
        cases=_folders,
        slips={
            "a vector of another length than the first one's is a failure, too.": _any_length,
            "the first vector that can be read sets the length, not the one just before.": _like_the_one_before,
            "the first vector that can be read sets the length, not the most frequent one.": _like_most,
            "paths get lost: a vector of another length is left out, but its path is not in failed.": _lost,
            "in the reason a vector's own length comes first, then the first one's.": _lengths_swapped,
            "it stops at the first failure. Go on with the next path.": _stops,
            "valid_paths holds paths that failed: a path goes there only together with its vector.": _in_both_lists,
            "when a path fails, the vector of the path before is used once more.": _the_vector_before,
            "failed is in the order of paths, too, whatever went wrong.": _lengths_in_the_end,
            "failed must say why: tuples of path and reason, not only paths.": _paths_only,
        },
        bought="Every file is now in exactly one list, and every vector can be compared with every other.",
    ),
    Exercise(
        solution=honest_report,
        cases=_reports,
        slips={
            "a path that was tried twice stands in failed twice, but it is one path.": _entries_counted,
            "a path that was tried with two reasons counts only under the last one.": _under_both_reasons,
            "each path counts once, however often it was tried.": _tries_counted,
            "it goes by the entries of failed: count paths instead, and in their order.": _tries_counted_as_they_come,
            "of several reasons for one path the last one counts, not the first.": lambda paths, failed: honest_report(
                paths, failed[::-1]
            ),
            "first means first in the order of paths, not of failed.": _first_of_failed,
            "the first path is wanted, not the last.": _last_of_paths,
            'what was read is missing: it counts under the key "read".': lambda paths, failed: {
                reason: value for reason, value in honest_report(paths, failed).items() if reason != "read"
            },
            '"read" counts only the paths that did not fail.': _all_as_read,
            'no key has the number 0: where nothing was read, there is no key "read".': lambda paths, failed: (
                {"read": (0, None)} | honest_report(paths, failed)
            ),
            "first means first in the order of paths, which is not that of the alphabet.": lambda paths, failed: (
                honest_report(sorted(paths), failed)
            ),
        },
        bought="Anybody can add the numbers up and see that no file was forgotten.",
    ),
    Exercise(
        solution=drop_copies,
        cases=_collections,
        slips={
            "kept is the first in sorted order, not the first in the order of paths.": _in_this_order,
            "dropped names the file that was kept, not another copy of it.": _the_copy_before,
            "of each group of copies the first one stays.": _every_copy,
            "the list of the kept paths is to be sorted.": _unsorted,
            "only the files in paths count; contents may hold others.": _all_files,
            "files of the same size are not copies yet: compare the contents.": _same_size,
            "dropped goes the other way: from each dropped path to the one that was kept.": _copies_of_each,
            "one kept path can stand for several dropped ones, so the dropped ones are the keys.": _one_copy_of_each,
            "two empty files have equal contents, too.": _empty_ones_stay,
            "dropped is a dict: it also says which path was kept instead.": _list_of_dropped,
        },
        bought="No file is searched twice, and for each one left out the report says which one stands for it.",
    ),
    Exercise(
        solution=batches_in_budget,
        cases=_files,
        slips={
            "at most means that exactly max_bytes is allowed.": _without_the_limit,
            "each pixel takes one byte for each channel.": _channels_forgotten,
            "a refused picture changes nothing else: the batch that is being filled goes on.": _refusal_ends_batch,
            "only the current batch is filled; what is complete stays as it is.": _first_that_has_room,
            "the last batch is missing.": _last_batch_lost,
            "each picture fits alone, but all of a batch together must fit.": _one_by_one,
            "the batch goes over the budget: look before a picture joins it.": _looked_too_late,
            "no batch is empty, not even where every picture is refused.": _an_empty_batch,
            "the picture that does not fit any more gets lost.": _lost_at_the_border,
            "a new batch does not begin with the bytes of the batch before.": _goes_on_counting,
            "the first picture of a batch takes bytes, too.": _first_one_is_free,
        },
        bought="Several pictures can be open at the same time, and memory is planned from the headers alone.",
    ),
]
