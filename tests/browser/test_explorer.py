"""The explorer as the public reads it: every page, in two languages, on a phone, without a mouse, masked."""

import csv
import io
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select
from typer.testing import CliRunner

from endogene_token.cli import app as cli
from endogene_token.indexer.project_models import Project
from endogene_token.relay.vote_models import RelayText
from tests import parquet_reader
from tests.lived import lived_site
from tests.site import Site

FORMS = ("csv", "json", "parquet")
TABLES = ("fund", "projects", "steps", "votes", "premiums", "flows", "figures")
MAP = "/projects?view=map"
PAGES = ("/", "/projects", MAP, "/projects/1", "/votes", "/votes/1", "/figures", "/data", "/verify")


@pytest.fixture(scope="module")
def year_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town with a year of votes, projects and project money behind it. Nobody adds to it."""
    with lived_site(tmp_path_factory.mktemp("explorer"), currency="CAD") as site:
        place(site, 1, "geo:46.8303,-71.2276")
        yield site


@pytest.fixture
def page(browser: Browser, year_site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=str(year_site.client.base_url))
    opened = context.new_page()
    yield opened
    context.close()


@pytest.fixture
def pages(year_site: Site) -> tuple[str, ...]:
    """Every page, with the year in which the chain stands."""
    return (*PAGES, year_link(year_site))


def place(site: Site, number: int, uri: str) -> None:
    """Keep the text of a project, whose history names only some hash for it: it says where the project is."""
    with Session(site.engine) as session:
        found = session.exec(select(Project.text_hash).where(Project.number == number)).one()
        session.add(RelayText(hash=found, text=f"Une serre\n\nAu coin de la rue.\n\n{uri}\n"))
        session.commit()


def year_link(site: Site) -> str:
    """Return the link to the year that the first page tells."""
    found = re.search(r'href="(/year/\d+)"', site.client.get("/").text)
    assert found is not None
    return found.group(1)


def in_language(path: str, lang: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


def rows(site: Site, table: str) -> list[dict[str, str]]:
    """Return a table as taken away."""
    return list(csv.DictReader(io.StringIO(site.client.get(f"/data/{table}.csv").text)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_page_has_a_violation_of_accessibility(
    page: Page, pages: tuple[str, ...], lang: str, scheme: Any
) -> None:
    """axe finds none, on a phone, on any page."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    for path in pages:
        page.goto(in_language(path, lang))
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_page_is_wider_than_a_phone(page: Page, pages: tuple[str, ...], lang: str) -> None:
    """360 pixels: what is wider moves by itself."""
    page.set_viewport_size({"width": 360, "height": 740})
    widths = {}
    for path in pages:
        page.goto(in_language(path, lang))
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > 360} == {}


def test_no_page_loads_from_elsewhere_or_runs_a_script(page: Page, pages: tuple[str, ...]) -> None:
    """Nobody is told who reads, and nothing is refused by the policy of the page itself."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in pages:
        page.goto(path, wait_until="networkidle")
        assert page.locator("script").count() == 0
    assert complaints == []


def test_the_keyboard_goes_from_the_pages_to_a_project(page: Page) -> None:
    """Skip link, home, the six pages, the language, filters, list or map, a project; Enter opens it."""
    page.goto("/projects?lang=en")
    visited = []
    for _ in range(18):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert visited[:8] == ["#main", "/", "/", "/projects", "/votes", "/figures", "/data", "/verify"]
    assert visited[-1] == "/projects/1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/1")


def test_the_pages_say_where_one_is(page: Page) -> None:
    """One place of the six is the current one; a project is under the projects."""
    page.goto("/projects/1?lang=fr")
    expect(page.locator(".places [aria-current=page]")).to_have_text("Projets")


def test_projects_are_filtered_by_how_far_they_are(page: Page, year_site: Site) -> None:
    """Each group holds its own, late ones are marked, and an empty one says so."""
    told = {row["project"]: row for row in rows(year_site, "projects")}
    page.goto("/projects?lang=en&state=late")
    late = [
        number for number, row in told.items() if row["late"] == "1" and row["state"] in {"active", "awarded"}
    ]
    shown = [one.get_attribute("href") or "" for one in page.locator(".tile h2 a").all()]
    assert [one.rpartition("/")[2] for one in shown] == late
    assert page.locator(".tile .state.warn", has_text="late").count() == len(late)
    assert year_site.client.get("/projects", params={"state": "lost"}).status_code == 422


def test_the_map_shows_the_projects_that_name_a_place(page: Page, year_site: Site) -> None:
    """A pin, told with its state, leads to its project; the table has them all."""
    told = {row["project"]: row for row in rows(year_site, "projects")}
    assert (told["1"]["latitude_e6"], told["1"]["longitude_e6"]) == ("46830300", "-71227600")
    assert {row["latitude_e6"] for number, row in told.items() if number != "1"} == {""}
    page.goto("/projects?lang=en")
    page.get_by_role("link", name="On a map").click()
    expect(page.locator(".views [aria-current]")).to_have_text("On a map")
    table = page.get_by_role("group", name="The same projects as a table")
    expect(table.locator("tbody tr")).to_have_count(len(told))
    expect(table.get_by_text("no place named")).to_have_count(len(told) - 1)
    assert table.locator(".state.warn", has_text="late").count() == sum(
        r["late"] == "1" for r in told.values()
    )
    pins = page.get_by_role("group", name="Map of the projects").get_by_role("link")
    expect(pins).to_have_count(1)
    assert (pins.get_attribute("aria-label") or "").startswith("1. Une serre, ")
    pins.click()
    page.wait_for_url("**/projects/1")
    expect(page.get_by_text("46° 49′ 49″ N, 71° 13′ 39″ W")).to_be_visible()
    expect(page.get_by_text("geo:")).to_have_count(0)


def test_the_map_keeps_the_filter_and_the_filter_the_map(page: Page) -> None:
    """Where no project of a group names a place, the page says so and the table stands."""
    page.goto(f"{MAP}&lang=en")
    page.get_by_role("link", name="Stopped").click()
    page.wait_for_url("**/projects?state=ended&view=map")
    expect(page.locator(".views [aria-current]")).to_have_text("On a map")
    page.get_by_role("link", name="As a list").click()
    page.wait_for_url("**/projects?state=ended")


def test_a_project_s_money_adds_up_to_its_award(year_site: Site) -> None:
    """What is spent, unspent, promised and gone back is what was awarded."""
    for row in rows(year_site, "projects"):
        if row["awarded"] != "0":
            assert int(row["spent"]) + int(row["returned"]) <= int(row["awarded"])
            assert int(row["released"]) <= int(row["awarded"])


@pytest.mark.parametrize("path", ["/projects/999", "/votes/999", "/data/people.csv", "/data/fund.xlsx"])
def test_what_is_not_there_is_said_in_words(year_site: Site, path: str) -> None:
    """A page of ours, not a list of fields."""
    answer = year_site.client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", TABLES)
def test_each_table_can_be_taken_under_its_licence(year_site: Site, table: str, form: str) -> None:
    """Under a link that stays, from any page of the web; the same rows, whichever form one takes."""
    answer = year_site.client.get(f"/data/{table}.{form}")
    assert answer.status_code == 200
    assert answer.headers["link"].endswith('rel="license"')
    assert answer.headers["content-disposition"] == f'attachment; filename="{table}.{form}"'
    assert answer.headers["access-control-allow-origin"] == "*"
    if form == "csv":
        return
    if form == "parquet":
        found, about = parquet_reader.read(answer.content)
        assert about == {"table": table, "license": "CC-BY-4.0"}
    else:
        found = answer.json()["rows"]
        assert answer.json()["license"] == "CC-BY-4.0"
    told = [{key: "" if value is None else str(value) for key, value in row.items()} for row in found]
    assert told == rows(year_site, table)
    assert told or table == "premiums"  # of fewer than five businesses none are told


def test_no_small_count_of_ballots_is_told(year_site: Site) -> None:
    """Neither on a page nor in the table: one to four people are told as fewer than five."""
    told = rows(year_site, "votes")
    assert any(row["colleges"] for row in told)
    counts = [row[name] for row in told for name in ("in_favour", "against", "abstained", "unopened")]
    assert {one for one in counts if one} & {"1", "2", "3", "4"} == set()
    for number in {row["vote"] for row in told}:
        text = year_site.client.get(f"/votes/{number}", params={"lang": "en"}).text
        result = text.partition('id="result"')[2].partition("</section>")[0].partition("Quorum")[0]
        assert re.findall(r"<dd>[1-4]</dd>", result) == []
        assert "at least 0" not in result


def test_people_and_businesses_are_counted_by_fives(page: Page) -> None:
    """On the first page, each count."""
    page.goto("/?lang=en")
    counts = page.locator(".counts dd").all_text_contents()
    assert len(counts) == 3
    for one in counts:
        assert one == "fewer than 5" or int(re.sub(r"\D", "", one)) % 5 == 0


def test_the_table_beside_the_drawing_adds_up(page: Page, pages: tuple[str, ...]) -> None:
    """What comes into the fund and what goes out of it are the same sum."""
    page.goto(f"{pages[-1]}?lang=en")
    page.locator("summary").click()
    cells = [row.locator("td").all_text_contents() for row in page.locator("details tbody tr").all()]
    flows = [(source, target, int(re.sub(r"\D", "", amount))) for source, target, amount in cells]
    coming = sum(amount for _, target, amount in flows if target == "The fund")
    assert coming == sum(amount for source, _, amount in flows if source == "The fund") > 0


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_name_in_the_drawing_hides_another(page: Page, pages: tuple[str, ...], lang: str) -> None:
    """Each is read by itself, and none leaves the drawing."""
    page.set_viewport_size({"width": 1280, "height": 844})
    page.goto(f"{pages[-1]}?lang={lang}")
    boxes = page.evaluate(
        """[...document.querySelectorAll('.sankey, .sankey text')].map(one => {
             const {left, right, top, bottom} = one.getBoundingClientRect()
             return [left, right, top, bottom]
           })"""
    )
    whole, *names = boxes
    assert len(names) > 5
    assert max(right for _, right, _, _ in names) <= whole[1]
    hidden = [
        (one, other)
        for at, one in enumerate(names)
        for other in names[:at]
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]
    assert hidden == []


def test_the_year_is_whole_on_paper(page: Page, pages: tuple[str, ...]) -> None:
    """The drawing fits, and its table is printed without being opened."""
    page.set_viewport_size({"width": 720, "height": 1000})
    page.goto(pages[-1])
    table = page.locator("details table")
    assert not table.is_visible()
    page.emulate_media(media="print")
    drawing = page.locator(".sankey").bounding_box()
    assert drawing is not None
    assert drawing["x"] + drawing["width"] <= 720
    expect(table).to_be_visible()


def test_only_what_moved_is_a_movement(page: Page) -> None:
    """A spending that came back on the whole is none."""
    page.goto("/?lang=en")
    amounts = page.locator(".moves .figure").all_text_contents()
    assert len(amounts) == 8
    assert "$0.00" not in amounts


def test_of_fewer_than_five_no_share_is_told(page: Page) -> None:
    """Not even none: where one to four members have credits, participation is not 0 %."""
    page.goto("/figures?lang=en")
    tile = page.locator("section:has(#participation)")
    expect(tile.locator("dd").first).to_have_text("fewer than 5")
    expect(tile.locator(".measure .display")).to_have_text("–")


def test_a_foot_that_says_nothing_is_not_drawn(page: Page) -> None:
    """No line stands below the page on which people log in; the explorer's foot tells how new it is."""
    page.goto("/enter")
    expect(page.locator(".foot")).to_be_hidden()
    page.goto("/")
    expect(page.locator(".foot")).to_be_visible()


def test_every_command_to_verify_with_exists(year_site: Site) -> None:
    """Each `endogene …` of the page is a command with these options."""
    text = year_site.client.get("/verify", params={"lang": "en"}).text
    commands = [shlex.split(one) for one in re.findall(r"<code>(endogene [^<]*)</code>", text)]
    assert len(commands) >= 6
    for _, *words in commands:
        names = [one for one in words if one.startswith("--")]
        path = [one for one in words if re.fullmatch(r"[a-z]+", one)]
        helped = CliRunner().invoke(
            cli, [*path[:2], "--help"] if path[0] in {"project", "vote"} else [path[0], "--help"]
        )
        assert helped.exit_code == 0, words
        assert [one for one in names if one not in helped.output] == []
