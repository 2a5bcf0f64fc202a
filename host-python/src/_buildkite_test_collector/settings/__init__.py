"""What the user wants: the command line, the environment and the ini file, as one typed object.

One table says all that can be set. The options of pytest, its ini values, the variables that are
read and the README's table come from it, with one precedence: command line, environment, ini file,
default. What is empty counts as not set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .conflicts import is_contested, taken_options
from .setting import PREFIX, Setting
from .values import (
    base_url,
    names_or_off,
    number,
    on_or_url,
    one_of,
    whole_number,
    without_nul,
    yes_or_no,
)

if TYPE_CHECKING:
    import pytest

    Config = pytest.Config
    Parser = pytest.Parser
else:
    # The courier imports this as well, and has no pytest.
    Config = Parser = Any

#: Where Test Engine takes uploads
#: (https://buildkite.com/docs/test-engine/test-collection/importing-json).
API_URL = "https://analytics-api.buildkite.com/v1"

#: The settings that say where a run goes, each empty where it does not go there.
OUTPUTS = ("token", "json", "report", "otlp")

#: No automatic spans.
OFF = "off"


class Settings:
    """What the user wants; each field is described in `TABLE`, and has its default here.

    No dataclass: making one takes longer than all else that a run without a token needs.
    """

    token: str = ""
    enabled: bool = True
    api_url: str = API_URL
    allow_http: bool = False
    upload_batch_size: int = 500
    upload_timeout: float = 60.0
    upload_interval: float = 10.0
    courier: str = "auto"
    json: str = ""
    merge_json: bool = False
    report: str = ""
    otlp: str = ""
    #: Where traces go, as `otlp.target` has found it; nothing that a user sets.
    otlp_target: Mapping[str, Any] = {}
    tag_filters: str = ""
    journal: str = ""
    nested: bool = False
    debug_enabled: bool = False
    key: str = ""
    url: str = ""
    branch: str = ""
    sha: str = ""
    number: str = ""
    job_id: str = ""
    message: str = ""
    tags: str = ""
    auto_spans: str = OFF
    trace_min_ms: float = 5.0
    location_prefix: str = ""
    execution_name_prefix: str = ""
    execution_name_suffix: str = ""
    environment: str = ""
    pull_request_head: bool = False
    git: bool = False

    def __init__(
        self,
        values: Mapping[str, Any],
        sources: Mapping[str, str] | None = None,
        complaints: Sequence[str] = (),
    ) -> None:
        """Return the defaults, but for some values."""
        self.__dict__.update(values)
        self._values = values
        #: Where each value came from that is no default, by field: `--buildkite-url`, for example.
        self.sources = sources or {}
        #: What was set and could not be read, a sentence each.
        self.complaints = complaints

    def __repr__(self) -> str:
        """Return what is set, but no value, of which any may be secret."""
        return f"Settings({', '.join(self._values)})"

    @property
    def is_active(self) -> bool:
        """Whether anybody wants to know of this run."""
        return self.enabled and (self.has_outputs or bool(self.journal))

    @property
    def upload_url(self) -> str:
        """Where uploads go."""
        return f"{self.api_url}/uploads"

    @property
    def has_outputs(self) -> bool:
        """Whether the run is to be delivered anywhere, and not recorded alone."""
        return any(getattr(self, name) for name in OUTPUTS)

    @property
    def values(self) -> Mapping[str, Any]:
        """What differs from the defaults, by field."""
        return self._values

    def but(self, **values: Any) -> Settings:
        """Return these settings with some other values."""
        return Settings({**self._values, **values}, self.sources, self.complaints)

    def of_nested_run(self) -> Settings:
        """Return these settings for a run that a test has started: what it inherited is not meant.

        Its own command line is.
        """
        theirs = [
            each for each in (*OUTPUTS, "journal") if self.sources.get(each, "").startswith(PREFIX)
        ]
        return self.but(**dict.fromkeys(("token", *theirs), ""))

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings without a command line and an ini file."""
        return cls._read(lambda setting: setting.of_environment(environ))

    @classmethod
    def of_config(cls, config: Config, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of a pytest run."""
        return cls._read(
            lambda setting: (
                setting.of_command_line(config)
                or setting.of_environment(environ)
                or setting.of_ini(config)
            )
        )

    @classmethod
    def of_arguments(cls, config: Config, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of a run whose conftests, and their options, are not known yet."""
        known = config.known_args_namespace
        return cls._read(
            lambda setting: (
                setting.of_value(getattr(known, setting.dest, None))
                or setting.of_environment(environ)
                or setting.of_ini(config)
            )
        )

    @classmethod
    def _read(cls, find: Callable[[Setting], tuple[str, str] | None]) -> Settings:
        values: dict[str, Any] = {}
        sources: dict[str, str] = {}
        complaints = []
        for setting in TABLE:
            found = find(setting)
            if found is None:
                continue
            source, text = found
            try:
                values[setting.name] = setting.parse(without_nul(text))
                sources[setting.name] = source
            except ValueError as error:
                default = getattr(cls, setting.name)
                value, meaning = setting.unreadable or (default, f"{default} is used")
                values[setting.name] = value
                # The text is not quoted: it may be a secret that was put in the wrong place.
                complaints.append(f"{source} must be {error}; {meaning}")
        return cls(values, sources, complaints)


def add_settings(parser: Parser) -> None:
    """Tell pytest of everything that can be set."""
    taken = taken_options(parser)
    for setting in TABLE:
        setting.add_to(parser, taken)


def add_contested(parser: Parser) -> list[tuple[str, str]]:
    """Add the options that other plugins may have, when all plugins have added theirs.

    Returns those that are another plugin's, each with what is to be used instead.
    """
    lost = []
    for setting in TABLE:
        for option in filter(is_contested, setting.options):
            taken = taken_options(parser)
            if option in taken:
                lost.append((option, setting.options[-1]))
            setting.add_options(parser, [option], taken)
    return lost


#: Everything that can be set.
TABLE = (
    Setting("token", "the suite's token; without one nothing is uploaded", "TOKEN"),
    Setting("enabled", "`false` switches the plugin off", "BOOL", yes_or_no),
    Setting("json", "write the results to this file, as a JSON array", "PATH", option="--json"),
    Setting(
        "merge_json",
        "keep the results that the file has; several runs may write to it at once",
        parse=yes_or_no,
        option="--merge-json",
    ),
    Setting("report", "write a page to look at the run to this file, as HTML", "PATH"),
    Setting(
        "otlp",
        "send the run as OpenTelemetry traces, too: a URL, or `on` for what OTEL_* variables say",
        "on|URL",
        on_or_url,
        unreadable=("", "no traces are sent"),
    ),
    Setting(
        "tag_filters",
        "run only tests with this execution_tag, for example color:red",
        "KEY:VALUE",
        option="--tag-filters",
    ),
    Setting("journal", "write the run's events to this file, and keep it", "PATH"),
    Setting(
        "nested",
        "upload also when a test of another run that is uploaded has started this one",
        parse=yes_or_no,
    ),
    Setting(
        "api_url",
        "another place to upload to; `/uploads` is added",
        "URL",
        base_url,
        also=(f"{PREFIX}BASE_URL", f"{PREFIX}ENDPOINT"),
        # Whoever wants another place than the default one may not want that.
        unreadable=("", "nothing is uploaded"),
    ),
    Setting(
        "allow_http",
        "upload also over plain http to another host, where anybody on the way can read the token",
        parse=yes_or_no,
    ),
    Setting(
        "upload_batch_size",
        "how many results go into one upload, at most 5000",
        "N",
        whole_number(1, 5000),
    ),
    Setting(
        "upload_timeout",
        "how many seconds the end of a run waits for what is not delivered yet",
        "SECONDS",
        number(0.1, 86_400.0, " of seconds"),
    ),
    Setting(
        "upload_interval",
        "how many seconds old a result may get before it is uploaded; 0: all are at the run's end",
        "SECONDS",
        number(0.0, 86_400.0, " of seconds"),
    ),
    Setting(
        "courier",
        "deliver by another process while the tests run; `false`: by pytest itself, at its end",
        "auto|true|false",
        one_of("auto", "true", "false"),
    ),
    Setting(
        "auto_spans",
        "record http, sql and sleep as spans: `on`, names of libraries, or `on,-sleep`",
        "off|on|NAMES",
        names_or_off,
    ),
    Setting(
        "trace_min_ms",
        "how many milliseconds an automatic span has at least; shorter ones are summed",
        "MS",
        number(0.0, 86_400_000.0, " of milliseconds"),
    ),
    Setting("debug_enabled", "say also what goes well, request by request", parse=yes_or_no),
    Setting("key", "the run that results belong to; the same for all jobs of a build", "TEXT"),
    Setting("url", "the page of the build", "URL"),
    Setting("branch", "the branch that is tested", "TEXT"),
    Setting("sha", "the commit that is tested", "TEXT"),
    Setting("number", "the build's number", "TEXT"),
    Setting("job_id", "the job's id", "TEXT"),
    Setting("message", "the commit's message", "TEXT"),
    Setting("tags", "tags of all results: `key=value,key=value`, or a JSON object", "TAGS"),
    Setting("environment", "further keys of `run_env`, as a JSON object", "JSON"),
    Setting("location_prefix", "what to put before the path of each test's file", "PATH"),
    Setting("execution_name_prefix", "what Test Engine shows before each name", "TEXT"),
    Setting("execution_name_suffix", "what Test Engine shows after each name", "TEXT"),
    Setting(
        "pull_request_head",
        "on GitHub Actions, take a pull request's own commit, not that of its trial merge",
        parse=yes_or_no,
    ),
    Setting(
        "git",
        "ask git for the branch, commit and message that the CI system does not tell",
        parse=yes_or_no,
    ),
)
