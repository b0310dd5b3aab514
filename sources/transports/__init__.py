"""How deliveries are fetched from where they live: files, REST interfaces and SQL databases.

A transport brings one delivery into a private folder outside the home, whole or not at all; the door reads it like any
other file, and the folder goes. Nothing here decides what a delivery means or whether it stands.
"""
