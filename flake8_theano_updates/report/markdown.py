"""A rule as a page of Markdown."""

from __future__ import annotations

import textwrap

from flake8_theano_updates.rules import Rule


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
