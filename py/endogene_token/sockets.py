"""Sockets on which servers of this program listen."""

import socket


def tcp_listener(family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    """Return a socket to bind and to listen on; a port that was just left may be taken again.

    Its protocol is named, because asyncio sends at once (TCP_NODELAY) only where it is: otherwise the end of
    each small answer waits 40 ms for the other side's acknowledgement.
    """
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener
