"""The address guard: what may be connected to."""

import pytest

from crawler.spiders.guard import AddressRules, literal


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    ],
)  # fmt: skip
def test_addresses_off_the_public_internet_are_refused(address: str) -> None:
    assert not AddressRules().allows("news.example", address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert AddressRules().allows("news.example", address)


@pytest.mark.parametrize(
    ("entry", "host", "address", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", "127.0.0.2", False),
        ("127.0.0.0/8", "anything.example", "127.3.2.1", True),
        ("fd00::/8", "inside.example", "fd00::7", True),
        ("[::1]", "localhost", "::1", True),
        ("inside.example", "INSIDE.example.", "10.1.1.1", True),
        ("inside.example", "notinside.example", "10.1.1.1", False),
        ("127.0.0.1", "mapped.example", "::ffff:127.0.0.1", True),
    ],
)
def test_exceptions_are_exact_hosts_or_networks(entry: str, host: str, address: str, allowed: bool) -> None:
    assert AddressRules([entry]).allows(host, address) is allowed


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"),
        ("[::1]", "::1"), ("example.org", None), ("1e100.example", None),
    ],
)  # fmt: skip
def test_a_host_spelled_as_numbers_is_its_address(host: str, address: str | None) -> None:
    assert literal(host) == address
