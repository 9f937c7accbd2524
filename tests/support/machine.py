"""The speed of this machine, for limits on CPU time that have to hold on a slow or busy one."""

import time


def cpu_unit() -> float:
    """Return the CPU seconds of a fixed loop on this machine now: 0.1 s if it is quick and quiet."""
    start = time.process_time()
    for _ in range(2_500_000):
        pass
    return time.process_time() - start
