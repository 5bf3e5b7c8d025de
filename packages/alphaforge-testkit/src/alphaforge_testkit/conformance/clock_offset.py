"""Clocks: the venue's may be wrong, and ours; requests carry the venue's time."""

import pytest
from alphaforge.model.errors import SetupError

from alphaforge_testkit.conformance.case import conformance
from alphaforge_testkit.conformance.suite import Site, Suite, need, order_id

_CLOSE_S = 0.25


class ClockOffsetSuite(Suite):
    """Ids `CL-…`."""

    @conformance(
        "CL-01",
        "a clock that is a little off is measured, and orders go out in the venue's time",
        needs="clock_offset",
    )
    async def test_small(self, site: Site) -> None:
        for ahead_s in (-0.4, 0.4):
            async with self.venue.open(site.directory, site.target) as opened:
                need(opened.adversary).set_clock(ahead_s)
                async with self.node_on(opened, site) as desk:
                    await desk.resting()
                    await desk.agrees()

    @conformance(
        "CL-02",
        "a clock that is far off keeps a live node from starting, and it says so",
        needs="clock_offset",
    )
    async def test_large(self, site: Site) -> None:
        for ahead_s in (-2.0, 1.3):
            async with self.venue.open(site.directory, site.target) as opened:
                need(opened.adversary).set_clock(ahead_s)
                with pytest.raises(SetupError, match=r"clock .* set it"):
                    async with self.node_on(opened, site):
                        pass

    @conformance(
        "CL-03",
        "the venue's clock moves ahead: it is measured anew, and orders go out again",
        needs="clock_offset",
    )
    async def test_moves_ahead(self, site: Site) -> None:
        await self._recovers(site, 2.0)

    @conformance(
        "CL-04",
        "the venue's clock falls behind: it is measured anew, and orders go out again",
        needs="clock_offset",
    )
    async def test_falls_behind(self, site: Site) -> None:
        await self._recovers(site, -2.0)

    async def _recovers(self, site: Site, ahead_s: float) -> None:
        async with self.desk(site) as desk:
            desk.adversary.set_clock(ahead_s)
            refused = order_id(desk.probe.buy(desk.quantity, desk.far_bid))
            await desk.node.until_state(refused, "rejected")
            assert desk.sent() == []
            offset = desk.node.venues[0].offset
            await desk.node.until(lambda: abs(offset.offset_ns / 1e9 - ahead_s) < _CLOSE_S)
            await desk.resting()
            await desk.agrees()
