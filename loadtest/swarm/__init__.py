"""The tool on Locust; the only package that imports it (and nothing is imported here: see ``child``)."""
