"""A web process in small, to stand behind nginx: `python standin.py PORT NAME`.

Answers its name; `?hold=2` keeps the request in hand for two seconds; an upgrade is a desk that stays open.
"""

import asyncio
import re
import resource
import sys


async def serve(reader, writer, name):
    """Answer requests until the other side ends."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if "upgrade: websocket" in head.lower():
                writer.write(
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                )
                await writer.drain()
                await reader.read()
                return
            length = re.search(r"(?i)content-length: (\d+)", head)
            if length:
                await reader.readexactly(int(length[1]))
            hold = re.search(r"hold=([\d.]+)", head)
            await asyncio.sleep(float(hold[1]) if hold else 0)
            body = name.encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port, name):
    """Serve for ever."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = await asyncio.start_server(
        lambda r, w: serve(r, w, name), "127.0.0.1", port, backlog=4096
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
