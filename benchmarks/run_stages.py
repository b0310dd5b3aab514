"""Wall time and peak memory of the main job, as a whole and by stage, on a simulated province in a folder of its own.

Run alone on the machine: `python -m benchmarks.run_stages [--scale 0.02]`.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LANGSON = Path(sys.executable).with_name("langson")


def timed(name: str, *arguments: str) -> None:
    """Run one command and tell its wall time, processor time and its largest process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([LANGSON, *arguments], capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = after.ru_maxrss / 1024
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:<40} {wall:7.1f} s wall {processor:7.1f} s CPU {peak:7.0f} MB peak, exit {done.returncode}")


def steps(home: Path) -> None:
    """Wall time of each step of the newest run, from Dagster's own event log."""
    from pipelines.home import Home

    Home(home).enter()
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        newest = instance.get_runs(limit=1)[0]
        for stats in sorted(instance.get_run_step_stats(newest.run_id), key=lambda stats: stats.start_time or 0):
            if stats.start_time and stats.end_time:
                print(f"  {stats.step_key:<60} {stats.end_time - stats.start_time:7.1f} s")


def main() -> None:
    """Simulate, run, run again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", default="0.02")
    scale = parser.parse_args().scale
    print(f"{os.cpu_count()} cores, scale {scale}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        timed("sandbox generate", "sandbox", "generate", "--home", str(home), "--scale", scale)
        timed("run: door, warehouse, gate, release", "run", "--home", str(home), "--scale", scale)
        steps(home)
        timed("run again: nothing new", "run", "--home", str(home))


if __name__ == "__main__":
    main()
