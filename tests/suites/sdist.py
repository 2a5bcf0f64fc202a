"""Source distributions from PyPI, pinned, with the tests that they carry."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sdist:
    """A source distribution."""

    name: str
    version: str
    #: The SHA-256 of the file.
    digest: str

    @property
    def requirement(self) -> str:
        """The package, as installers take it."""
        return f"{self.name}=={self.version}"

    @property
    def folder(self) -> str:
        """The one folder at its top."""
        return f"{self.name.replace('-', '_').lower()}-{self.version}"


def fetch(python: str, sdists: Sequence[Sdist], path: Path) -> None:
    """Download source distributions with the pip of a Python, and unpack them side by side."""
    pins = path / "sdists.txt"
    pins.write_text("\n".join(f"{s.requirement} --hash=sha256:{s.digest}" for s in sdists), "utf-8")
    pip = [python, "-m", "pip", "download", "--quiet", "--no-deps"]
    pip += ["--no-binary", ",".join(sdist.name for sdist in sdists)]
    pip += ["--require-hashes", "--requirement", str(pins), "--dest", str(path)]
    subprocess.run(pip, check=True)
    for sdist in sdists:
        with tarfile.open(path / f"{sdist.folder}.tar.gz") as archive:
            # Python 3.12 and 3.13 warn where none is chosen; early patch releases of 3.9 have none.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(path)  # noqa: S202
