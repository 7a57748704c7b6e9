"""Clients who do nothing right, in a process of their own: `slow_crowd.py PORT COUNT VOICE`.

COUNT of them never finish their request. As many ask for a long speech and read it at half the speed of its playback,
each a user of its own, who comes back when he was told to. Writes "held" when all of these hold a stream, and goes on
until it is killed."""
import asyncio
import json
import socket
import sys

BYTES_PER_SECOND = 24_000 * 2 // 2
STEP_SECONDS = 0.5
TEXT = "A long story. " * 280


def request(number, voice):
    body = json.dumps({"model": "tts-1", "voice": voice, "response_format": "pcm", "input": TEXT}).encode()
    return (b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer crowd%d\r\nContent-Length: %d\r\n" % (number, len(body)), body)


async def connect(port):
    """With a small buffer, so that the server's system hears of it when something is read."""
    client = socket.socket()
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=client, limit=16384)


async def enter(port, number, voice):
    """A stream that has begun; comes back until it is let in."""
    head, body = request(number, voice)
    while True:
        reader, writer = await connect(port)
        writer.write(head + b"\r\n" + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if answer.startswith("http/1.1 200"):
            return reader, writer
        writer.close()
        wait = next(line for line in answer.splitlines() if line.startswith("retry-after-ms:"))
        await asyncio.sleep(int(wait.split(":")[1]) / 1000)


async def read_slowly(port, number, voice, entered):
    reader, writer = await enter(port, number, voice)
    entered()
    while await reader.read(int(BYTES_PER_SECOND * STEP_SECONDS)):
        await asyncio.sleep(STEP_SECONDS)
    writer.close()


async def half_open(port, number, voice):
    head, _ = request(number, voice)
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        await reader.read()  # the server gives it up after its time; then it comes again
        writer.close()


async def main(port, count, voice):
    held = 0
    all_held = asyncio.Event()

    def entered():
        nonlocal held
        held += 1
        if held == count:
            all_held.set()

    async with asyncio.TaskGroup() as crowd:  # one that fails ends them all
        for number in range(count):
            crowd.create_task(read_slowly(port, number, voice, entered))
            crowd.create_task(half_open(port, number, voice))
        await all_held.wait()
        print("held", flush=True)
        await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
