"""A small front for the demo: pages go to Odoo's workers, /websocket to its gevent process.

Run as ``python3 -m tools.front LISTEN PORT HTTP_PORT GEVENT_PORT [CONFIG]``; the configuration of
Odoo only tells ``tools.server`` whose front it is. In production nginx does this.
"""

import asyncio
import sys

HEAD_LIMIT = 64 * 1024
HEAD_SECONDS = 30


async def _pipe(reader, writer):
    try:
        while data := await reader.read(HEAD_LIMIT):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        if writer.can_write_eof() and not writer.is_closing():
            try:
                writer.write_eof()
            except OSError:
                writer.close()


def target(head, http_port, gevent_port):
    """Return the port that serves a request, told by its first line."""
    words = head.split(b"\r\n", 1)[0].split(b" ")
    is_socket = len(words) > 1 and words[1].startswith(b"/websocket")
    return gevent_port if is_socket else http_port


async def _serve(reader, writer, http_port, gevent_port):
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n"), HEAD_SECONDS)
        back_reader, back_writer = await asyncio.open_connection(
            "127.0.0.1", target(head, http_port, gevent_port)
        )
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError):
        writer.close()
        return
    back_writer.write(head)
    try:
        await asyncio.gather(_pipe(reader, back_writer), _pipe(back_reader, writer))
    finally:
        back_writer.close()
        writer.close()


async def main(listen, port, http_port, gevent_port):
    """Listen until the process is ended."""

    async def handle(reader, writer):
        await _serve(reader, writer, http_port, gevent_port)

    server = await asyncio.start_server(handle, listen, port, limit=HEAD_LIMIT, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *(int(value) for value in sys.argv[2:5])))
