"""Rules and findings in Markdown."""

from __future__ import annotations

import re
import textwrap

from flake8_theano_updates.model import Finding, Sources
from flake8_theano_updates.report.explanation import paragraphs, without_pointer
from flake8_theano_updates.rules import BY_CODE, Rule

_INDENT = "    "
_CODE_SPAN = re.compile(r"(`[^`]*`)")
# An underscore within a word is none.
_SPECIAL = re.compile(r"([\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_]))")


def page(rule: Rule) -> str:
    """Write what a rule means, why it matters and an example of each side."""
    summary = f"{rule.summary[0].upper()}{rule.summary[1:]}"
    state = "on by default" if rule.default_on else f"off; `--thu-enable={rule.code}` computes it"
    parts = [f"# {rule.code} {rule.name}", f"{summary} ({state}).", textwrap.fill(rule.why, 92)]
    if rule.source is not None:
        parts.append(f"[The backend's own words]({rule.source})")
    if rule.bad:
        parts += ["Reported:", f"```python\n{rule.bad}```", "Not reported:"]
        parts += [f"```python\n{rule.good}```"]
    return "\n\n".join(parts) + "\n"


def explained(finding: Finding, sources: Sources) -> str:
    """Write a finding in the words of ``explain``, with its fixes where it has some."""
    rule = BY_CODE[finding.code]
    parts = [f"**{rule.code} {rule.name}**", _words(without_pointer(finding.message))]
    for part in paragraphs(finding, sources):
        parts += map(_paragraph, re.split(r"\n\n+", part))
    if rule.source is not None:
        parts.append(f"[The backend's own words]({rule.source})")
    return "\n\n".join(parts)


def _paragraph(text: str) -> str:
    if text.startswith(_INDENT):
        return f"```\n{textwrap.dedent(text)}\n```"
    return _words(" ".join(text.split("\n")))


def _words(text: str) -> str:
    """Escape what Markdown would take for its own, but not the commands in backquotes."""
    return "".join(
        part if _CODE_SPAN.fullmatch(part) else _SPECIAL.sub(r"\\\1", part)
        for part in _CODE_SPAN.split(text)
    )
