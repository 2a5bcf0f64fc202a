"""The wheel and the sdist: what they hold, and what building and installing them takes."""

from __future__ import annotations

import configparser
import email
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.version import __version__

from .tools import git, uv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

CHECKOUT = Path(__file__).parents[2]

#: What users import, and what does the work.
PACKAGES = ("buildkite_test_collector/", "_buildkite_test_collector/")
PACKAGE = PACKAGES[1]
DIST_INFO = f"buildkite_test_collector-{__version__}.dist-info/"


@pytest.fixture(scope="module")
def wheel() -> Path:
    """The wheel that all tests are run with."""
    return Path(os.environ["BUILDKITE_TEST_COLLECTOR_WHEEL"])


@pytest.fixture(scope="module")
def wheel_of_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout, built now and by what builds the others here."""
    return build("--wheel", CHECKOUT / "host-python", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist of this checkout."""
    return build("--sdist", CHECKOUT / "host-python", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel_of_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that an installer makes of the sdist where there is no Rust."""
    with path_without_cargo():
        return build("--wheel", sdist, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel_of_sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment into which that wheel was installed."""
    venv = tmp_path_factory.mktemp("venv")
    uv("venv", "--quiet", "--clear", "--python", sys.executable, str(venv))
    programs = venv / ("Scripts" if os.name == "nt" else "bin")
    python = str(programs / "python")
    with path_without_cargo():
        uv("pip", "install", "--quiet", "--python", python, str(wheel_of_sdist))
    return programs


@pytest.fixture
def fresh_checkout(tmp_path: Path) -> Path:
    """The checkout as a clone would be: without anything built."""
    listed = git(CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT / name, tmp_path / "checkout" / name
        # What was deleted and not committed yet is listed, too.
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return tmp_path / "checkout"


def test_the_wheel_is_small_and_for_every_platform(wheel: Path) -> None:
    assert wheel.name == f"buildkite_test_collector-{__version__}-py3-none-any.whl"
    assert wheel.stat().st_size <= 2_500_000


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = contents(wheel).keys()

    assert {name for name in names if not name.startswith((*PACKAGES, DIST_INFO))} == set()
    assert {f"{each}py.typed" for each in PACKAGES} <= names
    assert f"{PACKAGE}surroundings/variables.txt" in names
    assert f"{PACKAGE}component/SHA256SUMS" in names
    assert {Path(name).suffix for name in names if name.startswith(PACKAGES)} == {
        "",
        ".py",
        ".cwasm",
        ".html",
        ".txt",
        ".typed",
        ".wasm",
    }


def test_the_wheel_names_what_is_in_the_component(wheel: Path) -> None:
    inventory = contents(wheel)[f"{DIST_INFO}sboms/collector.cdx.json"]

    assert inventory == (CHECKOUT / "guest" / "collector.cdx.json").read_bytes()
    # CycloneDX, as PEP 770 has it.
    assert json.loads(inventory)["bomFormat"] == "CycloneDX"


def test_a_published_file_is_held_against_the_sources(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    """What `cargo xtask verify` is for; another component is told apart, and other code of it."""
    another = tmp_path / "another.whl"
    with zipfile.ZipFile(another, "w") as archive:
        archive.writestr(f"{PACKAGE}component/collector.wasm", b"another")
    tampered = tmp_path / "tampered.whl"
    with zipfile.ZipFile(tampered, "w") as archive:
        for name, data in contents(wheel).items():
            archive.writestr(name, data + b" " if "x86_64" in name else data)
    done = [
        subprocess.run(
            ["cargo", "xtask", "verify", str(file)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        for file in (wheel, sdist, another, tampered)
    ]

    component = contents(wheel)[f"{PACKAGE}component/collector.wasm"]
    digests = [hashlib.sha256(content).hexdigest() for content in (component, b"another")]
    assert [each.returncode for each in done] == [0, 0, 1, 1], done
    assert all(digests[0] in each.stdout for each in done)
    assert digests[1] in done[2].stdout
    assert all("they are not the same" in each.stderr for each in done[2:])
    assert "collector.x86_64-unknown-linux-gnu.cwasm" in done[3].stdout.splitlines()[-2]


@pytest.mark.usefixtures("wheel_of_checkout")
def test_the_wheel_carries_the_built_component(wheel: Path) -> None:
    """It was built once more now, should cargo have been told to build it otherwise since."""
    target = CHECKOUT / (os.environ.get("CARGO_TARGET_DIR") or "target")
    built = target / "wasm32-wasip2" / "release" / "collector.wasm"

    held = contents(wheel)
    assert [name for name in held if name.endswith(".wasm")] == [
        f"{PACKAGE}component/collector.wasm"
    ]
    assert held[f"{PACKAGE}component/collector.wasm"] == built.read_bytes()
    variables = CHECKOUT / "wit" / "variables.txt"
    assert held[f"{PACKAGE}surroundings/variables.txt"] == variables.read_bytes()


def test_the_wheel_and_the_sdist_carry_the_report_page(wheel: Path, sdist: Path) -> None:
    target = CHECKOUT / (os.environ.get("CARGO_TARGET_DIR") or "target")
    page = (target / "page" / "page.html").read_bytes()

    assert contents(wheel)[f"{PACKAGE}delivery/page.html"] == page
    with tarfile.open(sdist) as archive:
        (name,) = (name for name in archive.getnames() if name.endswith("/delivery/page.html"))
        file = archive.extractfile(name)
        assert file is not None
        assert file.read() == page


def test_the_wheel_carries_code_for_what_most_runs_are_on(wheel: Path) -> None:
    held = contents(wheel)
    code = {name.rpartition("/")[2]: data for name, data in held.items() if ".cwasm" in name}

    targets = ("aarch64-unknown-linux-gnu", "pulley64", "x86_64-unknown-linux-gnu")
    assert list(code) == [f"collector.{target}.cwasm" for target in targets]
    sums = held[f"{PACKAGE}component/SHA256SUMS"].decode().splitlines()
    assert sums == [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in code.items()]


def test_a_wheel_of_pip_s_has_the_same_code_for_this_machine(
    fresh_checkout: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """wasmtime-py makes what the crate makes; what is there for another processor is removed."""
    monkeypatch.delenv("BUILDKITE_TEST_COLLECTOR_PRECOMPILED")
    monkeypatch.setenv("CARGO_TARGET_DIR", str(CHECKOUT / "target"))
    old = fresh_checkout / "host-python" / "src" / PACKAGE / "component" / "collector.old.cwasm"
    old.write_bytes(b"old")
    held, published = (
        contents(build("--wheel", fresh_checkout / "host-python", tmp_path)),
        contents(wheel),
    )

    code = {name for name in held if ".cwasm" in name}
    targets = ["pulley64"]
    if sys.platform == "linux":
        targets.append(f"{os.uname().machine}-unknown-linux-gnu")
    assert code == {f"{PACKAGE}component/collector.{target}.cwasm" for target in targets}
    assert {name: held[name] for name in code} == {name: published[name] for name in code}


def test_the_component_names_no_path_of_this_machine(wheel: Path) -> None:
    component = contents(wheel)[f"{PACKAGE}component/collector.wasm"]

    cargo_home = os.environ.get("CARGO_HOME") or Path.home() / ".cargo"
    for path in (cargo_home, CHECKOUT):
        assert str(path).encode() not in component


def test_metadata(wheel: Path) -> None:
    metadata = metadata_of(wheel)

    assert metadata["Name"] == "buildkite-test-collector"
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == ">=3.9"
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE"]
    licence = contents(wheel)[f"{DIST_INFO}licenses/LICENSE"]
    assert licence == (CHECKOUT / "LICENSE").read_bytes()


def test_entry_points(wheel: Path) -> None:
    entry_points = configparser.ConfigParser()
    entry_points.read_string(contents(wheel)[f"{DIST_INFO}entry_points.txt"].decode())

    assert {section: dict(entry_points[section]) for section in entry_points.sections()} == {
        "pytest11": {"buildkite-test-collector": "_buildkite_test_collector.plugin"},
        "console_scripts": {
            "buildkite-pytest": "buildkite_test_collector.pytest_runner:main",
            "buildkite-test-collector": "_buildkite_test_collector.cli:main",
        },
    }


def test_a_wheel_is_the_same_whenever_it_is_built(
    wheel_of_checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    another = build("--wheel", CHECKOUT / "host-python", tmp_path)

    assert another.read_bytes() == wheel_of_checkout.read_bytes()


def test_the_wheel_of_the_sdist_is_that_of_the_checkout(
    wheel_of_sdist: Path, wheel_of_checkout: Path, wheel: Path
) -> None:
    assert wheel_of_sdist.read_bytes() == wheel_of_checkout.read_bytes()
    # Another hatchling may have built this one, and named itself in it.
    assert package_of(wheel_of_sdist) == package_of(wheel)


def test_the_sdist_holds_the_licence(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        (name,) = (name for name in archive.getnames() if name.endswith("/LICENSE"))
        file = archive.extractfile(name)
        assert file is not None
        assert file.read() == (CHECKOUT / "LICENSE").read_bytes()


def test_what_was_installed_from_the_sdist_works(installed: Path) -> None:
    with path_without_cargo():
        command = [str(installed / "buildkite-test-collector"), "env", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert '"collector": "python-buildkite-test-collector"' in done.stdout


def test_pytest_rewrites_none_of_what_does_the_work(installed: Path, tmp_path: Path) -> None:
    """It would at the first start after each installation, and load more slowly what it wrote."""
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n", "utf-8")
    environ = without("PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    command = [str(installed / "python"), "-m", "pytest", "--json=results.json", "test_it.py"]
    subprocess.run(command, cwd=tmp_path, env=environ, check=True)

    results = json.loads((tmp_path / "results.json").read_bytes())
    assert [each["name"] for each in results] == ["test_it"]
    compiled = [path.name for path in installed.parent.rglob(f"{PACKAGE}**/__pycache__/*.pyc")]
    assert any(name.startswith("recorder.") for name in compiled)
    assert [name for name in compiled if "-pytest-" in name] == []


def test_others_see_the_types(installed: Path, tmp_path: Path) -> None:
    """The `ignore` is an error of mypy's own where the types are not seen: all is Any then."""
    source = """
        from __future__ import annotations

        from datetime import timedelta

        from buildkite_test_collector.collector.instant import Instant
        from buildkite_test_collector.collector.payload import TestSpan
        from buildkite_test_collector.pytest_plugin.span_collector import SpanCollector


        def test_it(spans: SpanCollector) -> None:
            start: Instant = Instant.now()
            second: timedelta = Instant.now() - start
            spans.record(TestSpan("http", second, start, detail={"method": "GET"}))
            with spans.measure("sql", {"query": "SELECT 1"}):
                test = spans.current_test()
                assert test is not None
                name: str = test.name
            assert name == "test_it"
            spans.record(TestSpan("no section", second))  # type: ignore[arg-type]
    """
    (tmp_path / "test_it.py").write_text(textwrap.dedent(source), "utf-8")
    python = str(installed / "python")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "test_it.py"]
    done = subprocess.run(
        mypy,
        cwd=tmp_path,
        env=without("MYPYPATH", "PYTHONPATH"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "Success: no issues found in 1 source file\n", done.stderr


def test_a_checkout_without_cargo_says_what_to_install(
    fresh_checkout: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with path_without_cargo(), pytest.raises(subprocess.CalledProcessError):
        build("--wheel", fresh_checkout / "host-python", tmp_path)

    said = capfd.readouterr().err
    assert "cargo was not found" in said
    assert "Install Rust from https://rustup.rs, then: rustup target add wasm32-wasip2" in said
    assert "Traceback" not in said


def test_a_cargo_that_fails_says_what_to_check(
    fresh_checkout: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    cargo = programs / ("cargo.bat" if os.name == "nt" else "cargo")
    cargo.write_text("exit 1\n" if os.name == "nt" else "#!/bin/sh\nexit 1\n")
    cargo.chmod(0o755)
    with path_without_cargo(programs), pytest.raises(subprocess.CalledProcessError):
        build("--wheel", fresh_checkout / "host-python", tmp_path)

    said = capfd.readouterr().err
    assert "cargo could not build the component" in said
    assert "If the target is missing: rustup target add wasm32-wasip2" in said
    assert "Traceback" not in said


def build(kind: str, source: Path, folder: Path) -> Path:
    """Build a distribution into a folder, and return its path."""
    # Not --quiet: uv would keep to itself what a build that fails has to say.
    uv("build", kind, "--python", sys.executable, "--out-dir", str(folder), str(source))
    suffix = {"--wheel": "*.whl", "--sdist": "*.tar.gz"}[kind]
    (path,) = folder.glob(suffix)
    return path


@contextmanager
def path_without_cargo(*first: Path) -> Iterator[None]:
    """Take the folders that hold a cargo off the PATH, and put others before it."""
    folders = [*map(str, first), *os.environ["PATH"].split(os.pathsep)]
    kept = [f for f in folders if Path(f) in first or not shutil.which("cargo", path=f)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join(kept))
        yield


def without(*names: str) -> dict[str, str]:
    """Return the environment without some variables."""
    return {name: value for name, value in os.environ.items() if name not in names}


def contents(wheel: Path) -> dict[str, bytes]:
    """Return what a wheel holds, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package_of(wheel: Path) -> dict[str, bytes]:
    """Return what a wheel holds of the packages, by name."""
    return {name: data for name, data in contents(wheel).items() if name.startswith(PACKAGES)}


def metadata_of(wheel: Path) -> Message:
    """Return a wheel's metadata."""
    return email.message_from_bytes(contents(wheel)[f"{DIST_INFO}METADATA"])
