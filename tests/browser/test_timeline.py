"""The timeline: zoom and pan by wheel, drag, keys and touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import Run, Test
from .runs import jobs, shop, suite

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Open

#: Two workers, of which one waits for half of the run.
TESTS = [
    Test("test_first", worker="gw0", start=0, duration=500_000),
    Test("test_second", worker="gw0", start=500_000, duration=500_000, result="failed"),
    Test("test_other", worker="gw1", start=250_000, duration=500_000),
]


def in_sight(page: Page) -> tuple[float, float]:
    """Return where the part in sight begins and ends on the map, in pixels."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
            const box = document.querySelector('.sight');
            if (box.hidden) return [-1, -1];
            const left = parseFloat(box.style.left);
            return [left, left + parseFloat(box.style.width)];
        }"""
    )


def settled(page: Page) -> None:
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def colour(page: Page, x: float, y: float) -> str:
    """Return the colour of a pixel of the timeline."""
    return page.evaluate(  # type: ignore[no-any-return]
        """([x, y]) => {
            const canvas = document.querySelector('.timeline-box canvas');
            const data = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
            const hex = (part) => part.toString(16).padStart(2, '0');
            return `#${Array.from(data.slice(0, 3), hex).join('')}`;
        }""",
        [x, y],
    )


def test_waiting_is_seen_and_its_share_is_said(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#timeline")

    said = page.inner_text(".waits")
    assert "Workers waited for 25% of their time." in said
    assert page.locator(".waits .legend li").all_inner_texts() == [
        "Ran tests 75% 1.50 s",
        "Before the first test 12.5% 250 ms",
        "Between tests 0% 0 µs",
        "After the last test 12.5% 250 ms",
    ]
    page.click(".gaps button >> nth=0")
    settled(page)
    left, right = in_sight(page)
    assert left >= 0
    assert right - left < 700


def test_results_have_their_colours(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#timeline", expected="getImageData")
    settled(page)

    width = page.evaluate("document.querySelector('.timeline-box canvas').width")
    assert colour(page, width * 0.9, 40) == "#c23d12"
    assert colour(page, width * 0.4, 40) == "#8fc4bb"
    # What the filter leaves out is dimmed.
    page.fill("#filter", "result:passed")
    settled(page)
    assert colour(page, width * 0.9, 40) == "#e3dfd7"


def test_the_wheel_zooms_and_pans(open_page: Open) -> None:
    page = open_page(shop(), at="#timeline")
    page.hover(".timeline-box")
    page.mouse.wheel(0, -600)
    settled(page)
    left, right = in_sight(page)
    assert 0 < left < right < 1200

    page.mouse.wheel(200, 0)
    settled(page)
    assert in_sight(page)[0] > left
    page.mouse.wheel(0, 3000)
    settled(page)
    assert tuple(in_sight(page)) == (-1, -1)


def test_a_drag_pans_and_does_not_open_a_test(open_page: Open) -> None:
    page = open_page(shop(), at="#timeline")
    page.click("[aria-label='Zoom in']")
    page.click("[aria-label='Zoom in']")
    settled(page)
    left, _ = in_sight(page)
    box = page.locator(".timeline-box").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 600, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 60, steps=4)
    page.mouse.up()
    settled(page)

    assert in_sight(page)[0] > left
    assert page.locator("dialog[open]").count() == 0


def test_the_map_chooses_what_is_in_sight(open_page: Open) -> None:
    page = open_page(shop(), at="#timeline")
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 20, steps=4)
    page.mouse.up()
    settled(page)

    left, right = in_sight(page)
    assert abs(left - 300) < 3
    assert abs(right - 500) < 3


def test_two_fingers_zoom(open_page: Open) -> None:
    page = open_page(shop(), at="#timeline", has_touch=True)
    client = page.context.new_cdp_session(page)
    box = page.locator(".timeline-box").bounding_box()
    assert box is not None
    y = box["y"] + 80

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": x, "y": y, "id": number} for number, x in enumerate(xs)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 500, 600)
    for step in range(1, 6):
        touch("touchMove", 500 - 30 * step, 600 + 30 * step)
    touch("touchEnd")
    settled(page)

    left, right = in_sight(page)
    assert 0 < left < right
    assert page.locator("dialog[open]").count() == 0


def test_pointing_says_what_was_under_way(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#timeline")
    box = page.locator(".timeline-box").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 40)

    said = page.inner_text(".now")
    assert "2 of 2 busy" in said
    assert "TestCart::test_second" in said
    assert "TestCart::test_other" in said
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + 40)
    assert "1 of 2 busy" in page.inner_text(".now")


def test_a_click_opens_the_test(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#timeline")
    box = page.locator(".timeline-box").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + 40)

    assert page.inner_text("#test-title") == "test_second"


def test_keys_go_from_test_to_test(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#timeline")
    page.focus(".timeline-box")
    page.keyboard.press("ArrowRight")
    assert "test_first" in page.inner_text(".now")
    page.keyboard.press("ArrowRight")
    assert "test_second" in page.inner_text(".now")
    page.keyboard.press("ArrowDown")
    assert "test_other" in page.inner_text(".now")
    for _ in range(3):
        page.keyboard.press("+")
    settled(page)
    left, right = in_sight(page)
    assert right - left < 500
    page.keyboard.press("Shift+ArrowRight")
    settled(page)
    assert in_sight(page)[0] > left
    page.keyboard.press("0")
    settled(page)
    assert tuple(in_sight(page)) == (-1, -1)
    page.keyboard.press("Enter")
    assert page.inner_text("#test-title") == "test_other"


def test_a_long_test_that_begins_beside_a_short_one_is_drawn(open_page: Open) -> None:
    tests = [
        Test("test_short", start=0, duration=10),
        Test("test_long", start=20, duration=60_000_000),
    ]
    page = open_page(Run(tests), at="#timeline", expected="getImageData")
    settled(page)

    assert colour(page, 600, 40) == "#8fc4bb"


def test_tests_that_overlap_have_lanes(open_page: Open) -> None:
    tests = [
        Test(f"test_{n}", start=1_000 * n, duration=900_000, result="failed") for n in range(3)
    ]
    page = open_page(Run(tests), at="#timeline", expected="getImageData")
    settled(page)

    assert [colour(page, 600, y) for y in (40, 75, 110)] == ["#c23d12"] * 3
    # They are one worker's all the same.
    assert page.locator(".waits .legend li").first.inner_text() == "Ran tests 100% 902 ms"


def test_rows_beyond_the_edge_are_said_and_reached(open_page: Open) -> None:
    page = open_page(Run(suite(2_000, workers=120)), at="#timeline")
    settled(page)
    tools = page.locator(".timeline-tools")
    assert "Rows 1 to " in tools.inner_text()

    page.focus(".timeline-box")
    for _ in range(40):
        page.keyboard.press("Shift+ArrowDown")
    settled(page)
    assert " to 120 of 120" in tools.inner_text()
    box = page.locator(".timeline-box").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 600, box["y"] + box["height"] - 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 600, box["y"] + box["height"] + 400, steps=4)
    page.mouse.up()
    settled(page)
    assert " to 120 of 120" not in tools.inner_text()


def test_jobs_are_rows_at_their_own_times(open_page: Open) -> None:
    page = open_page(*jobs(3), at="#timeline")

    label = page.get_attribute(".timeline-box", "aria-label")
    assert label is not None
    assert "6 rows" in label
    box = page.locator(".timeline-box").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    assert "linux 1 gw0" in page.inner_text(".now")


def test_what_ran_nowhere_is_no_worker(open_page: Open) -> None:
    """A file that cannot be collected made a row of its own, and a third of the waiting."""
    broken = Test("tests/test_broken.py", worker="", start=0, duration=0, result="failed")
    page = open_page(Run([broken, *TESTS]), at="#timeline")

    assert "Workers waited for 25% of their time." in page.inner_text(".waits")
    assert "2 workers" in page.inner_text("header")
    assert "2 of 4 tests failed" in page.inner_text("header")
