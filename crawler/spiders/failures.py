"""From an exception or a status to a reason in words: the one place that knows Scrapy's errors."""

from __future__ import annotations

from scrapy import Request, exceptions
from twisted.internet import error as network
from twisted.web._newclient import ParseError, ResponseNeverReceived

from crawler.model import Skipped, SkipReason, Stage
from crawler.spiders.gate import HostOnHold
from crawler.spiders.guard import AddressRules
from crawler.spiders.workers import WorkerFailed

NO_CONNECTION = "no connection in time: nothing answers at its address"


POLL_SECONDS = 600.0
"""From then on a poll begins no further page: a slow outlet's list is asked again in time, and its pages wait."""


class NotNow(exceptions.IgnoreRequest):
    """A request for which this poll has no time left: its lead waits, untried, for the next."""


class Refused(exceptions.IgnoreRequest):
    """A request we do not make: robots.txt, the address guard or a port said no."""

    def __init__(self, reason: SkipReason, detail: str, *, retry: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.retry = retry


def skipped_by_error(
    url: str, error: BaseException, *, rules: AddressRules, request: Request | None = None
) -> Skipped:
    """Name why a request brought no answer, and whether another try may; `request` tells by which way and up to what size."""
    reason, detail, retry = _cause(error, rules)
    if request is not None and reason is SkipReason.TOO_LARGE and not isinstance(error, Refused):
        detail = f"larger than {request.meta['download_maxsize']} bytes; reading stopped there"
    if request is not None and "redirect" in detail:
        reason, detail = _led_in_circles(request, detail)
    stage = Stage.EXTRACT if reason is SkipReason.EXTRACTOR_FAILED else Stage.FETCH
    return Skipped(url=url, reason=reason, stage=stage, detail=detail, retry=retry)


def skipped_by_status(url: str, status: int) -> Skipped | None:
    """Name why an answer with this status is no page; None for one that is."""
    if status in (404, 410):
        return Skipped(url=url, reason=SkipReason.GONE, stage=Stage.FETCH, detail=f"HTTP {status}")
    if status == 429:
        return Skipped(
            url=url, reason=SkipReason.RATE_LIMITED, stage=Stage.FETCH, detail="HTTP 429", retry=True
        )
    if status in (401, 402, 403, 451):
        return Skipped(url=url, reason=SkipReason.BLOCKED, stage=Stage.FETCH, detail=f"HTTP {status}")
    if status != 200:
        return Skipped(
            url=url,
            reason=SkipReason.HTTP_ERROR,
            stage=Stage.FETCH,
            detail=f"HTTP {status}",
            retry=status >= 500,
        )
    return None


def _led_in_circles(request: Request, detail: str) -> tuple[SkipReason, str]:
    """Name the way of a request that was redirected too often; one that wants its cookie back is a wall."""
    way = [*request.meta.get("redirect_urls", ()), request.url]
    cookies = any(
        name.lower() == "set-cookie" for one in request.meta.get("captures", ()) for name, _ in one.headers
    )
    shown = f"{detail}: {' → '.join(url[:200] for url in way)}"
    if cookies and len(set(way)) < len(way):
        return SkipReason.BLOCKED, f"a wall that wants cookies: {shown}"
    return SkipReason.HTTP_ERROR, shown


def _cause(error: BaseException, rules: AddressRules) -> tuple[SkipReason, str, bool]:
    """Return reason, words and whether to try again."""
    if isinstance(error, Refused):
        return error.reason, error.detail, error.retry
    if isinstance(error, HostOnHold):
        return SkipReason.RATE_LIMITED, str(error), True
    if isinstance(error, WorkerFailed):
        return SkipReason.EXTRACTOR_FAILED, f"the extractor {error}", False
    if isinstance(error, exceptions.CannotResolveHostError | network.DNSLookupError):
        return _unresolved(str(error), rules)
    if _is_tls(error):
        return SkipReason.TLS, f"TLS: {_words(error)}", True
    if isinstance(error, exceptions.IgnoreRequest):
        return _ignored(str(error))
    return _network(error)


def _unresolved(words: str, rules: AddressRules) -> tuple[SkipReason, str, bool]:
    host = words.rpartition(" ")[2].rstrip(".").lower()
    if (address := rules.refused.get(host)) is not None:
        detail = f"{host} is {address}, a private address; name it in network.allow_private to allow it"
        return SkipReason.FORBIDDEN_ADDRESS, detail, False
    return SkipReason.UNREACHABLE, rules.unresolved.get(host, "no such host (DNS)"), True


def _ignored(words: str) -> tuple[SkipReason, str, bool]:
    if "redirect" in words:
        return SkipReason.HTTP_ERROR, "more than 5 redirects", False
    if "exceed" in words or "size" in words:
        return SkipReason.TOO_LARGE, words, False
    return SkipReason.HTTP_ERROR, words, False


def _network(error: BaseException) -> tuple[SkipReason, str, bool]:
    if isinstance(error, exceptions.DownloadTimeoutError | network.TimeoutError | network.TCPTimedOutError):
        connecting = isinstance(error.__cause__ or error, network.TimeoutError | network.TCPTimedOutError)
        return SkipReason.TIMEOUT, NO_CONNECTION if connecting else "no complete answer in time", True
    if isinstance(error, exceptions.DownloadConnectionRefusedError):
        return SkipReason.UNREACHABLE, "connection refused", True
    if isinstance(error, exceptions.DownloadCancelledError):
        return SkipReason.TOO_LARGE, "larger than the limit", False
    if isinstance(error, exceptions.ResponseDataLossError):
        return SkipReason.PROTOCOL, "the answer was cut short", True
    if isinstance(error, exceptions.DownloadFailedError | ParseError | ResponseNeverReceived):
        return SkipReason.PROTOCOL, _protocol_words(error), True
    if isinstance(error, exceptions.UnsupportedURLSchemeError | ValueError):
        return SkipReason.INVALID_URL, _words(error), False
    if isinstance(error, OSError | network.ConnectError | network.ConnectionLost | network.ConnectionDone):
        return SkipReason.UNREACHABLE, _words(error) or "connection lost", True
    return SkipReason.PROTOCOL, f"{type(error).__name__}: {_words(error)}", True


def _protocol_words(error: BaseException) -> str:
    """Return what was wrong with an answer, out of the failures that Twisted packs into one another."""
    inner: BaseException = error.__cause__ or error
    while reasons := getattr(inner, "reasons", None):
        inner = reasons[0].value
    if isinstance(inner, network.ConnectionLost | network.ConnectionDone):
        return "the connection was closed before the answer was whole"
    said = " ".join(str(part) for part in inner.args[:1]) or _words(inner)
    return f"not an HTTP answer: {' '.join(said.split())[:200]}" if said else "not an HTTP answer"


def _is_tls(error: BaseException) -> bool:
    words = f"{type(error).__module__} {error!r} {error}"
    return any(sign in words for sign in ("OpenSSL", "SSL routines", "VerificationError", "certificate"))


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
