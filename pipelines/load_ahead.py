"""What makes a run's own process quicker, whatever it does.

Modules of the steps behind dbt are loaded while dbt works: it is a process of its own, and this one only waits for it.
Great Expectations alone takes as long to load as the rest of a small run's gate takes to judge.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread

NEEDED_NEXT = ("great_expectations", "publishing.open_data.build", "publishing.site.build")


def collect_rarely() -> None:
    """Have Python look for garbage rarely: nearly all that a run makes lives to its end.

    Looking through it again and again was a tenth of a run and a fifth of a simulation.
    """
    gc.set_threshold(50_000, 20, 100)


@contextmanager
def loading_ahead() -> Iterator[None]:
    """Load them in a thread that has ended when the context is left; what cannot be loaded fails where it is used."""
    thread = Thread(target=lambda: [import_module(name) for name in NEEDED_NEXT], name="load_ahead")
    thread.start()
    try:
        yield
    finally:
        thread.join()
