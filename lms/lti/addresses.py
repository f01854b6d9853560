"""Where our server may connect to when a URL came from outside: the guard against server-side request forgery.

The check is made on the address that the socket is then opened to, so that a name which resolves differently a
moment later (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from lms.lti.errors import AddressRefused, PlatformUnreachable

PORTS = {"http": 80, "https": 443}


def origin(url: str) -> str:
    """`host:port` of an http(s) URL, in lower case. Raises AddressRefused for any other URL, or one with a user name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(url[:80]) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        raise AddressRefused(url[:80])
    return f"{parts.hostname}:{port or PORTS[parts.scheme]}"


def public_address(host: str, port: int) -> str:
    """An address of `host` to connect to, when all its addresses are on the public internet.

    Raises AddressRefused for private, loopback, link-local and other special ones, PlatformUnreachable for no address.
    """
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise PlatformUnreachable(host, "no such host") from None
    if not found or not all(is_public(address) for address in found):
        raise AddressRefused(host)
    return found[0]


def is_public(address: str) -> bool:
    """Whether this IP address is a global unicast one, also when it is wrapped into an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return False
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
