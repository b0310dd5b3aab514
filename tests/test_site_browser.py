"""The scoreboard in a real browser: quiet, self-contained, readable at every width, usable by keyboard alone."""

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from publishing.site.serve import serve
from tests.site_folder import page, rows

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
ONE_OF_EACH = (
    "index.html",
    "ranking/districts.html",
    "units/index.html",
    "units/183.html",
    "indicators/b3.html",
    "map.html",
    "quality.html",
    "revisions.html",
    "timeliness.html",
    "methodology.html",
    "downloads.html",
    "explain/183/b6.html",
)
DRAWN = "[...document.querySelectorAll('figure.chart .drawing')].every(place => place.dataset.drawn === 'yes')"


@pytest.fixture(scope="module")
def folder(sandbox_release: Path) -> Path:
    return (sandbox_release / "releases" / "current").resolve()


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where the site is served."""
    with serve(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/site/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's browser, which .ci/run installs."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A tab of which everything is written down that a page should not do: `complaints`."""

    def __init__(self, browser: Browser, start: str, width: int = 1440) -> None:
        self.start = start
        self.complaints: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.on("console", lambda told: self._note(f"console {told.type}: {told.text}", told.type != "log"))
        self.page.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self._note(f"failed: {request.url}"))
        self.page.on("response", lambda answer: self._note(f"{answer.status}: {answer.url}", answer.status >= 400))
        self.page.route(re.compile(rf"^(?!{re.escape(start)})"), self._refuse)

    def _note(self, complaint: str, is_one: bool = True) -> None:
        if is_one:
            self.complaints.append(f"{self.page.url.removeprefix(self.start)}: {complaint}")

    def _refuse(self, route: object, request: Request) -> None:
        self._note(f"outside: {request.url}")
        route.abort()  # type: ignore[attr-defined]

    def open(self, path: str) -> Page:
        self.page.goto(self.start + path, wait_until="load")
        if self.page.query_selector("figure.chart"):
            self.page.wait_for_function(DRAWN)
        return self.page

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def watched(chromium: Browser, address: str) -> Iterator[Watched]:
    made = Watched(chromium, address)
    yield made
    made.page.close()


SHELF = (
    "<!doctype html><meta charset=utf-8>"
    "<style>iframe{width:360px;height:780px;border:0;visibility:hidden}</style><body>"
)
"""Pages in it are laid out and drawn by their scripts, and not painted: nobody looks."""
OPEN_ALL = """async paths => {
    const opened = path => new Promise((done, failed) => {
        const frame = document.createElement('iframe');
        frame.onload = () => done(frame);
        frame.onerror = failed;
        frame.src = path;
        document.body.append(frame);
    });
    const frames = await Promise.all(paths.map(opened));
    const drawn = frame => [...frame.contentDocument.querySelectorAll('figure.chart .drawing')]
        .every(place => place.dataset.drawn === 'yes' || place.classList.contains('broken'));
    while (!frames.every(drawn)) await new Promise(again => setTimeout(again, 20));
    const told = frames.map((frame, position) => ({
        path: paths[position],
        wide: frame.contentDocument.documentElement.scrollWidth - frame.clientWidth,
        links: [...frame.contentDocument.querySelectorAll('a[href]')].map(link => link.href.split('#')[0]),
    }));
    document.body.replaceChildren();
    return told;
}"""
AT_ONCE = 20


def test_every_page_loads_quietly_asks_nobody_else_and_fits_a_phone(
    chromium: Browser, address: str, folder: Path
) -> None:
    """Crawls from the start page, several pages beside each other: every page is linked, and no link leads to none."""
    tab = Watched(chromium, address)
    tab.page.route("**/shelf.html", lambda route: route.fulfill(body=SHELF, content_type="text/html; charset=utf-8"))
    tab.page.goto(address + "shelf.html")
    waiting, seen, too_wide, explained = ["index.html"], {"index.html"}, [], 0
    while waiting:
        now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        for told in tab.page.evaluate(OPEN_ALL, now):
            too_wide += [told["path"]] if told["wide"] > 0 else []
            for link in told["links"]:
                found = link.removeprefix(address)
                if link.startswith(address) and found.endswith(".html") and found not in seen:
                    seen.add(found)
                    explained += found.startswith("explain/")
                    # Explanations are alike and many: every tenth is opened, and all their links are read elsewhere.
                    if not found.startswith("explain/") or explained % 10 == 1:
                        waiting.append(found)
    tab.page.close()
    assert tab.complaints == []
    assert too_wide == []
    site = folder / "site"
    assert seen == {path.relative_to(site).as_posix() for path in site.rglob("*.html")}


def test_the_crawl_would_hear_a_page_that_complains(chromium: Browser, address: str) -> None:
    """The test above can fail: a script that throws, a missing file and an outside picture in one framed page."""
    tab = Watched(chromium, address)
    bad = '<script>throw new Error("wrong")</script><img src="none.png"><img src="https://example.invalid/a.png">'
    tab.page.route("**/shelf.html", lambda route: route.fulfill(body=SHELF, content_type="text/html; charset=utf-8"))
    tab.page.route("**/bad.html", lambda route: route.fulfill(body=bad, content_type="text/html; charset=utf-8"))
    tab.page.goto(address + "shelf.html")
    tab.page.evaluate(OPEN_ALL, ["bad.html"])
    tab.page.close()
    heard = " ".join(tab.complaints)
    assert "wrong" in heard and "404: " in heard and "outside: https://example.invalid/a.png" in heard


def test_the_site_opens_from_a_folder(chromium: Browser, folder: Path) -> None:
    tab = Watched(chromium, (folder / "site").as_uri() + "/")
    for path in ("index.html", "units/183.html", "indicators/a5.html", "ranking/communes.html", "map.html"):
        style = tab.open(path).evaluate("getComputedStyle(document.querySelector('header.top')).backgroundColor")
        assert style == "rgb(11, 85, 99)", "the style sheet was not read"
    tab.page.close()
    assert tab.complaints == []


SHORTENED = """() => {
    for (const body of document.querySelectorAll('tbody')) [...body.rows].slice(12).forEach(row => row.remove());
    for (const part of document.querySelectorAll('g > :nth-child(n+12), article ~ article ~ article')) part.remove();
}"""
"""Rows and tiles are alike; of each table and map the first twelve are looked at."""


def test_axe_finds_no_serious_violation_on_a_page_of_each_kind(watched: Watched) -> None:
    found = []
    for path in ONE_OF_EACH:
        watched.open(path).evaluate(SHORTENED)
        watched.page.evaluate(AXE)
        for violation in watched.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]:
            if violation["impact"] in ("serious", "critical"):
                targets = [node["html"][:160] for node in violation["nodes"][:3]]
                found.append(f"{path}: {violation['id']} ({len(violation['nodes'])}): {targets}")
    assert found == []


def test_axe_would_find_a_violation(watched: Watched) -> None:
    """The check above can fail: pale text is found on the same page."""
    watched.open("revisions.html").evaluate(AXE)
    watched.page.evaluate("document.querySelector('h1').style.color = '#cccccc'")
    violations = watched.page.evaluate("axe.run(document)")["violations"]
    assert "color-contrast" in {violation["id"] for violation in violations}


TABBING = """() => {
    const wanted = [...document.querySelectorAll('a[href], button, summary, [tabindex="0"]')]
        .filter(element => element.checkVisibility({visibilityProperty: true}));
    window.reached = new Set();
    window.unseen = [];
    document.addEventListener('focusin', event => {
        const element = event.target;
        window.reached.add(element);
        const style = getComputedStyle(element);
        const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const place = element.getBoundingClientRect();
        const across = place.right > 0 && place.left < innerWidth && place.width > 0;
        const within = across && place.bottom > 0 && place.top < innerHeight;
        if (!outlined || !within) window.unseen.push(element.outerHTML.slice(0, 120));
    });
    window.wanted = wanted;
    return wanted.length;
}"""


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_on_a_desk_a_page_fits_and_the_keyboard_alone_reaches_every_link_and_control(
    watched: Watched, path: str
) -> None:
    watched.open(path)
    assert watched.overflow() == 0
    for _ in range(watched.page.evaluate(TABBING)):
        watched.page.keyboard.press("Tab")
    missed = watched.page.evaluate(
        "window.wanted.filter(one => !window.reached.has(one)).map(one => one.outerHTML.slice(0, 120))"
    )
    assert missed == []
    assert watched.page.evaluate("window.unseen") == []


def test_the_first_tab_offers_to_skip_to_the_content(watched: Watched) -> None:
    watched.open("index.html").keyboard.press("Tab")
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("document.activeElement.id") == "main"


INJECT = """async () => {
    const blocked = [];
    document.addEventListener('securitypolicyviolation', event => blocked.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.src = 'https://example.invalid/outside.js';
    const inline = document.createElement('script');
    inline.textContent = 'window.inlineRan = true';
    const picture = document.createElement('img');
    picture.src = 'https://example.invalid/outside.png';
    document.body.append(script, inline, picture);
    await fetch('https://example.invalid/outside.json').catch(() => null);
    await new Promise(done => setTimeout(done));
    return [blocked.sort(), window.inlineRan === true];
}"""


def test_the_policy_of_the_page_stops_outside_scripts_pictures_and_requests(watched: Watched) -> None:
    blocked, inline_ran = watched.open("index.html").evaluate(INJECT)
    assert blocked == ["connect-src", "img-src", "script-src-elem", "script-src-elem"] and not inline_ran
    assert [one for one in watched.complaints if "outside:" in one] == []


def test_without_that_policy_the_same_injection_would_ask_outside(
    chromium: Browser, address: str, folder: Path
) -> None:
    """The test above can fail: the page's own policy is what stops it."""
    tab = Watched(chromium, address)
    bare = re.sub(
        r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", (folder / "site/index.html").read_text("utf-8")
    )
    tab.page.route("**/index.html", lambda route: route.fulfill(body=bare, content_type="text/html; charset=utf-8"))
    _, inline_ran = tab.open("index.html").evaluate(INJECT)
    tab.page.close()
    outside = {one.rsplit("/", 1)[1] for one in tab.complaints if "outside:" in one}
    assert outside == {"outside.js", "outside.png", "outside.json"} and inline_ran


def test_print_hides_the_navigation_and_keeps_the_table(watched: Watched) -> None:
    watched.open("index.html")
    assert watched.page.is_visible("nav") and watched.page.is_visible("table")
    watched.page.emulate_media(media="print")
    assert not watched.page.is_visible("nav") and watched.page.is_visible("table")
    assert watched.page.is_visible(".simulated"), "a print must say that it is simulated"


def test_the_chart_draws_a_point_for_each_month_with_a_value(watched: Watched, folder: Path) -> None:
    values = rows(folder, "fct_indicator_value", indicator_code="b7", definition="headline", unit_code="20")
    with_value = [row for row in values if row["value"] is not None]
    assert 0 < len(with_value) < len(values), "b7 begins within the year"
    watched.open("indicators/b7.html")
    assert watched.page.locator(".drawing .mark-symbol path").count() == len(with_value)
    assert watched.page.locator(".drawing .mark-line path").count() >= 2, "the value and the target"


def test_a_heading_sorts_its_table_and_a_second_press_turns_it_round(watched: Watched) -> None:
    watched.open("indicators/a5.html")
    heading = watched.page.locator("table.units thead th button").nth(2)
    read = "[...document.querySelectorAll('table.units tbody tr')].map(row => row.cells[2].dataset.sort)"
    heading.press("Enter")
    rising = [float(value) for value in watched.page.evaluate(read) if value != "None"]
    heading.press("Enter")
    falling = [float(value) for value in watched.page.evaluate(read) if value != "None"]
    assert rising == sorted(rising) and falling == sorted(falling, reverse=True) and len(set(rising)) > 1
    assert watched.page.locator("table.units th[aria-sort='descending']").count() == 1


def test_without_scripts_the_same_figures_can_be_read(chromium: Browser, address: str, folder: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + "indicators/a5.html")
    shown = tab.locator("table.units tbody tr td:nth-child(3)").all_inner_texts()
    written = page(folder, "indicators/a5.html").xpath("//table[contains(@class, 'units')]/tbody/tr/td[2]")
    assert [value.strip() for value in shown] == [cell.text_content().strip() for cell in written] and shown
    context.close()


def test_nothing_moves_for_who_asked_for_less_motion(watched: Watched) -> None:
    lasting = """[...document.querySelectorAll('*')].filter(element => {
        const style = getComputedStyle(element);
        return style.transitionDuration.split(',').some(one => parseFloat(one) > 0) || style.animationName !== 'none';
    }).length"""
    assert watched.open("index.html").evaluate(lasting) > 0
    watched.page.emulate_media(reduced_motion="reduce")
    assert watched.page.evaluate(lasting) == 0
