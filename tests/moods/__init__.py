"""The bad moods of what deliveries are fetched from: each alone, what becomes of it, and the page about them.

One module for each transport; one that has a `TRANSPORT` is on the page.
"""
