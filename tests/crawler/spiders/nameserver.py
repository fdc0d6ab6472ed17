"""A name server on loopback that answers from a table, rebinds, refuses, or says nothing."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from twisted.names import dns


class NameServer(asyncio.DatagramProtocol):
    """Answers A questions from a table; each name's answers are given in turn."""

    def __init__(self) -> None:
        self.table: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.silent = False
        self.rcode = dns.ENAME
        self.transport: asyncio.DatagramTransport | None = None

    @property
    def address(self) -> tuple[str, int]:
        assert self.transport is not None
        sock: socket.socket = self.transport.get_extra_info("socket")
        host, port = sock.getsockname()
        return host, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.Message()
        question.fromStr(data)
        query = question.queries[0]
        name = query.name.name.decode()
        self.asked.append(name)
        if self.silent:
            return
        answer = dns.Message(id=question.id, answer=1, recDes=1, recAv=1)
        answer.queries = [query]
        left = self.table.get(name, [])
        if query.type == dns.A and left:
            address = left.pop(0) if len(left) > 1 else left[0]
            record = dns.Record_A(address)  # type: ignore[no-untyped-call]
            answer.answers = [dns.RRHeader(name=name, type=dns.A, ttl=0, payload=record)]  # type: ignore[arg-type]
        elif name not in self.table:
            answer.rCode = self.rcode
        assert self.transport is not None
        self.transport.sendto(answer.toStr(), addr)
