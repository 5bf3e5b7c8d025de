"""The veto of risk rules in Python, run by core in a loop where every doubt denies."""

import inspect
import time
from collections.abc import Sequence
from dataclasses import dataclass

from alphaforge.model.errors import describe
from alphaforge.model.risk_rule import Allow, ProposedOrder, Reject, RiskRule, RiskView


@dataclass(frozen=True, slots=True)
class RuleChain:
    """Risk rules with their names, and the time they may take together for one order."""

    rules: Sequence[tuple[str, RiskRule]]
    budget_ns: int

    def judge(self, order: ProposedOrder, view: RiskView) -> tuple[str, str] | None:
        """Ask every rule. Returns the first rejection as (rule, reason), or None where all allow."""
        started_ns = time.monotonic_ns()
        for name, rule in self.rules:
            reason = _ask(rule, order, view)
            if reason is not None:
                return name, reason
            taken_ns = time.monotonic_ns() - started_ns
            if taken_ns > self.budget_ns:
                return name, (
                    f"the answer took {taken_ns / 1e6:.1f} ms of a budget of {self.budget_ns / 1e6:g} ms"
                )
        return None


def _ask(rule: RiskRule, order: ProposedOrder, view: RiskView) -> str | None:
    """Why a rule denies; None only where it clearly allows."""
    try:
        answer: object = rule.check(order, view)
    except (Exception, SystemExit) as error:  # whatever a rule raises denies
        return f"the rule raised {describe(error)}"
    if isinstance(answer, Reject):
        return answer.reason
    if isinstance(answer, Allow):
        return None
    if inspect.iscoroutine(answer):
        answer.close()
        return "the rule is async and was not awaited"
    return f"the rule answered {answer!r} instead of Allow() or Reject(reason)"
