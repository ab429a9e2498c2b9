"""The glossary: its words, and links to them where they first come in a page."""

import re

# Words that also mean something else: linked only where their own notebook explains them, in bold.
EVERYDAY = ("Alpha", "Cell", "Filter", "Network", "Shape", "Split", "Tie")
NEVER_IN = ("a", "code", "pre", "h1", "h2", "h3", "h4", "summary", "script", "style", "figure", "button", "th")


def terms_in(glossary):
    """The words that a glossary explains, and the name of each one's place.

    Parameters
    ----------
    glossary : str
        Markdown; each word begins a line as ``- **Word**``.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> terms_in("- **Top k**: the k best.\\n- **Length** (norm): a root.")
    {'Top k': 'word-top-k', 'Length': 'word-length'}
    """
    return {term: f"word-{slug(term)}" for term in re.findall(r"^- \*\*(.+?)\*\*", glossary, flags=re.M)}


def terms_of(glossary, number):
    """The words that the page of one notebook links: all but those that mean something else there.

    Parameters
    ----------
    glossary : str
    number : str
        Of the notebook, two digits.

    Returns
    -------
    dict of str to str
        As of `terms_in`.

    Examples
    --------
    >>> text = "- **Tie**: equal scores. [04](04_the_engine.ipynb)\\n- **Bin**: a range. [02](02_histograms.ipynb)"
    >>> list(terms_of(text, "04")), list(terms_of(text, "07"))
    (['Tie', 'Bin'], ['Bin'])
    """
    explained = dict(re.findall(r"^- \*\*(.+?)\*\*.*\[(\d\d)\]\(", glossary, flags=re.M))
    return {term: place for term, place in terms_in(glossary).items() if term not in EVERYDAY or explained[term] == number}


def slug(words):
    """Words as the name of a place in a page.

    Parameters
    ----------
    words : str

    Returns
    -------
    str

    Examples
    --------
    >>> slug("Precision@k (P)")
    'precision-k-p'
    """
    return re.sub(r"\W+", "-", words.lower()).strip("-")


def mark_places(page, terms):
    """Give each word of the glossary's own page, in place, a place that links can lead to.

    Parameters
    ----------
    page : BeautifulSoup
    terms : dict of str to str
    """
    left = dict(terms)
    for item in page.find_all("li"):
        word = item.find("strong")
        if word is not None and word.get_text() in left:
            item["id"] = left.pop(word.get_text())


def link_first(page, terms):
    """Link each word to the glossary, in place, where it comes in a page's prose for the first time.

    Parameters
    ----------
    page : BeautifulSoup
    terms : dict of str to str
        Word -> the name of its place.

    Examples
    --------
    >>> from bs4 import BeautifulSoup
    >>> page = BeautifulSoup("<p>A pixel, two pixels.</p>", "html.parser")
    >>> link_first(page, {"Pixel": "pixel"})
    >>> str(page)
    '<p>A <a class="word" href="glossary.html#pixel">pixel</a>, two pixels.</p>'
    """
    left = dict(sorted(terms.items(), key=lambda term: -len(term[0])))  # a longer word before the one that is in it
    for text in page.find_all(string=True):
        if text.parent.name not in NEVER_IN and not text.find_parent(NEVER_IN):
            _link_in(page, text, left)


def _link_in(page, text, left):
    bold = text.parent.name == "strong"
    while (sought := [term for term in left if bold or term not in EVERYDAY]) and (found := re.search(_any_of(sought), text, flags=re.I)):
        term = next(term for term in left if re.fullmatch(_any_of([term]), found.group(), flags=re.I))
        link = page.new_tag("a", attrs={"class": "word", "href": f"glossary.html#{left.pop(term)}"}, string=found.group())
        before, after = text[: found.start()], text[found.end() :]
        text.replace_with(before, link, after)
        text = link.next_sibling
        if text is None:
            return


def _any_of(terms):
    return r"(?<![\w@-])(?:" + "|".join(re.escape(term) for term in terms) + r")(?:s|es)?(?![\w@-])"
