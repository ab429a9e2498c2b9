"""Floor 9. A function and controls come in; a panel goes out that shows what the function returns, and the controls themselves."""

import html
import traceback

import ipywidgets
from matplotlib.figure import Figure

from ..plots import RED, figure_html

# JupyterLab gives this class to widgets whose kernel was restarted or shut down; nothing of ours runs any more by then.
DEAD = f"""<style>.imsearch-panel.jupyter-widgets-disconnected::before {{color: {RED}; font: bold 13px sans-serif; height: auto;
  content: "These sliders belong to a kernel that has ended: run this cell again."}}</style>"""


class Panel(ipywidgets.VBox):
    """A box of controls above what they change. In a stored page, where nothing can be moved, it says so.

    Parameters
    ----------
    controls : dict of str to ipywidgets.Widget
        Each gets the CSS class `imsearch-` and its name, the panel the class `imsearch-panel`.
    output : ipywidgets.HTML
    """

    def __init__(self, controls, output):
        for name, control in controls.items():
            control.add_class(f"imsearch-{name}")
        row = ipywidgets.HBox([*controls.values(), ipywidgets.HTML(DEAD)], layout={"flex_flow": "row wrap"})
        super().__init__([row, output])
        self.add_class("imsearch-panel")
        self.controls, self.output = controls, output

    def __repr__(self):
        return "(Sliders appear here when this cell is run in JupyterLab.)"

    def move(self, **values):
        """Move controls from Python, as a hand would.

        Parameters
        ----------
        **values
            A control's name -> its new value.

        Returns
        -------
        str
            What is shown then, as HTML.

        Raises
        ------
        ValueError
            When there is no control of that name.

        Examples
        --------
        >>> play(lambda n: f"<p>{n}</p>", n=slider("n", 0, 9, 3)).move(n=5)
        '<p>5</p>'
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"controls must be among {', '.join(self.controls)}, not {name!r}")
            self.controls[name].value = value
        return self.output.value


def play(function, **controls):
    """Show what a function returns for the values of some controls, again whenever one is moved.

    Parameters
    ----------
    function : callable
        Takes the controls' values under their names; returns a `plots.Figure`, or a string of HTML.
    **controls : ipywidgets.Widget

    Returns
    -------
    Panel
        The controls, then one HTML widget. An error at first is raised; one that comes when a control moves stands there.
    """
    output = ipywidgets.HTML()

    def update(change=None):
        shown = function(**{name: control.value for name, control in controls.items()})
        output.value = figure_html(shown) if isinstance(shown, Figure) else shown

    for control in controls.values():
        control.observe(in_sight(update, output), names="value")
    update()
    return Panel(controls, output)


def in_sight(work, output):
    """The same work for a button or a slider, whose errors nobody would see: they go into an HTML widget.

    Parameters
    ----------
    work : callable
        Of one event.
    output : ipywidgets.HTML

    Returns
    -------
    callable
    """

    def seen(event):
        try:
            work(event)
        except Exception as error:
            said = "".join(traceback.format_exception_only(error))
            output.value = f'<pre style="color: {RED}; white-space: pre-wrap">{html.escape(said)}</pre>'

    return seen


def slider(description, low, high, value, step=1, continuous=False):
    """A slider with room for its label.

    Parameters
    ----------
    description : str
    low, high, value, step : int or float
        A whole-number slider if all are whole numbers.
    continuous : bool
        Update while it is dragged; for what is drawn in a few milliseconds.

    Returns
    -------
    ipywidgets.IntSlider or ipywidgets.FloatSlider
    """
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    return kind(value, min=low, max=high, step=step, description=description, continuous_update=continuous,
                style={"description_width": "initial"}, layout={"width": "320px"})  # fmt: skip


def stops(description, values, value, continuous=False):
    """A slider that stands at some values only: choose many where the answers lie.

    Parameters
    ----------
    description : str
    values : iterable of int or float
        In the order from left to right.
    value : int or float
        One of them, where it stands at first.
    continuous : bool
        As for `slider`.

    Returns
    -------
    ipywidgets.SelectionSlider
    """
    return ipywidgets.SelectionSlider(options=list(values), value=value, description=description, continuous_update=continuous,
                                      style={"description_width": "initial"}, layout={"width": "480px"})  # fmt: skip


def chooser(description, options):
    """A list to choose one name from, with room for its label.

    Parameters
    ----------
    description : str
    options : iterable of str
        The first is chosen at first.

    Returns
    -------
    ipywidgets.Dropdown
    """
    return ipywidgets.Dropdown(
        options=list(options), description=description, style={"description_width": "initial"}, layout={"width": "auto"}
    )


def query_slider(queries, query, continuous):
    """A slider through pictures, so long that the mouse skips none of a thousand.

    Parameters
    ----------
    queries : sequence
    query : int
        Where it stands at first.
    continuous : bool
        As for `slider`.

    Returns
    -------
    ipywidgets.IntSlider
    """
    control = slider("query", 0, len(queries) - 1, query, continuous=continuous)
    control.layout.width = "98%"  # nothing fits beside it, in a window of any width
    return control


def upload_button(description, accept=""):
    """A button that takes a file of the reader's own.

    Parameters
    ----------
    description : str
    accept : str
        Which kinds the browser offers, such as "image/*".

    Returns
    -------
    ipywidgets.FileUpload
    """
    return ipywidgets.FileUpload(accept=accept, description=description, layout={"width": "auto"})
