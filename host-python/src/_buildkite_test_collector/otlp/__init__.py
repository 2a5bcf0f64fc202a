"""OpenTelemetry's traces: where they go, by the standard variables, and what a receiver answers."""
