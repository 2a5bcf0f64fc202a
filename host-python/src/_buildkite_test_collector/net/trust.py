"""The certificates that are trusted: those that the user names, else the system's."""

from __future__ import annotations

import os
import re
import ssl

from ..errors import UploadError

#: The variables by which programs are told of certificates to trust, a file or a directory.
#: OpenSSL itself reads `SSL_CERT_FILE` and `SSL_CERT_DIR`.
CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def trusted() -> ssl.SSLContext:
    """Return a context that trusts what the user names, else the system, else certifi.

    Raises:
        UploadError: what the user names holds no certificates.
    """
    for name in CA_BUNDLES:
        path = os.environ.get(name, "")
        if path:
            return _of_bundle(name, path)
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not context.get_ca_certs() and not _has_certificates(paths.capath):
        # A Python without a store of its own, as in many a small container.
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _of_bundle(name: str, path: str) -> ssl.SSLContext:
    try:
        if not os.path.isdir(path):
            return ssl.create_default_context(cafile=path)
        if _has_certificates(path):
            return ssl.create_default_context(capath=path)
    except OSError as error:
        raise UploadError(f"{name} is {path}, which holds no certificates") from error
    raise UploadError(f"{name} is {path}, a directory without certificates that OpenSSL finds")


def _has_certificates(directory: str | None) -> bool:
    """Return whether OpenSSL finds certificates in a directory: by name, when one is needed."""
    try:
        names = os.listdir(directory) if directory else []
    except OSError:
        return False
    return any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", each) for each in names)
