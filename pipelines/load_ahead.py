"""Modules of the steps behind dbt, loaded while dbt works: it is a process of its own, and this one only waits for it.

Great Expectations alone takes as long to load as the rest of a small run's gate takes to judge.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread

NEEDED_NEXT = ("great_expectations", "publishing.open_data.build", "publishing.site.build")


@contextmanager
def loading_ahead() -> Iterator[None]:
    """Load them in a thread that has ended when the context is left; what cannot be loaded fails where it is used."""
    thread = Thread(target=lambda: [import_module(name) for name in NEEDED_NEXT], name="load_ahead")
    thread.start()
    try:
        yield
    finally:
        thread.join()
