"""The veto of risk rules in Python, run by core in a loop where every doubt denies."""

import inspect
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from alphaforge.model.errors import describe
from alphaforge.model.risk_rule import Allow, ProposedOrder, Reject, RiskRule, RiskView

log = logging.getLogger("alphaforge.risk")

Fault: TypeAlias = Literal["raised", "answered wrongly", "was too slow"]


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a rule denies an order; `fault` where that is the rule's own, and not its judgement."""

    reason: str
    fault: Fault | None = None


class RuleChain:
    """Risk rules with their names, and the time they may take together for one order."""

    def __init__(self, rules: Sequence[tuple[str, RiskRule]], budget_ns: int) -> None:
        self.rules = rules
        self._budget_ns = budget_ns
        self._faults: Counter[tuple[str, Fault]] = Counter()
        self._first_reasons: dict[tuple[str, Fault], str] = {}

    def judge(self, order: ProposedOrder, view: RiskView) -> tuple[str, str] | None:
        """Ask every rule. Returns the first rejection as (rule, reason), or None where all allow."""
        started_ns = time.monotonic_ns()
        for name, rule in self.rules:
            denial = _ask(rule, order, view) or self._late(started_ns)
            if denial is not None:
                self._note(name, denial)
                return name, denial.reason
        return None

    def warnings(self) -> list[str]:
        """What a user must know of rules that did not work: orders were denied that they never judged."""
        return [
            f"risk rule {name} {fault} and denied {count} {'order' if count == 1 else 'orders'} that way; "
            f"first: {self._first_reasons[name, fault]}"
            for (name, fault), count in self._faults.items()
        ]

    def _late(self, started_ns: int) -> Denial | None:
        taken_ns = time.monotonic_ns() - started_ns
        if taken_ns <= self._budget_ns:
            return None
        budget = f"{taken_ns / 1e6:.1f} ms of a budget of {self._budget_ns / 1e6:g} ms"
        return Denial(f"the answer took {budget}", "was too slow")

    def _note(self, name: str, denial: Denial) -> None:
        """Count a fault, and say it the first time: a rule that is broken denies every order."""
        if denial.fault is None:
            return
        self._faults[name, denial.fault] += 1
        if self._faults[name, denial.fault] == 1:
            self._first_reasons[name, denial.fault] = denial.reason
            log.warning("risk rule %s: %s; each order is denied for it", name, denial.reason)


def _ask(rule: RiskRule, order: ProposedOrder, view: RiskView) -> Denial | None:
    """Why a rule denies; None only where it clearly allows."""
    try:
        answer: object = rule.check(order, view)
    except (Exception, SystemExit) as error:  # whatever a rule raises denies
        return Denial(f"the rule raised {describe(error)}", "raised")
    if isinstance(answer, Reject):
        return Denial(f"{answer.code}: {answer.text}")
    if isinstance(answer, Allow):
        return None
    if inspect.iscoroutine(answer):
        answer.close()
        return Denial("the rule is async and was not awaited", "answered wrongly")
    return Denial(
        f"the rule answered {answer!r} instead of Allow() or Reject(code, text)", "answered wrongly"
    )
