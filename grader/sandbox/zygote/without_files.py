"""What common lines of a program read from files or write to them, made ready before the files are closed.

``zoneinfo.ZoneInfo("UTC")``, the locale of the environment, the versions of the libraries that a submission may import,
and JAX's profiler, which has nobody to write for.
"""

import contextlib
import importlib.metadata
import locale
import sys
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, DistributionFinder
from pathlib import PurePath
from typing import Any

_KEPT: list[object] = []  # what Python itself refers to only weakly


def make_ready(libraries: Iterable[str]) -> None:
    """Makes all of it ready, once.

    Args:
      libraries: names of packages whose versions may be asked for; those that are not installed are left out.
    """
    with contextlib.suppress(zoneinfo.ZoneInfoNotFoundError):
        _KEPT.append(zoneinfo.ZoneInfo("UTC"))
    before = locale.setlocale(locale.LC_ALL)
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    locale.setlocale(locale.LC_ALL, before)
    sys.meta_path.append(_Finder(dict(_described(libraries))))
    _silence_the_profiler()


def _described(libraries: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each library's name, normalised, and its metadata."""
    for name in libraries:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield _normalised(name), importlib.metadata.distribution(name).read_text("METADATA") or ""


def _normalised(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")


class _Described(Distribution):
    """A library of which nothing but its metadata can be read."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self, filename: Any) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        return PurePath(path)


class _Finder(DistributionFinder):
    """Finds libraries by name in a table of texts; it stands last, after those that read files."""

    def __init__(self, described: Mapping[str, str]) -> None:
        self._described = described

    def find_spec(self, *_: object) -> None:
        """No module is found here."""

    def find_distributions(self, context: Any = DistributionFinder.Context()) -> Iterator[Distribution]:  # noqa: B008 - as the base class has it
        names = self._described if context.name is None else [_normalised(context.name)]
        return (_Described(self._described[name]) for name in names if name in self._described)


def _silence_the_profiler() -> None:
    import jax

    def nothing(*_: object, **__: object) -> None:
        """Does nothing."""

    @contextlib.contextmanager
    def trace(*_: object, **__: object) -> Iterator[None]:
        """Does what is in it."""
        yield

    jax.profiler.trace = trace
    jax.profiler.start_trace = jax.profiler.stop_trace = jax.profiler.save_device_memory_profile = nothing
