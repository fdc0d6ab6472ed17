"""The address guard: every connection asks this resolver, so what is refused here is never connected to.

Twisted's endpoints resolve each host name through the reactor's name resolver, addresses spelled as
numbers included, and connect to what it answers without asking again. A filter at this one place
therefore holds for redirects, links, robots.txt and sitemaps, and leaves no gap for a name that
changes its address between check and connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from twisted.internet import defer
from twisted.internet import error as network
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from twisted.names import client, dns, error
from zope.interface import implementer

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
NetworkAddress = ipaddress.IPv4Network | ipaddress.IPv6Network

NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Prefixes that carry an IPv4 address inside (RFC 6052, RFC 8215)."""


class AddressRules:
    """Which addresses may be connected to: public ones, and what the config names exactly."""

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        """`allow_private` holds host names, addresses and networks, such as `127.0.0.1` or `fd00::/8`."""
        self.hosts: set[str] = set()
        self.networks: list[NetworkAddress] = []
        self.allow_only(allow_private)
        self.refused: dict[str, str] = {}
        """Host name to the last address refused for it, for the words of a report."""
        self.unresolved: dict[str, str] = {}
        """Host name to why nobody could tell its address, where that is not simply that there is none."""

    def allow_only(self, allow_private: Iterable[str]) -> None:
        """Allow these hosts, addresses and networks off the public internet, in place of all allowed before."""
        hosts: set[str] = set()
        networks: list[NetworkAddress] = []
        for entry in allow_private:
            try:
                networks.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                hosts.add(entry.lower().rstrip("."))
        self.hosts, self.networks = hosts, networks

    def allows(self, host: str, address: str) -> bool:
        """Say whether `host`, which resolved to `address`, may be connected to."""
        ip = unmapped(address)
        if host.lower().rstrip(".") in self.hosts or any(ip in network for network in self.networks):
            return True
        return is_public(ip)

    def names_host(self, host: str) -> bool:
        """Say whether the config names this very host or address, which frees its ports too."""
        bare = host.strip("[]").lower().rstrip(".")
        if bare in self.hosts:
            return True
        try:
            ip = unmapped(bare)
        except ValueError:
            return False
        return any(ip in network for network in self.networks)


def unmapped(address: str) -> IP:
    """Return the address without its zone, and as IPv4 where it is one in IPv6 clothes."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    return (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip


def is_public(ip: IP) -> bool:
    """Say whether an address is on the public internet and carries no other address inside."""
    if isinstance(ip, ipaddress.IPv6Address) and (ip.sixtofour or ip.teredo or any(ip in n for n in NAT64)):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def literal(host: str) -> str | None:
    """Return the address that a host spelled as numbers stands for, in any spelling the system accepts.

    >>> literal("2130706433"), literal("0x7f.1"), literal("[::1]"), literal("example.org")
    ('127.0.0.1', '127.0.0.1', '::1', None)
    """
    bare = host.strip("[]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare)) if bare[:1].isdigit() else None
    except OSError:
        return None


SILENT = "the name server does not answer (DNS)"
FAILED = "the name server fails (DNS)"

PATIENCE = (1.0, 2.0, 4.0)
"""Seconds for which a name server's answer is waited for, each time it is asked."""

RESOLVE_SECONDS = 10.0
"""Whatever a resolver does, a name without an address by then has none."""


def asked_aloud(rules: AddressRules) -> Callable[..., Any]:
    """Return the system's getaddrinfo as a function that notes why it finds nothing."""

    def ask(host: str, *given: Any) -> Any:
        try:
            return socket.getaddrinfo(host, *given)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                rules.unresolved[host.lower()] = SILENT
            raise

    return ask


@implementer(IHostnameResolver)
class GuardedResolver:
    """Answers with the allowed addresses only, and in time; a host with none is as good as unknown."""

    def __init__(self, rules: AddressRules, inner: Any) -> None:
        self._rules = rules
        self._inner = inner

    def resolveHostName(  # noqa: N802 - the interface's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve as the interface says, dropping every address the rules refuse."""
        for noted in (self._rules.unresolved, self._rules.refused):
            noted.pop(hostName.lower(), None)
        allowed = _Allowed(self._rules, hostName, resolutionReceiver)
        answer: IHostResolution = self._inner.resolveHostName(
            allowed, hostName, portNumber, addressTypes, transportSemantics
        )
        return answer


@implementer(IResolutionReceiver)
class _Allowed:
    """Passes on what the rules allow, until the resolver is done or its time is up."""

    def __init__(self, rules: AddressRules, host: str, receiver: Any) -> None:
        self._rules, self._host, self._receiver = rules, host, receiver
        self._done = False
        self._timer: asyncio.TimerHandle | None = None

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - the interface's name
        """Start the clock."""
        self._receiver.resolutionBegan(resolution)
        self._timer = asyncio.get_running_loop().call_later(RESOLVE_SECONDS, self._out_of_time)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - the interface's name
        """Pass on an address, unless the rules refuse it."""
        if self._done:
            return
        if self._rules.allows(self._host, address.host):
            self._receiver.addressResolved(address)
        else:
            self._rules.refused[self._host.lower()] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802 - the interface's name
        """Pass on that no more addresses come, once."""
        if self._done:
            return
        self._done = True
        if self._timer is not None:
            self._timer.cancel()
        self._receiver.resolutionComplete()

    def _out_of_time(self) -> None:
        self._rules.unresolved[self._host.lower()] = SILENT
        self.resolutionComplete()


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing to call off: late answers find nobody waiting."""


@implementer(IHostnameResolver)
class NameserverResolver:
    """Asks one configured name server instead of the system's resolver."""

    def __init__(self, host: str, port: int, *, rules: AddressRules | None = None) -> None:
        self._client = client.Resolver(servers=[(host, port)], timeout=PATIENCE)
        self._rules = rules or AddressRules()

    def resolveHostName(  # noqa: N802 - the interface's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803, ARG002
        transportSemantics: str = "TCP",  # noqa: N803, ARG002
    ) -> _Resolution:
        """Answer with the A records, then the AAAA records; names spelled as numbers answer themselves."""
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        spelled = literal(hostName)
        if spelled is not None:
            resolutionReceiver.addressResolved(_address(spelled, portNumber))
            resolutionReceiver.resolutionComplete()
            return resolution
        asked = [self._client.lookupAddress(hostName), self._client.lookupIPV6Address(hostName)]

        def deliver(found: list[tuple[bool, Any]]) -> None:
            for good, answer in found:
                if good:
                    for record in answer[0]:
                        if record.type in (dns.A, dns.AAAA):
                            resolutionReceiver.addressResolved(_address(_spelled(record), portNumber))
                elif answer.check(defer.TimeoutError, network.TimeoutError, error.DNSQueryTimeoutError):
                    self._rules.unresolved[hostName.lower()] = SILENT
                elif not answer.check(error.DNSNameError):
                    self._rules.unresolved[hostName.lower()] = FAILED
            resolutionReceiver.resolutionComplete()

        defer.DeferredList(asked, consumeErrors=True).addCallback(deliver)
        return resolution


def _spelled(record: Any) -> str:
    if record.type == dns.A:
        return str(record.payload.dottedQuad())
    return socket.inet_ntop(socket.AF_INET6, record.payload.address)


def _address(host: str, port: int) -> IPv4Address | IPv6Address:
    kind = IPv6Address if ":" in host else IPv4Address
    return kind("TCP", host, port)
