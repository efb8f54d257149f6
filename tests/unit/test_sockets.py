"""What a server of ours sends leaves at once."""

import asyncio
import socket

from endogene_token.sockets import tcp_listener


def test_a_short_answer_waits_for_no_acknowledgement() -> None:
    """TCP_NODELAY on each connection that asyncio takes: without it, each answer comes 40 ms late."""

    async def delays() -> int:
        taken: asyncio.Queue[int] = asyncio.Queue()

        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            own = writer.get_extra_info("socket")
            taken.put_nowait(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with tcp_listener() as listener:
            listener.bind(("127.0.0.1", 0))
            async with await asyncio.start_server(serve, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                found = await taken.get()
                writer.close()
        return found

    assert asyncio.run(delays()) == 1
