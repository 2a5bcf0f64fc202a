"""What can go wrong, as a closed tree.

CollectorError
├── ComponentError     the component cannot be loaded, or has trapped
│   └── NoWasmtimeError  there is no wasmtime that runs on this machine
├── UploadError        Test Engine did not accept a body
├── ResultsFileError   the `--json` file cannot be written
└── ReportPageError    the report page cannot be written
"""

from __future__ import annotations


class CollectorError(Exception):
    """Anything of ours that went wrong; its text is a sentence for people."""


class ComponentError(CollectorError):
    """The component cannot be loaded, or has trapped."""


class NoWasmtimeError(ComponentError):
    """There is no wasmtime that runs on this machine: the events can be sent from another one."""


class UploadError(CollectorError):
    """Test Engine did not accept a body."""


class ResultsFileError(CollectorError):
    """The `--json` file cannot be written."""


class ReportPageError(CollectorError):
    """The report page cannot be written."""


def why(error: Exception) -> str:
    """Return what anybody's error says: for people, and without the name of a file of ours."""
    if isinstance(error, OSError) and error.errno is not None:
        return f"[Errno {error.errno}] {error.strerror}"
    return str(error) if isinstance(error, (OSError, CollectorError)) else repr(error)
