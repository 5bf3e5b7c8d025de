"""Settings of all tests: machines are noisy, so that no test is judged by how long it takes."""

import importlib.util
import os

# Some packages are tested without it.
if importlib.util.find_spec("hypothesis"):
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "unhurried",
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        # The default run is the same everywhere; campaigns look for what nobody has seen yet.
        derandomize="ALPHAFORGE_TEST_SCALE" not in os.environ,
    )
    settings.load_profile("unhurried")
