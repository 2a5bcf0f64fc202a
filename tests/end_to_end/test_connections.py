"""TLS and proxies: certificates of companies, and their ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme
from stand_in import TestEngine

from .aftermath import Aftermath
from .project import TOKEN, Project
from .proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEST = "def test_it(): pass\n"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Project]:
    """A project whose results go to a server with a certificate of `authority.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    certificate = authority.issue_cert("127.0.0.1", "engine.test")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    with TestEngine(TOKEN, certificate=tmp_path / "server.pem") as engine:
        yield Project(tmp_path, engine)


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


def test_a_proxy(secure: Project) -> None:
    with Proxy(secure.engine.port) as proxy:
        secure.environment = {
            "BUILDKITE_ANALYTICS_API_URL": "https://engine.test/v1",
            "HTTPS_PROXY": f"http://us%40r:s3cret-of-a-proxy@{proxy.address}",
            "REQUESTS_CA_BUNDLE": str(secure.path / "authority.pem"),
        }
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
