"""A script that shows a finding without this package: standard library and websocket-client alone."""
