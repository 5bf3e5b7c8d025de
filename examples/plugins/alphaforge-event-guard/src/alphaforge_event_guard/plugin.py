"""The hooks of the plugin."""

from collections.abc import Sequence

from alphaforge import hookimpl
from alphaforge.hooks.specs import RiskRuleSpec

from alphaforge_event_guard.event_guard import EventGuard, EventGuardSettings


@hookimpl
def alphaforge_risk_rules() -> Sequence[RiskRuleSpec]:
    """No new positions shortly before an event."""
    return [
        RiskRuleSpec("event-guard", "no new positions before listed events", EventGuardSettings, EventGuard)
    ]
