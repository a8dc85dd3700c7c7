"""The configured spool: a folder of this host, one that all share, or a place behind an ObjectStoragePath URL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import conf

from airflow_data_quality.core.stores.spool import ENDING, LocalFolder, Spool
from airflow_data_quality.hooks.stores import SECTION, airflow_home

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath


def spool() -> Spool:
    """Returns where runs wait that the result store cannot take."""
    path = conf.get(SECTION, "spool_path", fallback="")
    if "://" in path:
        from airflow.sdk import ObjectStoragePath

        return Spool(ObjectFolder(ObjectStoragePath(path)))
    return Spool(LocalFolder(Path(path).expanduser() if path else airflow_home() / "data_quality_spool"))


@dataclass(frozen=True)
class ObjectFolder:
    """A folder of an object storage, which writes an object whole or not at all."""

    path: ObjectStoragePath

    def __str__(self) -> str:
        return str(self.path)

    def names(self) -> Sequence[str]:
        """See ``Folder``."""
        try:
            return [found.name for found in self.path.iterdir() if found.name.endswith(ENDING)]
        except (FileNotFoundError, NotADirectoryError):  # not made yet; which it is depends on the storage
            return []

    def read(self, name: str) -> bytes:
        """See ``Folder``."""
        content: bytes = (self.path / name).read_bytes()
        return content

    def write(self, name: str, content: bytes) -> None:
        """See ``Folder``."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(content)

    def remove(self, name: str) -> None:
        """See ``Folder``."""
        with suppress(FileNotFoundError):
            (self.path / name).unlink()

    def set_aside(self, name: str) -> None:
        """See ``Folder``: copied, then removed, for an object storage knows no renaming."""
        aside = self.path / "aside"
        with suppress(FileNotFoundError):
            content = self.read(name)
            aside.mkdir(parents=True, exist_ok=True)
            (aside / name).write_bytes(content)
            self.remove(name)
