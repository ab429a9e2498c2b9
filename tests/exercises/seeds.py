"""Every answer of the banks, right and wrong, on many seeds: the verdict must be the same each time, and the reason too.

    python -m tests.exercises.seeds [SEEDS] [NAME ...]
"""

import sys

from tqdm import tqdm

from imsearch_helpers.exercises import CORRECT, NOT_YET
from tests.exercises.banks import all_banks, score_of

SEEDS = 60


def surprises(name, seeds):
    """Where a check does not say of an answer what the bank says.

    Parameters
    ----------
    name : str
        An exercise or a graded task.
    seeds : iterable of int

    Returns
    -------
    dict of str to dict
        Answer, such as ``right 0`` -> seed -> what the check says there. Only what differs.
    """
    tried = all_banks()[name]
    answers = {f"right {i}": (function, "") for i, function in enumerate(tried.right)}
    answers |= {f"wrong {i}": answer for i, answer in enumerate(tried.wrong)}
    found = {}
    for label, (function, words) in answers.items():
        expected = CORRECT if label.startswith("right") else NOT_YET
        scores = {seed: score_of(name, function, seed) for seed in seeds}
        odd = {seed: str(score) for seed, score in scores.items() if score.status != expected or words not in score.message}
        if odd:
            found[label] = odd
    return found


def main(arguments):
    """Print every surprise, and how many there are."""
    n_seeds = int(arguments[0]) if arguments else SEEDS
    n_answers = n_odd = 0
    for name in tqdm(arguments[1:] or all_banks(), disable=None):
        found = surprises(name, range(n_seeds))
        n_answers += len(all_banks()[name].right) + len(all_banks()[name].wrong)
        n_odd += len(found)
        for label, odd in found.items():
            seed, message = next(iter(odd.items()))
            verdicts = sum(message.startswith("✓") == label.startswith("wrong") for message in odd.values())
            tqdm.write(f"{name} {label}: odd on {len(odd)} of {n_seeds} seeds, verdict on {verdicts}; seed {seed}: {message!r}")
    print(f"{n_answers} answers on {n_seeds} seeds; {n_odd} of them depend on the seed.")
    return 1 if n_odd else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
