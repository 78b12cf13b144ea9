"""The teacher's page in a browser: it is used by mouse and keyboard, and nothing leaves it.

Needs Chromium, its driver and selenium (the extra "browser").
"""

import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pretended import hostile_class, pretended_class
from telling import located, said

from grader.classroom.reports.page import render
from grader.classroom.statistics import misconceptions, standings

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium, of the extra [browser]")
from selenium.webdriver.chrome.service import Service  # noqa: E402 - once it is known to be there
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver")

WIDE, PHONE = (1280, 900), (390, 844)
SHIFTS = """
const done = arguments[0]; let sum = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
setTimeout(() => done(sum), 300);
"""


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    profile = tmp_path_factory.mktemp("profile")
    for switch in (
        *("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run"),
        *("disable-background-networking", "disable-component-update", "disable-sync", f"user-data-dir={profile}"),
    ):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield started
    started.quit()


@contextmanager
def served(page):
    """Serves the page and nothing else; gives its address and the paths that were asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode() if self.path == "/" else b"")

        def log_message(self, *_):
            pass  # what was asked for is what the tests look at

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def show(driver, address, size=WIDE):
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.get("about:blank")  # the same address with another hash would not load it again
    driver.get(address)


@pytest.fixture(scope="module")
def whole():
    return pretended_class(250)


@pytest.fixture(scope="module")
def files(tmp_path_factory, whole):
    """Addresses of pages as a teacher opens them: files."""
    folder = tmp_path_factory.mktemp("pages")
    classes = {"class": whole, "hostile": hostile_class(), "large": pretended_class(5000, hidden=True)}
    for name, batch in classes.items():
        (folder / f"{name}.html").write_text(render(batch), "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in classes}


@pytest.fixture
def page(driver, files):
    show(driver, files["class"])
    return Page(driver)


class Page:
    """What a person does on it and sees."""

    def __init__(self, driver):
        self.driver = driver
        self.find = partial(driver.find_element, "css selector")
        self.all = partial(driver.find_elements, "css selector")

    def column(self, number):
        script = (
            "return [...document.querySelectorAll('#table tbody tr')].map((r) => r.cells[arguments[0]].textContent)"
        )
        return self.driver.execute_script(script, number)

    def head(self, name):
        return next(th for th in self.all("#table thead th") if th.text.startswith(name))

    def until(self, condition):
        WebDriverWait(self.driver, 10).until(lambda _: condition())

    def active(self):
        return self.driver.switch_to.active_element

    def hash(self):
        return self.driver.execute_script("return location.hash")

    def open(self):
        return self.find("#report").get_property("open")


def test_columns_sort_both_ways(page, whole):
    head = page.head("Points")
    assert head.get_attribute("aria-sort") is None
    assert head.tag_name == "th"
    for direction in ("ascending", "descending"):
        head.find_element("css selector", "button").send_keys(Keys.ENTER)
        assert head.get_attribute("aria-sort") == direction
        points = sorted((g.report.score for g in whole.grades), reverse=direction == "descending")
        assert [float(text) for text in page.column(3)] == points[:100]
    page.head("Mistake").find_element("css selector", "button").click()
    assert [th.get_attribute("aria-sort") for th in page.all("#table thead th")].count("ascending") == 1
    assert head.get_attribute("aria-sort") is None
    assert page.column(5)[0] != ""  # what is empty comes last


def test_filters_narrow_the_table_and_say_how_far(page, whole):
    status = page.find("#found")
    assert (status.get_attribute("role"), status.get_attribute("aria-live")) == ("status", "polite")
    assert status.text == "250 students"
    Select(page.find("#standing")).select_by_visible_text("wrong")
    wrong = standings(whole)["wrong"]
    assert status.text == f"{wrong} of 250 students"
    assert set(page.column(2)) == {"wrong"}
    commonest = misconceptions(whole)[0]
    Select(page.find("#mistake")).select_by_value("idea=0")
    assert status.text == f"{len(commonest.grades)} of 250 students"
    name = commonest.grades[0].name
    page.find("#text").send_keys(name.upper())
    assert set(page.find("#table tbody tr").text.splitlines()) & {name}
    page.find("#text").send_keys(" nobody at all")
    assert page.find("#table tbody").text == "No student fits."
    page.find("#filters button[type=reset]").click()
    page.until(lambda: status.text == "250 students")


def test_pages_turn(page):
    assert len(page.all("#table tbody tr")) == 100
    page.find("#pages button:last-child").send_keys(Keys.ENTER)
    assert page.find("#pages span").text == "101 to 200 of 250"
    page.find("#pages button:last-child").send_keys(Keys.ENTER)
    assert len(page.all("#table tbody tr")) == 50
    assert page.active().text == "Previous"  # the button that was pressed is at its end


def test_a_report_by_keyboard_and_back(page, whole):
    link = page.find("#table tbody tr:nth-child(2) a")
    link.send_keys(Keys.ENTER)
    page.until(page.open)
    assert page.hash() == f"#student={whole.grades[1].student}"
    dialog = page.find("#report")
    heading = page.driver.find_element("id", dialog.get_attribute("aria-labelledby"))
    assert heading.text == whole.grades[1].name
    assert page.active() == heading
    for _ in range(12):  # the focus does not get out
        page.active().send_keys(Keys.TAB)
        inside = "return document.activeElement === document.body || arguments[0].contains(document.activeElement)"
        assert page.driver.execute_script(inside, dialog)
    heading.send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: page.hash() == f"#student={whole.grades[2].student}")
    page.active().send_keys(Keys.ESCAPE)
    page.until(lambda: not page.open())
    assert page.hash() == ""
    assert page.active().text == whole.grades[2].name
    page.driver.forward()
    page.until(page.open)
    page.driver.back()
    page.until(lambda: not page.open())


def test_a_report_says_all_that_it_knows(driver, files, whole):
    page = Page(driver)
    chosen = next(g for g in whole.grades if g.report.departure and g.history)
    show(driver, f"{files['class']}#student={chosen.student}")
    page.until(page.open)
    text = page.find("#report").get_property("textContent")
    for part in (chosen.file, located(chosen.report.departure), "a new submission", chosen.student):
        assert part in text
    for case in chosen.report.cases:
        assert case.name in text
        assert said(case) in text
    told = [d for d in page.all("#report details") if d.get_property("open")]
    assert len(told) == 1  # the other cases show the same
    page.find("#report .buttons button:last-child").click()
    page.until(lambda: not page.open())
    assert page.hash() == "#students"


def test_a_misconception_leads_to_its_students(page, whole):
    page.find("#idea-1 .scripted a").click()
    page.until(lambda: page.find("#found").text == f"{len(misconceptions(whole)[1].grades)} of 250 students")
    page.driver.back()
    page.find(".groups a.student").click()
    page.until(page.open)
    page.find("#report .alike a").click()
    page.until(lambda: not page.open())
    assert page.find("#mistake").get_property("value").startswith("group=")


def test_the_theme_is_chosen_and_kept(page, files):
    def ground():
        return page.driver.execute_script("return getComputedStyle(document.body).backgroundColor")

    button = page.find("#theme")
    before, pressed = ground(), button.get_attribute("aria-pressed")
    button.click()
    assert button.get_attribute("aria-pressed") != pressed
    assert ground() != before
    chosen = ground()
    show(page.driver, files["class"])
    assert ground() == chosen
    page.find("#theme").click()
    assert ground() == before


@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("name", ["class", "hostile"])
def test_nothing_is_wider_than_the_window(driver, files, name, size):
    page = Page(driver)
    show(driver, files[name], size)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= size[0]
    page.find("#table tbody a").send_keys(Keys.ENTER)
    page.until(page.open)
    widths = driver.execute_script("const d = document.getElementById('report'); return [d.scrollWidth, d.clientWidth]")
    assert widths[0] <= widths[1]


def test_thousands_of_rows_do_not_move_the_page(driver, files):
    show(driver, files["large"])
    page = Page(driver)
    assert page.find("#found").text == "5000 students"
    assert len(page.all("#table tbody tr")) == 100
    assert driver.execute_async_script(SHIFTS) < 0.01
    page.head("Mistake").find_element("css selector", "button").click()
    assert driver.execute_async_script(SHIFTS) < 0.01


def test_nothing_runs_and_nothing_leaves(driver):
    batch = hostile_class()
    with served(render(batch)) as (address, asked):
        show(driver, address)
        page = Page(driver)
        rows = page.all("#table tbody tr")
        assert len(rows) == len(batch.grades)
        keys = [a.get_attribute("href").partition("#")[2] for a in page.all("#table tbody a")]
        for key in keys:
            driver.execute_script("location.hash = arguments[0]", key)
            page.until(lambda key=key: page.open() and page.hash() == f"#{key}")
            assert page.find("#report h2").text
            assert page.all("#report img, #report script, #report svg") == []
        assert driver.execute_script("return window.executed") is None
        assert len(page.all("script")) == 2
        assert page.all("img, iframe, svg[onload], [onerror], [ping]") == []
        assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
        assert asked == ["/"]
    assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_the_policy_refuses_what_the_page_does_not_do(driver):
    with served(render(pretended_class(1))) as (address, asked):
        show(driver, address)
        refused = driver.execute_async_script("""
            const done = arguments[0];
            const image = new Image();
            image.src = "/leak";
            let markup = false;
            try { document.createElement("p").innerHTML = "<b>x</b>"; } catch { markup = true; }
            fetch("/leak").then(() => done([false, markup]), () => done([true, markup]));
        """)
        assert refused == [True, True]
        assert asked == ["/"]
    driver.get_log("browser")  # it tells of what was refused


def test_without_a_script(driver, files, whole):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(driver, files["class"], PHONE)
        tree = driver.execute_cdp_cmd("DOMSnapshot.captureSnapshot", {"computedStyles": ["display"]})
        text = set(tree["strings"])
        assert {grade.name for grade in whole.grades} <= text
        laid_out = {tree["strings"][i] for i in tree["documents"][0]["layout"]["text"] if i >= 0}
        assert whole.grades[-1].name in laid_out
        assert "Clear" not in laid_out
        assert misconceptions(whole)[0].title in laid_out
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
