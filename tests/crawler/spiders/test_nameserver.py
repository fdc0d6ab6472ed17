"""The configured name server is asked, and the address guard has the last word on what it answers."""

from __future__ import annotations

import asyncio

import pytest
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from crawler.spiders import AddressRules
from crawler.spiders.guard import GuardedResolver, NameserverResolver
from tests.crawler.spiders.nameserver import NameServer

# the resolver needs the reactor that the crawling fixture puts on the loop
pytestmark = pytest.mark.usefixtures("crawling")


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
    receiver = Receiver()
    resolver = GuardedResolver(AddressRules(allow), NameserverResolver(*server.address))
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
