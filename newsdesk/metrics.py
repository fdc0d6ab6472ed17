"""Figures of the running job for Prometheus, and its health, on a port of this machine.

Served by a thread of its own: it answers also where the loop stalls.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from crawler.config import Config
from crawler.errors import StoreError, UsageError
from crawler.model import CrawlReport
from newsdesk.health import JobHealth, look_at_job
from storage import engine as database
from storage import outbox, queries, schema, sources

HOST = "127.0.0.1"

SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100, 300)
"""Borders between which the length of polls is counted."""

log = structlog.get_logger("swapwatch.metrics")


class Metrics:
    """What is counted while the job runs. Each name is explained in docs/operators.md."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.engine = database.connect(config.database_url, read_only=True)
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._polls = self._counter("polls", "Polls that ended, by outcome", "outcome")
        self._findings = self._counter("findings", "Findings kept, new or in a new version")
        self._leads = self._counter("leads", "Addresses never seen before")
        self._dropped = self._counter("dropped", "Leads dropped, by reason", "reason")
        self._requests = self._counter("requests", "Requests to outlets")
        self._kilobytes = self._counter("received_kilobytes", "Kilobytes received from outlets")
        self._seconds = Histogram(
            "swapwatch_poll_seconds", "Length of polls", buckets=SECONDS, registry=self.registry
        )
        self._waiting = self._gauge("leads_waiting", "Leads that wait for their page")
        self._outbox = self._gauge("alerts_waiting", "Alerts that wait to be sent, by addressee", "to")
        self._late = self._gauge("late_seconds", "How late the most overdue source is")
        self._success = self._gauge("source_last_success_seconds", "When a source last succeeded", "source")
        self._failures = self._gauge("source_failures", "Failed polls of a source in a row", "source")

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"swapwatch_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"swapwatch_{name}", words, labels, registry=self.registry)

    def take_up(self, config: Config) -> None:
        """Go on under an edited config; the port stays."""
        self.config = config

    def polled(self, report: CrawlReport) -> None:
        """Count a poll that ended."""
        self._polls.labels(str(report.outcome)).inc()
        self._findings.inc(report.findings)
        self._leads.inc(report.leads_new)
        self._requests.inc(report.requests)
        self._kilobytes.inc(report.kilobytes)
        self._seconds.observe((report.finished - report.started).total_seconds())
        for reason, count in report.skipped:
            self._dropped.labels(str(reason)).inc(count)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        try:
            self._look()
        except StoreError as error:
            log.warning("metrics_without_store", cause=str(error))
        return generate_latest(self.registry)

    def _look(self) -> None:
        """Take the figures that the store knows."""
        schema.require_current(self.engine)
        now = datetime.now(UTC)
        with database.transaction(self.engine) as session:
            states, ways = sources.states(session), outbox.waiting(session)
            self._waiting.set(queries.waiting(session))
        for gauge in (self._outbox, self._failures, self._success):
            gauge.clear()  # of what left the config
        for target in self.config.alerts.to:
            self._outbox.labels(target.name).set(len(ways.get(target.name, ())))
        late = 0.0
        for one in self.config.sources:
            state = states.get(one.id)
            if one.enabled and state is not None:
                self._failures.labels(one.id).set(state.failures)
                if state.last_success:
                    self._success.labels(one.id).set(state.last_success.timestamp())
                if state.next_due:
                    late = max(late, (now - state.next_due).total_seconds())
        self._late.set(late)

    def health(self) -> JobHealth:
        """Return how the job fares.

        Raises:
            StoreError: the store does not say.
        """
        schema.require_current(self.engine)
        with database.transaction(self.engine) as session:
            return look_at_job(
                session, self.config.sources, now=datetime.now(UTC), patience=self.config.metrics.no_success
            )

    @contextmanager
    def served(self) -> Iterator[None]:
        """Answer on the config's port for the time of the block, if it names one.

        Raises:
            UsageError: the port is taken.
        """
        port = self.config.metrics.port
        if port is None:
            yield
            return
        try:
            server = ThreadingHTTPServer((HOST, port), _handler(self))
        except OSError as error:
            raise UsageError(f"metrics.port {port}: {error.strerror or error}; choose another") from error
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        log.info("metrics_served", at=f"http://{HOST}:{server.server_port}/metrics")
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            self.engine.dispose()


def _handler(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self.answer(200, CONTENT_TYPE_LATEST, metrics.text())
            elif self.path == "/health":
                status, body = health_answer(metrics)
                self.answer(status, "application/json", body)
            else:
                self.answer(404, "text/plain", b"/metrics or /health\n")

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing: a line for each scrape helps nobody."""

    return Handler


def health_answer(metrics: Metrics) -> tuple[int, bytes]:
    """Return the status and JSON by which a supervisor sees how the job fares: 200, or 503 where anything is red."""
    try:
        found = metrics.health()
    except StoreError as error:
        return 503, json.dumps({"well": False, "complaints": [str(error)], "warnings": []}).encode()
    body = {"well": found.well, "complaints": found.complaints, "warnings": found.warnings}
    return 200 if found.well else 503, json.dumps(body, ensure_ascii=False).encode()
