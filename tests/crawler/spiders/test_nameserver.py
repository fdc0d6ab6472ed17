"""The configured name server is asked, and the address guard has the last word on what it answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio
from twisted.internet.interfaces import IResolutionReceiver
from twisted.names import dns
from zope.interface import implementer

from crawler.spiders import AddressRules
from crawler.spiders.guard import GuardedResolver, NameserverResolver

# the resolver needs the reactor that the crawling fixture puts on the loop
pytestmark = pytest.mark.usefixtures("crawling")


class NameServer(asyncio.DatagramProtocol):
    """Answers A questions from a table; each name's answers are given in turn."""

    def __init__(self) -> None:
        self.table: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.Message()
        question.fromStr(data)
        query = question.queries[0]
        name = query.name.name.decode()
        self.asked.append(name)
        answer = dns.Message(id=question.id, answer=1, recDes=1, recAv=1)
        answer.queries = [query]
        left = self.table.get(name, [])
        if query.type == dns.A and left:
            address = left.pop(0) if len(left) > 1 else left[0]
            record = dns.Record_A(address)  # type: ignore[no-untyped-call]
            answer.answers = [dns.RRHeader(name=name, type=dns.A, ttl=0, payload=record)]  # type: ignore[arg-type]
        elif name not in self.table:
            answer.rCode = dns.ENAME
        assert self.transport is not None
        self.transport.sendto(answer.toStr(), addr)


@pytest_asyncio.fixture(loop_scope="session")
async def nameserver() -> AsyncIterator[NameServer]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    yield server
    transport.close()


@implementer(IResolutionReceiver)
class Receiver:
    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.done = asyncio.Event()

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 - the interface\'s name
        pass

    def addressResolved(self, address: object) -> None:  # noqa: N802 - the interface\'s name
        self.addresses.append(str(getattr(address, "host", "")))

    def resolutionComplete(self) -> None:  # noqa: N802 - the interface\'s name
        self.done.set()


async def resolved(server: NameServer, name: str, *allow: str) -> list[str]:
    assert server.transport is not None
    sock: socket.socket = server.transport.get_extra_info("socket")
    receiver = Receiver()
    resolver = GuardedResolver(AddressRules(allow), NameserverResolver(*sock.getsockname()))
    resolver.resolveHostName(receiver, name, 80)
    await asyncio.wait_for(receiver.done.wait(), 30)
    return receiver.addresses


async def test_public_answers_are_used(nameserver: NameServer) -> None:
    nameserver.table = {"outlet.test": ["93.184.216.34"]}
    assert await resolved(nameserver, "outlet.test") == ["93.184.216.34"]
    assert "outlet.test" in nameserver.asked


async def test_private_answers_are_dropped_unless_allowed(nameserver: NameServer) -> None:
    nameserver.table = {"outlet.test": ["10.0.0.1"]}
    assert await resolved(nameserver, "outlet.test") == []
    assert await resolved(nameserver, "outlet.test", "10.0.0.0/8") == ["10.0.0.1"]


async def test_a_name_that_changes_its_mind_is_checked_each_time(nameserver: NameServer) -> None:
    nameserver.table = {"rebind.test": ["93.184.216.34", "127.0.0.1"]}
    assert await resolved(nameserver, "rebind.test") == ["93.184.216.34"]
    assert await resolved(nameserver, "rebind.test") == []


async def test_an_unknown_name_has_no_address(nameserver: NameServer) -> None:
    assert await resolved(nameserver, "nowhere.test") == []


@pytest.mark.parametrize("spelling", ["127.0.0.1", "2130706433", "0x7f000001", "[::1]"])
async def test_numbers_answer_themselves_and_are_checked(nameserver: NameServer, spelling: str) -> None:
    assert await resolved(nameserver, spelling) == []
    assert nameserver.asked == []
