"""Words as vectors, scores of two kinds added, rankings joined, and a map from words to pictures."""

import math
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from imsearch_helpers import (
    ImageSearchEngine,
    Products,
    SearchResult,
    TextSpace,
    TfIdf,
    caption_space,
    data_dir,
    learn_text_encoder,
    random_baseline,
    reciprocal_rank_fusion,
    search_by_text,
    search_by_text_and_image,
    text,
)

CAPTIONS = {"a.png": "a red mug", "b.png": "a blue mug", "c.png": "a blue boot", "d.png": ""}
VECTORS = [[1, 0], [0.9, 0.1], [0, 1], [1, 0.1]]


@pytest.fixture(scope="module")
def products():
    return Products()


@pytest.fixture
def engine():
    return ImageSearchEngine.from_vectors(list(CAPTIONS), VECTORS)


@pytest.fixture
def space():
    return caption_space(CAPTIONS)


def paths_of(results):
    return [path for path, _ in results]


# Words as vectors


def test_words_are_in_small_letters_without_those_of_one_letter():
    assert text.words_of("A two-tone MUG, x round_2 Größe") == ["two", "tone", "mug", "round_2", "größe"]


def test_tfidf_of_two_texts_by_hand():
    tfidf = TfIdf(["red red mug", "red boot"])
    rare, common = math.log(3 / 2) + 1, 1.0
    assert tfidf.words == ["boot", "mug", "red"] and tfidf.weights == pytest.approx([rare, rare, common])
    length = math.hypot(rare, 2 * common)
    assert tfidf.vectors[0] == pytest.approx([0, rare / length, 2 * common / length])


def test_tfidf_of_all_captions_is_scikit_learn_s(products):
    captions = [product.caption for product in products]
    theirs, ours = TfidfVectorizer(), TfIdf(captions)
    assert ours.vectors == pytest.approx(theirs.fit_transform(captions).toarray())
    assert ours.words == list(theirs.get_feature_names_out())
    assert ours.encode("a Blue, blue mug") == pytest.approx(theirs.transform(["a Blue, blue mug"]).toarray()[0])


@given(st.lists(st.text(alphabet="abcD éß-_,1\n", max_size=20), min_size=1, max_size=6))
def test_tfidf_of_any_texts_is_scikit_learn_s(texts):
    if not any(re.findall(r"\b\w\w+\b", one) for one in texts):
        with pytest.raises(ValueError, match="at least one word of two letters"):
            TfIdf(texts)
    else:
        assert TfIdf(texts).vectors == pytest.approx(TfidfVectorizer().fit_transform(texts).toarray())


def test_text_without_words_is_like_nothing():
    assert TfIdf(["mug", "", "a ! -"]).vectors.tolist() == [[1.0], [0.0], [0.0]]


@pytest.mark.parametrize("texts", ["red mug", ["red", None], [b"red"], [["red"]]])
def test_what_is_no_list_of_texts_is_refused(texts):
    with pytest.raises(TypeError, match="texts must be a list of texts"):
        TfIdf(texts)


def test_unknown_word_is_named_in_a_warning_and_counts_for_nothing():
    tfidf = TfIdf(CAPTIONS.values())
    with pytest.warns(UserWarning, match="no caption has 'azure', 'zzz': left out"):
        assert tfidf.encode("azure mug zzz").tolist() == tfidf.encode("mug").tolist()


@pytest.mark.parametrize("words", ["azure", "mugs", "a", "?!", "a b c"])
def test_nothing_but_unknown_words_is_an_error_that_names_known_ones(words):
    with pytest.raises(ValueError, match=f"text_query: no caption has a word of {re.escape(repr(words))}; some of the known: blue"):
        TfIdf(CAPTIONS.values()).encode(words)


# Searching by text


@pytest.mark.parametrize("words", ["", "  \n"])
def test_empty_text_is_an_error(words, space, engine):
    for search in (search_by_text, lambda words, space: search_by_text_and_image(words, [1, 0], engine=engine, space=space)):
        with pytest.raises(ValueError, match=f"text_query must hold at least one word, not {re.escape(repr(words))}"):
            search(words, space=space)


@pytest.mark.parametrize("words", [None, 3, b"mug", ["mug"]])
def test_what_is_no_text_is_a_type_error(words, space):
    with pytest.raises(TypeError, match="text_query must be a text"):
        search_by_text(words, space=space)


def test_text_is_searched_by_cosine_and_a_picture_without_a_caption_scores_0(space):
    results = search_by_text("red mug", 4, space=space)
    assert paths_of(results) == ["a.png", "b.png", "c.png", "d.png"]
    assert results[0].score == pytest.approx(1) and results[3].score == 0


def test_shipped_captions_are_searched_by_default(products):
    results = search_by_text("yellow guitar", top_k=10)
    assert {products.of(path).colour + products.of(path).category for path, _ in results} == {"yellowguitar"}
    assert all(type(result) is SearchResult for result in results)


def test_folder_that_has_changed_since_is_seen(monkeypatch, tmp_path):
    relative = search_by_text("red boot", 1)[0].path
    monkeypatch.chdir(tmp_path)
    there = search_by_text("red boot", 1)[0].path
    assert there != relative and (tmp_path / there).is_file()


def test_captions_without_paths_are_refused():
    with pytest.raises(TypeError, match="captions must be a dict from path to caption, not list"):
        caption_space(["a red mug"])


def test_encoder_into_another_space_is_refused(space):
    with pytest.raises(ValueError, match="query"):
        search_by_text("mug", space=TextSpace(lambda words: [1.0, 2.0], space.engine))


# Text and picture


def test_mixed_scores_by_hand(engine, space):
    [result] = search_by_text_and_image("blue", [1, 0], 0.25, 1, engine=engine, space=space)
    words = np.array([search(path) for search in [dict(space.engine.search(space.encode_text("blue"), 4)).get] for path in CAPTIONS])
    image = np.array([vector[0] / math.hypot(*vector) for vector in VECTORS])
    mixed = 0.75 * (words - words.mean()) / words.std() + 0.25 * (image - image.mean()) / image.std()
    assert result == ("b.png", pytest.approx(mixed.max())) and mixed.argmax() == 1


def test_one_query_alone_is_the_plain_search(engine, space):
    assert search_by_text_and_image("blue", None, 0.9, 3, engine=engine, space=space) == search_by_text("blue", 3, space=space)
    assert search_by_text_and_image(None, [1, 0], 0.1, 3, engine=engine, space=space) == engine.search([1, 0], 3)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_alpha_0_ranks_as_the_text_and_alpha_1_as_the_picture(metric):
    rng = np.random.default_rng(0)
    paths = [f"{number:02}.png" for number in range(40)]
    engine = ImageSearchEngine.from_vectors(paths, rng.normal(size=(40, 5)), metric=metric)
    space = TextSpace(lambda words: [1, 2, 3], ImageSearchEngine.from_vectors(paths, rng.normal(size=(40, 3))))
    query = rng.normal(size=5)
    mixed = [paths_of(search_by_text_and_image("x", query, alpha, 40, engine=engine, space=space)) for alpha in (0, 1)]
    assert mixed == [paths_of(search_by_text("x", 40, space=space)), paths_of(engine.search(query, 40))]


def test_unit_of_the_picture_s_score_does_not_matter():
    rng = np.random.default_rng(1)
    paths, vectors = [f"{number:02}.png" for number in range(30)], rng.normal(size=(30, 4))
    space = TextSpace(lambda words: [1, 2], ImageSearchEngine.from_vectors(paths, rng.normal(size=(30, 2))))
    rankings = []
    for unit in (1, 256):
        engine = ImageSearchEngine.from_vectors(paths, vectors * unit, metric="euclidean")
        rankings.append(search_by_text_and_image("x", vectors[3] * unit, 0.5, 30, engine=engine, space=space))
    assert paths_of(rankings[0]) == paths_of(rankings[1])
    assert [score for _, score in rankings[0]] == pytest.approx([score for _, score in rankings[1]], abs=1e-5)


def test_scores_that_are_all_equal_say_nothing():
    space = caption_space({"a.png": "mug", "b.png": "mug"})
    engine = ImageSearchEngine.from_vectors(["a.png", "b.png"], [[1, 0], [0, 1]])
    assert search_by_text_and_image("mug", [0, 1], 0.5, engine=engine, space=space) == [("b.png", 0.5), ("a.png", -0.5)]
    assert search_by_text_and_image("mug", [1, 1], 0.5, engine=engine, space=space) == [("a.png", 0.0), ("b.png", 0.0)]


def test_every_picture_is_scored_and_none_cut_off_before_adding():
    # Place 151 by words and place 151 by picture, but the best by both: a cut at 100 would lose it.
    n = 301
    angle = np.linspace(0, 1.5, n)
    by_text = np.c_[np.cos(angle), np.sin(angle)]
    by_image = by_text[::-1].copy()
    bent = angle.copy()
    bent[150] = 0.7
    by_text[150] = by_image[150] = np.cos(0.7), np.sin(0.7)
    paths = [f"{number:03}.png" for number in range(n)]
    space = TextSpace(lambda words: [1, 0], ImageSearchEngine.from_vectors(paths, by_text))
    engine = ImageSearchEngine.from_vectors(paths, by_image)
    alone = [paths_of(search_by_text("x", n, space=space)).index("150.png"), paths_of(engine.search([1, 0], n)).index("150.png")]
    assert min(alone) > 100
    assert search_by_text_and_image("x", [1, 0], 0.5, 1, engine=engine, space=space)[0].path == "150.png"


class Blind:
    """An index that finds one row and no other."""

    def search(self, queries, k):
        return np.zeros((len(queries), 1), dtype=int), np.ones((len(queries), 1))


def test_index_of_the_engine_loses_no_picture(engine, space):
    plain = search_by_text_and_image("blue", [0, 1], 0.5, 4, engine=engine, space=space)
    assert search_by_text_and_image("blue", [0, 1], 0.5, 4, engine=engine.use_index(Blind()), space=space) == plain


@pytest.mark.parametrize("alpha", [-0.01, 1.01, math.nan, math.inf, None, "0.5", True, [0.5]])
def test_alpha_outside_0_to_1_is_an_error(alpha, engine, space):
    with pytest.raises(ValueError, match="alpha must be a number from 0 to 1, not"):
        search_by_text_and_image("mug", [1, 0], alpha, engine=engine, space=space)


@pytest.mark.parametrize(("top_k", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (None, TypeError)])
def test_bad_top_k_is_an_error(top_k, error, engine, space):
    for queries in (("mug", [1, 0]), ("mug", None), (None, [1, 0])):
        with pytest.raises(error, match="top_k must be"):
            search_by_text_and_image(*queries, 0.5, top_k, engine=engine, space=space)


def test_no_query_at_all_is_an_error():
    with pytest.raises(ValueError, match="text_query and image_query are both None"):
        search_by_text_and_image(None, None)


def test_more_than_there_are_gives_all(engine, space):
    assert sorted(paths_of(search_by_text_and_image("mug", [1, 0], 0.5, 99, engine=engine, space=space))) == sorted(CAPTIONS)


def test_pictures_that_differ_between_engine_and_space_are_an_error(engine):
    for captions, name in (({"a.png": "mug", "b.png": "mug"}, "c.png"), (CAPTIONS | {"e.png": "mug"}, "e.png")):
        with pytest.raises(ValueError, match=f"engine and space must hold the same pictures; '{name}'"):
            search_by_text_and_image("mug", [1, 0], engine=engine, space=caption_space(captions))


def test_engine_over_other_pictures_needs_a_space(engine):
    with pytest.raises(ValueError, match="space is needed: path: 'a.png' is not one of the 1000 product pictures"):
        search_by_text_and_image("mug", [1, 0], engine=engine)


def test_captions_of_an_engine_over_some_of_the_products_are_found(products):
    mugs = products.where(category="mug")
    engine = ImageSearchEngine.from_vectors([mug.path for mug in mugs], np.eye(len(mugs)))
    found = search_by_text_and_image("blue", None, engine=engine)
    assert {products.of(path).colour + products.of(path).category for path, _ in found} == {"bluemug"}


def test_shipped_engine_by_histogram_is_the_default(products, capsys):
    boot = products.where(category="boot", colour="red", shot="studio")[0].path
    found = search_by_text_and_image("mug", boot, 0.5, 3)
    engine = text._shipped_engine(data_dir(), text.Path.cwd())
    assert engine.method == "histogram" and len(engine.image_paths) == 1000
    assert found == search_by_text_and_image("mug", boot, 0.5, 3, engine=engine)
    assert {products.of(path).category for path, _ in found} == {"mug"}
    capsys.readouterr()


@pytest.mark.parametrize("image_query", [None, [1.0, 0.0]])
def test_engine_that_holds_nothing_yet_is_named_not_its_captions(tmp_path, image_query):
    with pytest.raises(RuntimeError, match="call index_images"):
        search_by_text_and_image("blue", image_query, engine=ImageSearchEngine(tmp_path))


def test_wrong_words_are_refused_before_any_picture_is_read(monkeypatch):
    monkeypatch.setattr(text, "_shipped_engine", lambda *_: pytest.fail("pictures are read"))
    for words in ("azure", "", 3):
        with pytest.raises((TypeError, ValueError), match="text_query"):
            search_by_text_and_image(words, "cat.jpg")


# Ranks


def test_fusion_by_hand():
    first, second = [SearchResult("a", 3), SearchResult("b", 2)], [SearchResult("b", 9), SearchResult("c", 8), SearchResult("a", 7)]
    fused = reciprocal_rank_fusion(first, second)
    assert paths_of(fused) == ["b", "a", "c"]
    assert [score for _, score in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61 + 1 / 63, 1 / 62])


def test_equal_scores_share_the_best_of_their_places():
    results = reciprocal_rank_fusion([SearchResult("x", 5), SearchResult("y", 5), SearchResult("z", 4)], k=1)
    assert results == [("x", 1 / 2), ("y", 1 / 2), ("z", 1 / 4)]


def test_fusion_takes_no_notice_of_scores_and_of_the_order_of_rankings():
    rng = random.Random(0)
    rankings = [[SearchResult(f"{path}", -place) for place, path in enumerate(rng.sample(range(20), 12))] for _ in range(3)]
    stretched = [[SearchResult(path, math.exp(score)) for path, score in ranking] for ranking in rankings]
    assert reciprocal_rank_fusion(*rankings) == reciprocal_rank_fusion(*stretched[::-1])


def test_one_ranking_keeps_its_order_and_none_gives_none():
    ranking = [SearchResult("b", 2), SearchResult("a", 1)]
    assert paths_of(reciprocal_rank_fusion(ranking)) == ["b", "a"] and reciprocal_rank_fusion() == []


def test_a_picture_twice_in_one_ranking_is_refused():
    with pytest.raises(ValueError, match="each picture once; 'a' is in one of them twice"):
        reciprocal_rank_fusion([SearchResult("b", 3)], [SearchResult("a", 2), SearchResult("a", 1)])


@pytest.mark.parametrize("k", [0, -1, math.nan, "60"])
def test_k_must_be_above_0(k):
    with pytest.raises(ValueError, match="k must be a finite number above 0"):
        reciprocal_rank_fusion([SearchResult("a", 1)], k=k)


# From words to pictures


@pytest.fixture(scope="module")
def deep(products):
    kept = np.load(data_dir() / "vectors" / "products_deep.npz")
    return dict(zip(kept["files"].tolist(), kept["vectors"].astype(np.float32)))


@pytest.fixture(scope="module")
def learnt(products, deep):
    """The real pair: words and pictures in the space of a network, learnt from the training products, over the others."""
    train, held_out = products.where(split="train"), products.where(split="held_out")
    encode = learn_text_encoder([p.caption for p in train], [deep[p.file] for p in train])
    return TextSpace(encode, ImageSearchEngine.from_vectors([p.path for p in held_out], [deep[p.file] for p in held_out]))


def test_map_is_scikit_learn_s_ridge(products, deep):
    train = products.where(split="train")[:200]
    captions, vectors = [p.caption for p in train], np.array([deep[p.file] for p in train], dtype=np.float64)
    tfidf = TfidfVectorizer().fit(captions)
    theirs = Ridge(alpha=2.5).fit(tfidf.transform(captions).toarray(), vectors)
    expected = theirs.predict(tfidf.transform(["a striped mug"]).toarray())[0]
    assert learn_text_encoder(captions, vectors, ridge=2.5)("a striped mug") == pytest.approx(expected, abs=1e-9)


def test_more_ridge_leads_nearer_to_the_mean(products, deep):
    train = products.where(split="train")
    captions, vectors = [p.caption for p in train], np.array([deep[p.file] for p in train])
    away = [np.linalg.norm(learn_text_encoder(captions, vectors, ridge)("striped mug") - vectors.mean(axis=0)) for ridge in (1, 1e3, 1e6)]
    assert away[0] > 2 * away[1] > 4 * away[2] and away[2] < 0.01


def test_words_find_pictures_whose_captions_nobody_read_far_better_than_chance(products, learnt):
    asked = products.where(split="held_out", shot="studio")
    found = [search_by_text(p.caption, 5, space=learnt) for p in asked]
    share = np.mean([products.of(path).product_id == p.product_id for p, five in zip(asked, found) for path, _ in five])
    assert share > 10 * random_baseline(250, 5).precision


def test_pair_of_encoders_serves_text_and_picture_together(products, deep, learnt):
    mug = next(p for p in products.where(split="held_out", category="mug", shot="studio") if p.pattern == "two-tone")
    found = search_by_text_and_image("dotted", deep[mug.file], 0.4, 5, engine=learnt.engine, space=learnt)
    assert {(products.of(path).category, products.of(path).pattern) for path, _ in found} == {("mug", "dotted")}


@pytest.mark.parametrize("vectors", [[[1, 0]], [1, 0], [[1], [2], [3]]])
def test_vectors_that_do_not_match_the_captions_are_an_error(vectors):
    with pytest.raises(ValueError, match="vectors must have one row a caption, not"):
        learn_text_encoder(["red", "blue"], vectors)


@pytest.mark.parametrize("ridge", [0, -1, math.nan])
def test_ridge_must_be_above_0(ridge):
    with pytest.raises(ValueError, match="ridge must be a finite number above 0"):
        learn_text_encoder(["red", "blue"], np.eye(2), ridge)


def test_vectors_with_nan_are_an_error():
    with pytest.raises(ValueError, match="vectors must hold finite numbers"):
        learn_text_encoder(["red", "blue"], [[math.nan, 0], [0, 1]])
