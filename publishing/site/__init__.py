"""The scoreboard: static pages of one release, which open from a folder, a USB stick or `make serve`.

`build.build_site` writes `site/` into a release folder. Pages ask nobody for anything: every figure is in the HTML,
every script and style beside it. Nothing is computed here that a published table says.
"""
