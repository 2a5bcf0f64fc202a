"""The links of all pages lead somewhere, and figures that are in several places agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .pages import MIGRATION, ROOMS, ROOT, SETTINGS, SPANS, WHAT_IS_SENT

#: What is built or fetched.
NOT_OURS = {"target", "node_modules", ".venv", ".git"}

ALL = sorted(
    page for page in ROOT.rglob("*.md") if not NOT_OURS & set(page.relative_to(ROOT).parts)
)

#: Where PyPI's page leads into the repository.
ABSOLUTE = re.compile(
    r"https://(?:github\.com/buildkite/test-collector-python(?:/(?:blob|tree)/main/|(?=#))"
    r"|raw\.githubusercontent\.com/buildkite/test-collector-python/main/)"
)

LINK = re.compile(r"\]\(([^)\s]+)\)")

LIMITS = (ROOT / "guest" / "src" / "limits.rs").read_text("utf-8")
PYPI = ROOT / "host-python" / "README.md"
BENCHMARK = ROOT / "tests" / "benchmark" / "RESULTS.md"
CI_SYSTEMS = ROOT / "guest" / "src" / "environment" / "README.md"


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", ALL, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        inside = ABSOLUTE.match(link)
        if "://" in link and not inside:
            continue
        name, _, anchor = (link[inside.end() :] if inside else link).partition("#")
        base = ROOT if inside else page.parent
        target = base / name if name or inside else page
        assert target.exists(), link
        if anchor:
            target = target / "README.md" if target.is_dir() else target
            assert anchor in anchors(target), link


def test_the_page_on_pypi_has_absolute_links() -> None:
    assert all("://" in link for link in LINK.findall(prose(PYPI)))


def test_every_room_with_a_page_is_on_the_map() -> None:
    map_of_rooms = (ROOT / "README.md").read_text("utf-8")
    for page in (*ROOMS.glob("*/README.md"), WHAT_IS_SENT, CI_SYSTEMS, MIGRATION):
        assert f"]({page.relative_to(ROOT).as_posix()})" in map_of_rooms


def test_the_glossary_is_in_order() -> None:
    _, _, glossary = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Glossary")
    words = re.findall(r"^\| ([a-z ]+) \|", glossary, re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(set(words))


def providers() -> int:
    """Return how many CI systems are known."""
    source = ROOT / "guest" / "src" / "environment" / "providers" / "mod.rs"
    return len(re.findall(r"^    &\w+::\w+,$", source.read_text("utf-8"), re.MULTILINE))


def limit(name: str) -> int:
    """Return a limit of the component; of a product, all of its factors."""
    (value,) = re.findall(rf"const {name}: \w+ = ([\d_ *]+);", LIMITS)
    product = 1
    for factor in value.split("*"):
        product *= int(factor)
    return product


def test_known_ci_systems_are_listed() -> None:
    text = CI_SYSTEMS.read_text("utf-8")
    (known,) = re.findall(r"in this order: (.*?)\. ", text.replace("\n", " "))
    assert len(known.split(", ")) == providers()


@pytest.mark.parametrize(
    ("page", "pattern", "value"),
    [
        (PYPI, r"of (\d+) CI systems", providers()),
        (SETTINGS, r"\[(\d+) CI systems\]", providers()),
        (SPANS, r"among the (\d+) longest", limit("CALLS")),
        (WHAT_IS_SENT, r"a name at ([\d,]+) characters", limit("NAME_CHARS")),
        (WHAT_IS_SENT, r"a span's text at ([\d,]+),", limit("DETAIL_TEXT_CHARS")),
        (WHAT_IS_SENT, r"spans of a test at ([\d,]+),", limit("SPANS")),
        (WHAT_IS_SENT, r"a request at (\d+) MiB", limit("UPLOAD_BYTES") >> 20),
        (WHAT_IS_SENT, r"up to (\d+) in a request", limit("FILTERED_RESULTS")),
        (SETTINGS, r"`upload_batch_size` .* `(\d+)` \|", limit("FILTERED_RESULTS")),
    ],
)
def test_figures_are_those_of_the_code(page: Path, pattern: str, value: int) -> None:
    found = re.findall(pattern, page.read_text("utf-8").replace("\n", " "))
    assert [int(each.replace(",", "")) for each in found] == [value]


def test_the_versions_of_python_are_those_of_the_package() -> None:
    project = (ROOT / "host-python" / "pyproject.toml").read_text("utf-8")
    minors = [int(each) for each in re.findall(r":: Python :: 3\.(\d+)\"", project)]
    assert f"Python 3.{min(minors)} to 3.{max(minors)}" in PYPI.read_text("utf-8")


def figure(row: tuple[str, ...], column: str) -> float:
    """Return what the benchmark has found, from the table with such a row and column."""
    for table in re.split(r"\n\n", BENCHMARK.read_text("utf-8")):
        cells_of = [line.strip("|").split("|") for line in table.splitlines()]
        lines = [[cell.strip() for cell in cells] for cells in cells_of]
        head = lines[0] if lines else []
        for cells in lines[2:]:
            if column in head and tuple(cells[: len(row)]) == row:
                return float(cells[head.index(column)].partition(" ")[0].replace(",", ""))
    raise AssertionError(f"{BENCHMARK} has no {column} of {row}")


OURS, PURE = "this plugin, token and server", "pure-Python plugin, token and server"
JUNIT = "pytest's own `--junitxml`"
CALLS, START = "calls per test (500 to 2500)", "start, ms CPU"
SHARE = "over the pure-Python plugin's"


@pytest.mark.parametrize(
    ("pattern", "row", "column"),
    [
        (r"([\d.]+) ms at the start", (OURS,), START),
        (r"where the pure-Python plugin takes ([\d.]+);", (PURE,), START),
        (r"(\d+) Python calls a test", (OURS,), CALLS),
        (r"where it takes (\d+) and", (PURE,), CALLS),
        (r"`--junitxml` (\d+)", (JUNIT,), CALLS),
        (r"and ([\d.]+) without a token", ("this plugin, no token",), CALLS),
        (r"([\d.]+) s at the end of 10,000 results", (OURS,), "s"),
        (r"where it takes ([\d.]+); and", (PURE,), "s"),
        (r"([\d.]+) MB of memory for 110,000 tests", (OURS, "110,000"), "peak MB"),
        (r"beside ([\d.]+) MB in the process", (OURS, "110,000"), "the courier's peak MB"),
        (r"instead of ([\d.]+)\.", (PURE, "110,000"), "peak MB"),
        (r"20,000 tests is longer by ([\d.]+)", (OURS, "20,000 tests"), SHARE),
        (r"500 by ([\d.]+) of that", (OURS, "500 tests"), SHARE),
        (r"50 instant tests by ([\d.]+) of it", (OURS, "50 tests"), SHARE),
        (r"of it: ([\d.]+) ms", (OURS, "50 tests"), "ms added"),
    ],
)
def test_what_it_costs_is_what_was_measured(
    pattern: str, row: tuple[str, ...], column: str
) -> None:
    text = (ROOT / "README.md").read_text("utf-8").replace("\n", " ")
    (found,) = re.findall(pattern, text.partition("## What it costs")[2])
    decimals = len(found.partition(".")[2])
    assert float(found) == round(figure(row, column), decimals)
