"""TLS and proxies: certificates of companies, and their ways out."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from .aftermath import Aftermath
from .proxy import Proxy, Socks

if TYPE_CHECKING:
    from .project import Project

TEST = "def test_it(): pass\n"


def by_proxy(project: Project, url: str, **proxies: str) -> dict[str, str]:
    """Return the environment of a project whose results go to a host by a proxy."""
    return {
        "BUILDKITE_ANALYTICS_API_URL": url,
        "REQUESTS_CA_BUNDLE": str(project.path / "authority.pem"),
        **proxies,
    }


def test_a_certificate_of_an_unknown_authority(secure: Project) -> None:
    run = secure.test(TEST, watched=False)

    assert run.status == 0
    assert "its certificate is not trusted" in run.said[0]
    assert not secure.engine.requests
    Aftermath(secure.engine, secure.path, run.stdout).check({"test_it"})


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_of_certificates(secure: Project, variable: str) -> None:
    secure.environment = {variable: str(secure.path / "authority.pem")}
    run = secure.test(TEST, watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]


def test_a_host_with_an_umlaut(secure: Project) -> None:
    """It was a `LocationParseError`: urllib3 alone does not know such names."""
    with Proxy(secure.engine.port) as proxy:
        secure.environment = by_proxy(
            secure,
            "https://prüfung.test/v1",
            HTTPS_PROXY=f"http://{proxy.address}",
            BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT="30",
        )
        run = secure.test(TEST, watched=False)
        assert [asked for asked, _ in proxy.requests] == ["CONNECT xn--prfung-4ya.test:443"]
        assert "1 result uploaded" in run.said[0], run.said


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy"])
def test_a_proxy_for_everything(secure: Project, variable: str) -> None:
    """`ALL_PROXY` was ignored, which requests knows."""
    with Proxy(secure.engine.port) as proxy:
        secure.environment = by_proxy(
            secure, "https://engine.test/v1", **{variable: f"http://{proxy.address}"}
        )
        run = secure.test(TEST, watched=False)
        assert "1 result uploaded" in run.said[0], run.said
        assert len(proxy.requests) == 1


@pytest.mark.parametrize(
    "excepted", ["other.test,10.1.0.0/16", "10.1.2.3,other.test", "10.1.2.3:443", "*"]
)
def test_places_without_a_proxy(secure: Project, excepted: str) -> None:
    with Proxy(secure.engine.port) as proxy:
        secure.environment = {
            "BUILDKITE_ANALYTICS_API_URL": "https://10.1.2.3/v1",
            "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "0.5",
            "HTTPS_PROXY": proxy.address,
            "NO_PROXY": excepted,
        }
        secure.test(TEST, watched=False)
        assert proxy.requests == []
        secure.environment["NO_PROXY"] = "10.2.0.0/16,10.1.2.3:444"
        secure.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "30"
        secure.test(TEST, watched=False)
        assert {asked for asked, _ in proxy.requests} == {"CONNECT 10.1.2.3:443"}


def test_a_socks_proxy(secure: Project) -> None:
    """Python's urllib would take it for one of HTTP."""
    pytest.importorskip("socks")
    with Socks(secure.engine.port) as proxy:
        secure.environment = by_proxy(
            secure, "https://engine.test/v1", HTTPS_PROXY=f"socks5h://{proxy.address}"
        )
        run = secure.test(TEST, watched=False)
    assert "1 result uploaded" in run.said[0], run.said
    assert proxy.hosts == ["engine.test"]


#: Passwords in URLs that can be read, and in some that cannot.
CREDENTIALS = [
    "user:S3CRET@",
    "user:S3/CRET@",
    "user:S3#CRET@",
    "user:12/S3CRET@",
    "S3CRET:@",
    "us er:S3CRET@",
]


@pytest.mark.parametrize("debug", ["true", "false"])
@pytest.mark.parametrize("credentials", CREDENTIALS)
def test_credentials_in_urls_are_not_printed(secure: Project, credentials: str, debug: str) -> None:
    """Those of the API's URL stood in each error, those of a proxy in some."""
    secure.environment = {
        "BUILDKITE_ANALYTICS_DEBUG_ENABLED": debug,
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "3",
    }
    variables = {
        "BUILDKITE_ANALYTICS_API_URL": f"https://{credentials}127.0.0.1:9/v1?k=S3CRET",
        "HTTPS_PROXY": f"http://{credentials}127.0.0.1:9",
    }
    secure.environment["BUILDKITE_ANALYTICS_API_URL"] = "https://engine.test/v1"
    for name, value in variables.items():
        secure.environment[name] = value
        run = secure.test(TEST, "-v", watched=False)
        shown = run.stdout + run.stderr
        assert "1 result not uploaded" in shown
        shown += secure.command("env").stdout
        for part in ("S3", "CRET"):
            assert part not in shown
        secure.environment["BUILDKITE_ANALYTICS_API_URL"] = "https://engine.test/v1"


@pytest.mark.parametrize(
    "url",
    ["https//internal.example/v1", "ftp://internal.example/v1", "internal.example", "https://a b/"],
)
def test_a_place_that_cannot_be_read(secure: Project, url: str) -> None:
    """Results went to production."""
    with Proxy(secure.engine.port) as proxy:
        secure.environment = by_proxy(secure, url, HTTPS_PROXY=f"http://{proxy.address}")
        run = secure.test(TEST, "--json=results.json", watched=False)
        assert proxy.requests == []
    assert run.status == 0
    said = "\n".join(run.said)
    assert "1 result not uploaded: it is not known where to" in said
    assert "BUILDKITE_ANALYTICS_API_URL must be a URL that begins with https://" in said
    assert "to try again: buildkite-test-collector upload" in said
    assert not secure.engine.requests
    assert (secure.path / "results.json").exists()


@pytest.mark.parametrize("kind", ["empty directory", "no store"])
def test_a_python_without_certificates(secure: Project, kind: str) -> None:
    """What was named was taken for what was loaded, so that nobody was trusted."""
    (secure.path / "empty").mkdir()
    nothing = str(secure.path / "empty" / "nothing")
    secure.environment = {
        "SSL_CERT_DIR": str(secure.path / "empty"),
        "SSL_CERT_FILE": "" if kind == "empty directory" else nothing,
    }
    secure.write(
        {
            "trust.py": """
                from _buildkite_test_collector.net.trust import trusted

                print(len(trusted().get_ca_certs()))
            """
        }
    )
    done = secure.run("trust.py")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def test_a_proxy(secure: Project) -> None:
    with Proxy(secure.engine.port) as proxy:
        secure.environment = by_proxy(
            secure,
            "https://engine.test/v1",
            HTTPS_PROXY=f"http://us%40r:s3cret-of-a-proxy@{proxy.address}",
        )
        run = secure.test(TEST, watched=False)
        assert "1 result uploaded" in run.said[0]
        assert proxy.requests == [
            ("CONNECT engine.test:443", "Basic dXNAcjpzM2NyZXQtb2YtYS1wcm94eQ==")
        ]
        assert "s3cret-of-a-proxy" not in run.stdout + run.stderr

        secure.environment["HTTPS_PROXY"] = proxy.address
        secure.environment["NO_PROXY"] = "engine.test"
        secure.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "1"
        run = secure.test(TEST, watched=False)
        assert "1 result not uploaded" in run.said[0]
        del secure.environment["NO_PROXY"]
        secure.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "30"
        run = secure.test(TEST, watched=False)
        assert "1 result uploaded" in run.said[0]
        assert len(proxy.requests) == 2


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="the system names proxies, too")
@pytest.mark.parametrize("variable", ["all_proxy", "HTTPS_PROXY", "NO_PROXY", ""])
def test_what_finds_proxies_is_loaded_where_one_may_be_named(variable: str) -> None:
    program = """
        import sys
        from _buildkite_test_collector.net.connections import Connections
        from _buildkite_test_collector.net.url import Url
        Connections(Url.parse("https://engine.test"), 1, allow_http=False)
        print("urllib.request" in sys.modules)
    """
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    if variable:
        environ[variable] = "http://127.0.0.1:9"
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    assert done.stdout == f"{bool(variable)}\n"
