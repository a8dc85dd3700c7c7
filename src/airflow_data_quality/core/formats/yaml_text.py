"""Plain data as YAML that people read: one key a line, SQL as a block; ``document.py`` reads the same data again."""

from __future__ import annotations

import re
from typing import Any

import yaml

from airflow_data_quality.core.formats.document import is_plain_text

WIDE = 2**31 - 1
"""No line is folded: where a text is broken says something."""
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
"""What some readers of YAML take for the end of a line, and keep as another."""


def yaml_text(plain: Any) -> str:
    """Returns it as one YAML document.

    Args:
        plain: what JSON can hold; keys keep their order.
    """
    text: str = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDE)
    return text


class _Dumper(yaml.SafeDumper):
    """PyYAML's, which quotes what YAML 1.1 takes for no text; this one also what 1.2 does, as it is read here."""

    def ignore_aliases(self, data: Any) -> bool:
        """Writes what stands in two places twice."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indents lists below their key."""
        super().increase_indent(flow, False)

    def _text(self, text: str) -> yaml.Node:
        if _OTHER_BREAKS.search(text):
            style: str | None = '"'
        elif "\n" in text and not text[0].isspace():
            style = "|"
        else:
            style = None if is_plain_text(text) else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper._text)
