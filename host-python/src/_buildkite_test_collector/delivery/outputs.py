"""All outputs: a row each, in the order in which they are finished, the quick ones first."""

from __future__ import annotations

from collections.abc import Callable

from .context import Context
from .output import Output


def _results_file(context: Context) -> Output:
    from .results_file import ResultsFile

    return ResultsFile(context)


def _report_page(context: Context) -> Output:
    from .report_page import ReportPage

    return ReportPage(context)


def _traces(context: Context) -> Output:
    from .traces import Traces

    return Traces(context)


def _uploads(context: Context) -> Output:
    from .uploads import Uploads

    return Uploads(context)


#: The setting that asks for an output, and what makes it.
OUTPUTS: tuple[tuple[str, Callable[[Context], Output]], ...] = (
    ("json", _results_file),
    ("report", _report_page),
    ("otlp_target", _traces),
    ("token", _uploads),
)


def wanted_outputs(context: Context) -> list[Output]:
    """Return the outputs that are asked for."""
    return [make(context) for name, make in OUTPUTS if getattr(context.settings, name)]
