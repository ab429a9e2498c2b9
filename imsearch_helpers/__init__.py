"""Image search from scratch: the small package that the course's notebooks share.

Each public name lives in one module and can be imported from here as well. Modules load when a name of theirs is first
used, so ``import imsearch_helpers`` costs next to nothing and pulls in neither Matplotlib nor widgets.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "images": ("ImageError", "load_image", "read_image"),
    "folders": ("ImportReport", "Listing", "find_images", "list_folder"),
    "similarity": ("METRICS", "Metric", "cosine_similarity", "euclidean_distance"),
    "evaluation": (
        "SearchQuality",
        "average_precision",
        "bootstrap_interval",
        "diversity",
        "evaluate_search",
        "ndcg",
        "random_baseline",
        "reciprocal_rank",
    ),
    "collection": ("Product", "Products", "data_dir"),
    "vectors": (
        "METHODS",
        "deep_method",
        "image_to_gradients",
        "image_to_histogram",
        "image_to_root_histogram",
        "image_to_vector_deep",
        "image_to_vector_simple",
    ),
    "reader_pool": ("ReaderPool",),
    "messy": ("RobustImageProcessor",),
    "engine": ("ImageSearchEngine", "SearchResult", "StalePaths"),
    "database": ("VectorDatabase",),
    "ann": ("build_faiss_index", "search_faiss"),
    "cluster": ("ClusterIndex",),
    "judging": ("Evaluation", "evaluate_engine", "found_by_shot"),
    "duplicates": ("near_duplicates",),
    "text": (
        "TextSpace",
        "TfIdf",
        "caption_space",
        "learn_text_encoder",
        "reciprocal_rank_fusion",
        "search_by_text",
        "search_by_text_and_image",
    ),
    "environment": ("check_environment",),
    "plots": ("show_flatten_process", "show_histogram_process", "visualize_results"),
    "widgets": ("explore",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name):
    if name in _HOMES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_HOMES, *_HOME_OF})
