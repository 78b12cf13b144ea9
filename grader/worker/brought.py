"""Modules that come with a submission: their text is in memory, since behind the sandbox no file can be read."""

import linecache
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class Brought(MetaPathFinder, Loader):
    """Finds modules by name in a table of texts. It stands last in ``sys.meta_path``: installed modules come first."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """The module's spec, if its text is here."""
        if fullname not in self._modules:
            return None
        package = any(name.startswith(f"{fullname}.") for name in self._modules)
        return ModuleSpec(fullname, self, origin=f"{fullname}.py", is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        """Runs the module's text."""
        filename, text = f"{module.__name__}.py", self._modules[module.__name__]
        module.__file__ = filename
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - as the submission
