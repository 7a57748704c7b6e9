"""The page of `antiphon simulate --html`, in a real browser where there is one."""
import os
import pathlib

import pytest

import chromium
import harness

pytestmark = pytest.mark.skipif(chromium.EXECUTABLE is None, reason="Chromium is not installed")

POINT_AT = """(() => {
  const svg = document.querySelectorAll('figure > svg')[1], box = svg.getBoundingClientRect();
  svg.dispatchEvent(new PointerEvent('pointermove', {clientX: box.x + box.width, clientY: box.y + 20, bubbles: true}));
  return document.querySelectorAll('.values')[1].innerText;
})()"""


def test_values_are_read_under_the_pointer_and_policies_are_switched_off(tmp_path):
    file = tmp_path / "page.html"
    harness.run_ok("simulate", "--duration", "20", "--warm-up", "5", "--runs", "1", "--policy", "fifo,fair", "--load", "0.5,1.5",
                   "--html", file)
    page = chromium.Page(file.as_uri(), tmp_path / "profile")
    try:
        harness.eventually(lambda: page.value("document.querySelectorAll('figure > svg').length") == 5, "the plots are drawn")
        assert page.value("[...document.querySelectorAll('figcaption')].filter(one => one.textContent.startsWith('First audio')).length") == 3
        told = page.value(POINT_AT)
        assert "load 1.5" in told and "fifo: " in told and "fair: " in told
        page.click("#key button")
        assert "fifo: " not in page.value(POINT_AT)
        assert page.value("document.querySelectorAll('#timeline svg rect').length") > 10
        assert page.value("document.querySelector('main').scrollWidth <= document.documentElement.clientWidth"), "it fits"
        page.screenshot(pathlib.Path(os.environ.get("ANTIPHON_ARTIFACTS", tmp_path)) / "simulate.png")
        assert page.complaints == []
    finally:
        page.close()
