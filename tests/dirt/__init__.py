"""The catalogue of dirt: each kind of dirty delivery, what becomes of it, and the page about it."""
