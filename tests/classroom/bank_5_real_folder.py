"""Answers to the tasks of assignment 5."""


# import_folder


def _with_a_length(paths, read):
    good, bad, length = {}, [], None
    for path in paths:
        try:
            vector = read(path)
            length = length or len(vector)
            if len(vector) != length:
                raise ValueError(f"{len(vector)} numbers instead of {length}")
            good[path] = vector
        except ValueError as error:
            bad += [(path, error.args[0])]
    return list(good.values()), list(good), bad


def _from_pairs(paths, read):
    pairs = []
    for path in paths:
        try:
            pairs.append((path, read(path), ""))
        except ValueError as error:
            pairs.append((path, None, str(error)))
    first = next((len(vector) for _, vector, _ in pairs if vector is not None), 0)
    valid = [(path, vector) for path, vector, _ in pairs if vector is not None and len(vector) == first]
    good = [path for path, _ in valid]
    failed = []
    for path, vector, reason in pairs:
        if path not in good:
            failed.append((path, reason or f"{len(vector)} numbers instead of {first}"))
    return [vector for _, vector in valid], good, failed


def _as_in_lesson_06(paths, read):
    vectors, valid_paths, failed = [], [], []
    for path in paths:
        try:
            vector = read(path)
        except ValueError as error:
            failed.append((path, str(error)))
            continue
        vectors.append(vector)
        valid_paths.append(path)
    return vectors, valid_paths, failed


def _in_step_only(paths, read):
    return _as_in_lesson_06(paths, read)[:2]


def _compares_with_the_last(paths, read):
    vectors, valid_paths, failed, before = [], [], [], None
    for path in paths:
        try:
            vector = read(path)
        except ValueError as error:
            failed.append((path, str(error)))
            continue
        if before is not None and len(vector) != before:
            failed.append((path, f"{len(vector)} numbers instead of {before}"))
        else:
            vectors.append(vector)
            valid_paths.append(path)
        before = len(vector)
    return vectors, valid_paths, failed


def _goes_by_the_majority(paths, read):
    vectors, valid_paths, failed = _as_in_lesson_06(paths, read)
    lengths = [len(vector) for vector in vectors]
    usual = max(lengths, key=lengths.count) if lengths else 0
    of_path = dict(zip(valid_paths, vectors))
    reasons = dict(failed) | {
        path: f"{len(vector)} numbers instead of {usual}" for path, vector in of_path.items() if len(vector) != usual
    }
    good = [path for path in paths if path not in reasons]
    return [of_path[path] for path in good], good, [(path, reasons[path]) for path in paths if path in reasons]


def _loses_other_lengths(paths, read):
    vectors, valid_paths, failed = [], [], []
    for path in paths:
        try:
            vector = read(path)
            if not vectors or len(vector) == len(vectors[0]):
                vectors.append(vector)
                valid_paths.append(path)
        except ValueError as error:
            failed.append((path, str(error)))
    return vectors, valid_paths, failed


def _lengths_in_the_end(paths, read):
    vectors, valid_paths, failed = _as_in_lesson_06(paths, read)
    odd = [i for i in range(len(vectors)) if len(vectors[i]) != len(vectors[0])]
    failed += [(valid_paths[i], f"{len(vectors[i])} numbers instead of {len(vectors[0])}") for i in odd]
    good = [i for i in range(len(vectors)) if i not in odd]
    return [vectors[i] for i in good], [valid_paths[i] for i in good], failed


def _first_length_first(paths, read):
    vectors, valid_paths, failed = [], [], []
    for path in paths:
        try:
            vector = read(path)
        except ValueError as error:
            failed.append((path, str(error)))
            continue
        if vectors and len(vector) != len(vectors[0]):
            failed.append((path, f"{len(vectors[0])} numbers instead of {len(vector)}"))
            continue
        vectors.append(vector)
        valid_paths.append(path)
    return vectors, valid_paths, failed


def _gives_up(paths, read):
    vectors, valid_paths = [], []
    for path in paths:
        try:
            vector = read(path)
        except ValueError as error:
            return vectors, valid_paths, [(path, str(error))]
        if vectors and len(vector) != len(vectors[0]):
            return vectors, valid_paths, [(path, f"{len(vector)} numbers instead of {len(vectors[0])}")]
        vectors.append(vector)
        valid_paths.append(path)
    return vectors, valid_paths, []


def _listed_too_early(paths, read):
    vectors, valid_paths, failed = [], [], []
    for path in paths:
        valid_paths.append(path)
        try:
            vector = read(path)
            if vectors and len(vector) != len(vectors[0]):
                raise ValueError(f"{len(vector)} numbers instead of {len(vectors[0])}")
            vectors.append(vector)
        except ValueError as error:
            failed.append((path, str(error)))
    return vectors, valid_paths, failed


def _goes_on_after_a_failure(paths, read):
    vectors, valid_paths, failed = [], [], []
    for path in paths:
        try:
            vector = read(path)
        except ValueError as error:
            failed.append((path, str(error)))
        if vectors and len(vector) != len(vectors[0]):
            failed.append((path, f"{len(vector)} numbers instead of {len(vectors[0])}"))
            continue
        vectors.append(vector)
        valid_paths.append(path)
    return vectors, valid_paths, failed


def _says_not_why(paths, read):
    vectors, valid_paths, failed = _with_a_length(paths, read)
    return vectors, valid_paths, [path for path in paths if path not in valid_paths]


def _length_of_the_first_path(paths, read):
    length, vectors, valid_paths, failed = len(read(paths[0])), [], [], []
    for path in paths:
        try:
            if len(read(path)) != length:
                raise ValueError(f"{len(read(path))} numbers instead of {length}")
            vectors.append(read(path))
            valid_paths.append(path)
        except ValueError as error:
            failed.append((path, str(error)))
    return vectors, valid_paths, failed


def _error_as_reason(paths, read):
    vectors, valid_paths, failed = [], [], []
    for path in paths:
        try:
            vectors.append(read(path))
            valid_paths.append(path)
        except ValueError as error:
            failed.append((path, error))
    return vectors, valid_paths, failed


def _prints_the_import(paths, read):
    print(*_with_a_length(paths, read))


def _sorts_the_paths(paths, read):
    paths.sort()
    paths.reverse()
    return _with_a_length(paths, read)


def _removes_failed(paths, read):
    vectors, valid_paths, failed = _with_a_length(list(paths), read)
    for path, _ in failed:
        paths.remove(path)
    return vectors, paths, failed


# honest_report


def _by_reason(paths, failed):
    reasons = {path: "read" for path in paths}
    for path, reason in failed:
        reasons[path] = reason
    groups = {}
    for path in paths:
        groups.setdefault(reasons[path], []).append(path)
    return {reason: (len(group), group[0]) for reason, group in groups.items()}


def _tries_counted(paths, failed):
    report = {}
    for reason in {reason for _, reason in failed}:
        named = [path for path, why in failed if why == reason]
        report[reason] = (len(named), min(named, key=paths.index))
    good = [path for path in paths if path not in [path for path, _ in failed]]
    if good:
        report["read"] = (len(paths) - len(failed), good[0])
    return report


def _each_try_counts(paths, failed):
    report, place = {}, {path: number for number, path in enumerate(paths)}
    for path, reason in failed:
        count, first = report.get(reason, (0, path))
        report[reason] = (count + 1, first if place[first] < place[path] else path)
    good = [path for path in paths if path not in dict(failed)]
    if good:
        report["read"] = (len(good), good[0])
    return report


def _counts_as_they_come(paths, failed):
    report = {}
    good = [path for path in paths if all(path != other for other, _ in failed)]
    if good:
        report["read"] = (len(good), good[0])
    for path, reason in failed:
        if reason not in report:
            report[reason] = (0, path)
        report[reason] = (report[reason][0] + 1, report[reason][1])
    return report


def _every_reason_counts(paths, failed):
    groups = {}
    for path in paths:
        for reason in {why for other, why in failed if other == path} or {"read"}:
            groups.setdefault(reason, []).append(path)
    return {reason: (len(group), group[0]) for reason, group in groups.items()}


def _first_reason(paths, failed):
    reasons = {}
    for path, reason in failed:
        if path not in reasons:
            reasons[path] = reason
    return _by_reason(paths, list(reasons.items()))


def _first_in_failed(paths, failed):
    reasons, report = dict(failed), {}
    for path, reason in failed:
        if reasons[path] == reason:
            named = [one for one in reasons if reasons[one] == reason]
            report.setdefault(reason, (len(named), path))
    good = [path for path in paths if path not in reasons]
    return report | ({"read": (len(good), good[0])} if good else {})


def _overwrites_the_first(paths, failed):
    reasons, report = dict(failed), {}
    for path in paths:
        reason = reasons.get(path, "read")
        report[reason] = (report.get(reason, (0,))[0] + 1, path)
    return report


def _first_by_name(paths, failed):
    return _by_reason(sorted(paths), failed)


def _only_failures(paths, failed):
    report = _by_reason(paths, failed)
    report.pop("read", None)
    return report


def _everything_read(paths, failed):
    report = _by_reason(paths, failed)
    report["read"] = (len(paths), paths[0])
    return report


def _numbers_only(paths, failed):
    return {reason: count for reason, (count, _) in _by_reason(paths, failed).items()}


def _always_a_read(paths, failed):
    return {"read": (0, None)} | _by_reason(paths, failed)


def _prints_the_report(paths, failed):
    for reason, (count, first) in _by_reason(paths, failed).items():
        print(reason, count, first)


def _empties_failed(paths, failed):
    reasons = {}
    while failed:
        path, reason = failed.pop(0)
        reasons[path] = reason
    return _by_reason(paths, list(reasons.items()))


# drop_copies


def _by_the_smallest(paths, contents):
    stands = {path: min(other for other in paths if contents[other] == contents[path]) for path in paths}
    return sorted(set(stands.values())), {path: other for path, other in stands.items() if path != other}


def _as_they_come(paths, contents):
    seen, kept, dropped = {}, [], {}
    for path in paths:
        if contents[path] in seen:
            dropped[path] = seen[contents[path]]
        else:
            seen[contents[path]] = path
            kept.append(path)
    return sorted(kept), dropped


def _names_the_neighbour(paths, contents):
    kept, dropped, last = [], {}, {}
    for path in sorted(paths):
        if contents[path] in last:
            dropped[path] = last[contents[path]]
        else:
            kept.append(path)
        last[contents[path]] = path
    return kept, dropped


def _only_unique(paths, contents):
    texts = [contents[path] for path in paths]
    return [path for path in sorted(paths) if texts.count(contents[path]) == 1], _by_the_smallest(paths, contents)[1]


def _kept_as_they_came(paths, contents):
    dropped = _by_the_smallest(paths, contents)[1]
    return [path for path in paths if path not in dropped], dropped


def _whole_disk(paths, contents):
    return _by_the_smallest(sorted(contents), contents)


def _compares_sizes(paths, contents):
    return _by_the_smallest(paths, {path: len(contents[path]) for path in paths})


def _dropped_backwards(paths, contents):
    kept, dropped = _by_the_smallest(paths, contents)
    return kept, {dropped[copy]: copy for copy in sorted(dropped)}


def _groups_backwards(paths, contents):
    kept, stands, groups = [], {}, {}
    for path in sorted(paths):
        if contents[path] in stands:
            groups.setdefault(stands[contents[path]], []).append(path)
        else:
            kept.append(path)
            stands[contents[path]] = path
    return kept, groups


def _dropped_as_a_list(paths, contents):
    kept, dropped = _by_the_smallest(paths, contents)
    return kept, [path for path in sorted(paths) if path in dropped]


def _empty_is_nothing(paths, contents):
    kept, dropped = _by_the_smallest([path for path in paths if contents[path]], contents)
    return sorted([*kept, *(path for path in paths if not contents[path])]), dropped


def _kept_only(paths, contents):
    return _by_the_smallest(paths, contents)[0]


def _prints_the_copies(paths, contents):
    print(_by_the_smallest(paths, contents))


def _sorts_in_place(paths, contents):
    paths.sort()
    return _as_they_come(paths, contents)


# batches_in_budget


def _with_a_current(files, max_bytes):
    batches, refused, current, room = [], [], [], max_bytes
    for path, *sides in files:
        size = sides[0] * sides[1] * sides[2]
        if size > max_bytes:
            refused.append(path)
            continue
        if size > room:
            batches.append(current)
            current, room = [], max_bytes
        current.append(path)
        room -= size
    if current:
        batches.append(current)
    return batches, refused


def _below_the_budget(files, max_bytes):
    batches, refused, current, total = [], [], [], 0
    for path, width, height, channels in files:
        size = width * height * channels
        if size >= max_bytes:
            refused.append(path)
        elif total + size < max_bytes:
            current.append(path)
            total += size
        else:
            batches.append(current)
            current, total = [path], size
    return [batch for batch in [*batches, current] if batch], refused


def _pixels_only(files, max_bytes):
    return _with_a_current([(path, width, height, 1) for path, width, height, _ in files], max_bytes)


def _closes_at_a_refusal(files, max_bytes):
    batches, refused, current, total = [], [], [], 0
    for path, width, height, channels in files:
        size = width * height * channels
        if total + size > max_bytes and current:
            batches.append(current)
            current, total = [], 0
        if size > max_bytes:
            refused.append(path)
        else:
            current.append(path)
            total += size
    return batches + [current] * bool(current), refused


def _best_place(files, max_bytes):
    batches, refused, totals = [], [], []
    for path, width, height, channels in files:
        size = width * height * channels
        if size > max_bytes:
            refused.append(path)
            continue
        for i in range(len(batches)):
            if totals[i] + size <= max_bytes:
                batches[i].append(path)
                totals[i] += size
                break
        else:
            batches.append([path])
            totals.append(size)
    return batches, refused


def _forgets_the_last(files, max_bytes):
    batches, refused, current, total = [], [], [], 0
    for path, width, height, channels in files:
        size = width * height * channels
        if size > max_bytes:
            refused.append(path)
            continue
        if total + size > max_bytes:
            batches.append(current)
            current, total = [], 0
        current.append(path)
        total += size
    return batches, refused


def _batches_filled(files, max_bytes, when_full):
    batches, refused, current, total = [], [], [], 0
    for path, width, height, channels in files:
        size = width * height * channels
        if size > max_bytes:
            refused.append(path)
        elif total + size <= max_bytes:
            current.append(path)
            total += size
        else:
            batches.append(current)
            current, total = when_full(path, size, total)
    return batches + [current] * bool(current), refused


def _skips_what_does_not_fit(files, max_bytes):
    return _batches_filled(files, max_bytes, lambda path, size, total: ([], 0))


def _never_set_back(files, max_bytes):
    return _batches_filled(files, max_bytes, lambda path, size, total: ([path], total + size))


def _set_back_to_nothing(files, max_bytes):
    return _batches_filled(files, max_bytes, lambda path, size, total: ([path], 0))


def _appends_the_last_always(files, max_bytes):
    batches, refused = _with_a_current(files, max_bytes)
    return batches if batches else [[]], refused


def _each_alone(files, max_bytes):
    fits = [path for path, width, height, channels in files if width * height * channels <= max_bytes]
    return [fits] if fits else [], [path for path, *_ in files if path not in fits]


def _counts_afterwards(files, max_bytes):
    batches, refused, current, total = [], [], [], 0
    for path, width, height, channels in files:
        size = width * height * channels
        if size > max_bytes:
            refused.append(path)
            continue
        current.append(path)
        total += size
        if total >= max_bytes:
            batches.append(current)
            current, total = [], 0
    return batches + [current] * bool(current), refused


def _one_flat_list(files, max_bytes):
    batches, refused = _with_a_current(files, max_bytes)
    return [path for batch in batches for path in batch], refused


def _begins_empty(files, max_bytes):
    batches, refused = _with_a_current(files, max_bytes)
    return [[], *batches], refused


def _prints_the_plan(files, max_bytes):
    print(_with_a_current(files, max_bytes))


def _uses_up_the_files(files, max_bytes):
    rest = []
    while files:
        rest.append(files.pop(0))
    return _with_a_current(rest, max_bytes)


RIGHT = {
    "import_folder": [_with_a_length, _from_pairs],
    "honest_report": [_by_reason],
    "drop_copies": [_by_the_smallest],
    "batches_in_budget": [_with_a_current],
}

WRONG = {
    "import_folder": [
        (_as_in_lesson_06, "of another length than the first one's is a failure"),
        (_in_step_only, "It should be 3 values"),
        (_compares_with_the_last, "not the one just before"),
        (_goes_by_the_majority, "not the most frequent one"),
        (_loses_other_lengths, "paths get lost"),
        (_first_length_first, "own length comes first"),
        (_gives_up, "stops at the first failure"),
        (_lengths_in_the_end, "whatever went wrong"),
        (_listed_too_early, "only together with its vector"),
        (_goes_on_after_a_failure, "is used once more"),
        (_says_not_why, "must say why"),
        (_length_of_the_first_path, "at the line\n    length, vectors, valid_paths, failed = len(read(paths[0]))"),
        (_error_as_reason, ".jpg', ValueError('"),
        (_prints_the_import, "prints, but returns nothing"),
        (_sorts_the_paths, "changed its input"),
        (_removes_failed, "changed its input"),
        (lambda paths: paths, "It should take (paths, read)"),
    ],
    "honest_report": [
        (_tries_counted, "but it is one path"),
        (_each_try_counts, "however often it was tried"),
        (_counts_as_they_come, "goes by the entries of failed"),
        (_every_reason_counts, "counts only under the last one"),
        (_first_reason, "the last one counts, not the first"),
        (_first_in_failed, "in the order of paths, not of failed"),
        (_overwrites_the_first, "not the last"),
        (_only_failures, "what was read is missing"),
        (_everything_read, "only the paths that did not fail"),
        (_first_by_name, "not that of the alphabet"),
        (_numbers_only, "Came:      {'read': 2, "),
        (_always_a_read, "where nothing was read"),
        (_prints_the_report, "prints, but returns nothing"),
        (_empties_failed, "changed its input"),
    ],
    "drop_copies": [
        (_as_they_come, "not the first in the order of paths"),
        (_names_the_neighbour, "not another copy of it"),
        (_only_unique, "the first one stays"),
        (_kept_as_they_came, "is to be sorted"),
        (_whole_disk, "only the files in paths count"),
        (_compares_sizes, "compare the contents"),
        (_dropped_backwards, "the dropped ones are the keys"),
        (_groups_backwards, "dropped goes the other way"),
        (_dropped_as_a_list, "dropped is a dict"),
        (_empty_is_nothing, "two empty files"),
        (_kept_only, "Came:      ['"),
        (_prints_the_copies, "prints, but returns nothing"),
        (_sorts_in_place, "changed its input"),
    ],
    "batches_in_budget": [
        (_below_the_budget, "exactly max_bytes is allowed"),
        (_pixels_only, "one byte for each channel"),
        (_closes_at_a_refusal, "changes nothing else"),
        (_best_place, "what is complete stays as it is"),
        (_forgets_the_last, "the last batch is missing"),
        (_each_alone, "all of a batch together must fit"),
        (_counts_afterwards, "look before a picture joins it"),
        (_skips_what_does_not_fit, "gets lost"),
        (_never_set_back, "the bytes of the batch before"),
        (_set_back_to_nothing, "takes bytes, too"),
        (_appends_the_last_always, "no batch is empty"),
        (_one_flat_list, "Came:      (['"),
        (_begins_empty, "Came:      ([[], ['"),
        (_prints_the_plan, "prints, but returns nothing"),
        (_uses_up_the_files, "changed its input"),
    ],
}
