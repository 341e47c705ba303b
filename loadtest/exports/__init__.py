"""Figures of the run that is on, for other people's monitoring: Prometheus, and OpenTelemetry."""
