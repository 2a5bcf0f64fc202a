"""The runs that the browser's tests look at."""

from __future__ import annotations

import random
from typing import Any

from .columns import Run, Span, Test

BUILD = {
    "CI": "github_actions",
    "url": "https://github.com/acme/shop/actions/runs/1514",
    "branch": "spin-faster",
    "commit_sha": "b9f0fb3fdbb94c9d24b2c75b49663122a529e123",
    "number": "1514",
    "message": "Teach the widget to spin faster\n\nAnd further.",
}

_AREAS = ("cart", "checkout", "search", "users", "stock", "mail", "prices", "reports")
_WORDS = ("total", "empty", "rounding", "refund", "voucher", "login", "expired", "sorted", "paged")
_HOSTS = ("https://api.shop.example/orders/{}", "https://pay.example/charge?id={}")
_STATEMENTS = (
    "SELECT * FROM orders WHERE id = ?",
    "INSERT INTO items (order_id, sku, quantity) VALUES (?, ?, ?)",
    "UPDATE stock SET level = level - ? WHERE sku = ?",
    "COMMIT",
)


def _spans(chance: random.Random, room: int) -> list[Span]:
    """Return up to three spans, some in one another."""
    spans: list[Span] = []
    if chance.random() < 0.35:
        url = chance.choice(_HOSTS).format(chance.randrange(2000))
        spans.append(("http", room // 10, room // 2, 0, {"method": "GET", "url": url, "lib": "x"}))
        if chance.random() < 0.7:
            statement = {"query": chance.choice(_STATEMENTS)}
            spans.append(("sql", room // 8, room // 6, 1, statement))
    if chance.random() < 0.76:
        spans.append(("sql", room // 3, room // 5, 0, {"query": chance.choice(_STATEMENTS)}))
    if chance.random() < 0.08:
        spans.append(("sleep", room // 2, room // 3, 0, {}))
    return spans


def _failure(chance: random.Random, area: str, word: str) -> tuple[str, list[dict[str, list[str]]]]:
    """Return why a test failed: one of few causes, as in real suites."""
    causes = (
        f"AssertionError: assert {chance.randrange(3)} == 3",
        "requests.exceptions.ConnectTimeout: api.shop.example did not answer in 5 s",
        "sqlalchemy.exc.OperationalError: database is locked",
    )
    reason = chance.choice(causes)
    expanded = [
        f"    def test_{word}({area}):",
        f"        basket = {area}.open()",
        f">       assert basket.{word}() == 3",
        f"E       {reason}",
        f"E        +  where {area}.{word} = <bound method of 0x7f{chance.randrange(2**32):08x}>",
    ]
    backtrace = [f"tests/test_{area}.py:14: in test_{word}", f"shop/{area}.py:70: {reason[:30]}"]
    captured = ["Captured stdout call", f"opened {area}", "sum 2, expected 3"]
    return reason, [
        {"expanded": expanded, "backtrace": backtrace},
        {"expanded": captured, "backtrace": []},
    ]


def suite(
    size: int, workers: int = 8, seed: int = 7, failing: float = 0.01, mean: int = 40_000
) -> list[Test]:
    """Return tests as a suite of this size has them."""
    chance = random.Random(seed)  # noqa: S311
    free = {f"gw{number}": chance.randrange(400_000, 900_000) for number in range(workers)}
    tests: list[Test] = []
    for number in range(size):
        area, word = chance.choice(_AREAS), chance.choice(_WORDS)
        worker = min(free, key=lambda one: free[one])
        duration = max(80, int(chance.lognormvariate(0, 1.1) * mean / 1.8))
        test = Test(
            name=f"test_{word}_{number // 6}[{chance.choice('abcdef')}-{number % 6}]",
            scope=f"tests/{area}/test_{word}.py::Test{area.title()}",
            file=f"tests/{area}/test_{word}.py",
            line=chance.randrange(10, 400),
            start=free[worker],
            duration=duration,
            setup=duration // chance.choice((4, 6, 9)),
            teardown=duration // chance.choice((12, 20, 30)),
            worker=worker if workers > 1 else "",
            tags={"team": chance.choice(("shop", "core", "pay"))} if number % 3 == 0 else {},
            spans=_spans(chance, duration),
        )
        if chance.random() < failing:
            test.result = "failed"
            test.reason, test.expanded = _failure(chance, area, word)
        elif chance.random() < 0.02:
            test.result, test.reason = "skipped", "Skipped: needs a browser"
        tests.append(test)
        free[worker] += duration + chance.choice((50, 90, 200))
        if chance.random() < 0.004:
            free[worker] += mean * 12
        if test.result == "failed" and chance.random() < 0.4:
            again = Test(**{**vars(test), "start": free[worker], "result": "passed"})
            again.reason, again.expanded = "", []
            tests.append(again)
            free[worker] += duration
    return tests


def shop(size: int = 1200) -> Run:
    """Return a build's run as there are many."""
    tests = suite(size)
    tests[-1].result, tests[-1].reason = "unknown", "worker 'gw3' crashed while running this test"
    facts: dict[str, Any] = {
        "run_env": BUILD,
        "problems": ["3 spans were shortened: they have more than 4,096 characters."],
        "cut": {"failures": 1},
    }
    return Run(tests, facts=facts)


def jobs(count: int = 4) -> list[Run]:
    """Return the jobs of a build."""
    return [
        Run(
            suite(150, workers=2, seed=number),
            name=f"linux {number + 1}",
            started_at=1_790_000_000_000.0 + 700 * number,
            facts={"run_env": BUILD},
        )
        for number in range(count)
    ]


#: Texts that would do harm, or would be lost, where they were anything but text.
HOSTILE = (
    "</script><script>document.title='gone'</script>",
    "<img src=x onerror=\"document.title='gone'\">",
    "${alert(1)} {{constructor}} %s %n",
    "\x1b[31mred\x1b[0m \x07 \x00 \x9b",
    "\u202egnp.exe\u202c \u2066isolated",
    "javascript:document.title='gone'",
    "<!--runs--> <!-- ]]> -->",
    "x" * 10_000,
    "\ud800 lone \udfff",
    "'; DROP TABLE tests; -- \"' `",
    "",
)


def hostile() -> Run:
    """Return a run whose every text is hostile."""
    tests = [
        Test(
            name=text,
            scope=text,
            file=text,
            worker=text,
            start=2_000 * number,
            result="failed",
            reason=text,
            tags={text: text},
            expanded=[{"expanded": [text, text], "backtrace": [text]}],
            spans=[("http", 10, 500, 0, {"method": text, "url": text, text: text})],
        )
        for number, text in enumerate(HOSTILE)
    ]
    url = HOSTILE[5]
    facts = {
        "run_env": {**BUILD, "url": url, "message": HOSTILE[1], "branch": HOSTILE[0]},
        "problems": list(HOSTILE),
        "aborted": HOSTILE[1],
        "runner": {"name": "pytest", "version": HOSTILE[0]},
    }
    return Run(tests, name=HOSTILE[0], facts=facts)
