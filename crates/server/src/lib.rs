//! HTTP: pages, API, configuration, telemetry, jobs.
