"""`/metrics` in the form of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from veritile.api.service import Service
from veritile.frame.providers import CPU


class _Figures(Collector):
    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        service, counters = self._service, self._service.counters
        yield CounterMetricFamily("veritile_frames", "Frames looked at", counters.processed)
        yield CounterMetricFamily("veritile_frames_dropped", "Frames answered unseen", counters.dropped)
        yield CounterMetricFamily("veritile_errors", "Errors told to clients of /ws", counters.errors)
        yield GaugeMetricFamily("veritile_sessions", "Open WebSocket sessions", len(service.live))
        yield GaugeMetricFamily("veritile_queue", "Videos that wait", service.jobs.waiting)
        yield GaugeMetricFamily("veritile_jobs", "Videos that wait, run or are kept", len(service.jobs.all()))
        yield GaugeMetricFamily("veritile_memory_bytes", "Resident memory", service.memory)
        model = service.detector.model
        info = GaugeMetricFamily(
            "veritile_model", "Which model judges", labels=["name", "version", "provider"]
        )
        info.add_metric([model.name, model.version, model.provider], 1)
        if (temporal := service.detector.temporal) is not None:
            info.add_metric([temporal.name, temporal.version, CPU], 1)
        yield info


def figures(service: Service) -> bytes:
    """Return the page."""
    registry = CollectorRegistry()
    registry.register(_Figures(service))
    return generate_latest(registry)
