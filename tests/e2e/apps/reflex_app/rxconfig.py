"""Reflex's settings for the app beside this file."""

import reflex as rx

config = rx.Config(app_name="reflex_app", telemetry_enabled=False)
