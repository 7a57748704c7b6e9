"""The control of the load test: `paced_server.py` sends the same tone at the speed of its playback, 2 s ahead, to each
client that asks, and does nothing else. What its clients see late is the machine's own lateness. Writes the port that it
listens on, on the loopback, to standard output, and serves until it is killed."""
import asyncio
import time

BYTES_PER_SECOND = 2 * 24_000
CHUNK_SECONDS = 0.2
LEAD_SECONDS = 2.0
AUDIO_SECONDS = 6.0
CHUNK = bytes(int(BYTES_PER_SECOND * CHUNK_SECONDS))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


async def serve(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    writer.write(HEAD)
    begun = time.monotonic()
    for number in range(round(AUDIO_SECONDS / CHUNK_SECONDS)):
        await asyncio.sleep(max(0.0, begun + number * CHUNK_SECONDS - LEAD_SECONDS - time.monotonic()))
        writer.write(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    writer.close()


async def answer(reader, writer):
    try:
        await serve(reader, writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
