"""Lessons in a real browser: each control of each of their widgets changes what is shown."""

import pytest

WIDGETS = {"01_flattening": 3, "02_histograms": 4}  # how many each has
SHOWN = "panel => panel.children[1].innerHTML"
CHANGED = "([panel, before]) => panel.children[1].innerHTML !== before"


def after(page, panel, action):
    """Wait until an action has changed what a panel shows."""
    before = panel.evaluate(SHOWN)
    action()
    page.wait_for_function(CHANGED, arg=[panel.element_handle(), before])


def press_arrow(page, knob):
    knob.focus()
    page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("name", WIDGETS)
def test_every_slider_list_and_button_changes_what_is_shown(lab, name):
    page = lab.run(f"{name}.ipynb")
    panels = page.locator(".imsearch-panel").all()
    assert len(panels) == WIDGETS[name]
    for panel in panels:
        knobs, lists = panel.locator(".noUi-handle").all(), panel.locator("select").all()
        assert knobs
        for knob in knobs:
            after(page, panel, lambda knob=knob: press_arrow(page, knob))
        for choice in lists:
            after(page, panel, lambda choice=choice: choice.select_option(index=1))
        for button in panel.locator("button").all():
            after(page, panel, button.click)
    page.close()
