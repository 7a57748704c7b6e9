#!/usr/bin/env python3
"""What two gateways behind HAProxy carry against one: `antiphon bench` on voices of tones whose workers wait instead of
computing, so that one machine holds both.

Usage: cells.py [--listeners FROM TO STEP] [--duration SECONDS] [--workers N], with the program in ANTIPHON_BINARY.
"""
import argparse
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import balancer  # noqa: E402
import harness  # noqa: E402
import stores  # noqa: E402


def cells(folder, redis, count, workers):
    """Gateways, and the ports of their agent checks."""
    ports = [stores.free_port() for _ in range(count)]
    return [harness.Server(folder / f"cells{count}_{number}", folder / "voices", "--voice", "steady", config={
        "progress": {"url": redis.url, "cell": f"cell{number}"}, "cell": {"agent_listen": f"127.0.0.1:{port}"},
        "server": {"trusted_proxies": ["127.0.0.1"]}, "workers": {"count": workers}})
        for number, port in enumerate(ports, 1)], ports


def load(proxy, folder, listeners, duration, seed):
    report = folder / "report.json"
    harness.run_ok("bench", "--server", f"127.0.0.1:{proxy.port}", "--voice", "steady", "--listeners", listeners, "--duration", duration,
                   "--seed", seed, "--json", report, timeout=duration + 120)
    return json.loads(report.read_text())


def measure(folder, redis, count, options):
    """Prints a line for each number of listeners."""
    servers, ports = cells(folder, redis, count, options.workers)
    (folder / f"proxy{count}").mkdir()
    proxy = balancer.HaProxy(folder / f"proxy{count}", servers, ports)
    try:
        harness.eventually(lambda: len(proxy.weights()) == count, "all are up")
        load(proxy, folder, count * 2, 3, 1)  # they learn what the voice costs
        for listeners in range(*options.listeners):
            harness.eventually(lambda: all(server.idle() for server in servers), "nobody speaks")
            before = [figures(server) for server in servers]
            told = load(proxy, folder, listeners, options.duration, listeners)
            after = [figures(server) for server in servers]
            admitted, refused = ([new[kind] - old[kind] for old, new in zip(before, after, strict=True)] for kind in (0, 1))
            heard = told["all"]
            print(f"{count} cells {listeners:3} listeners   {heard['requests']:4} requests, refused {heard['refused']:3}, failed "
                  f"{heard['failed']}, good {heard['good_share']:6.1%}   worst gap {heard['worst_gap_s']['max'] * 1e3:4.0f} ms   first audio p50 "
                  f"{heard['first_audio_s']['p50'] * 1e3:4.0f} p95 {heard['first_audio_s']['p95'] * 1e3:4.0f} ms   admitted by each {admitted}, "
                  f"refused by each {refused}{'   CLIENT WAS THE BOTTLENECK' if told['client']['was_bottleneck'] else ''}", flush=True)
    finally:
        proxy.stop()
        for server in servers:
            server.stop()


def figures(server):
    metrics = server.metrics()
    return (metrics["antiphon_admitted_total"],
            sum(value for name, value in metrics.items() if name.startswith("antiphon_refusals_total")))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, nargs=3, default=(4, 29, 4))
    parser.add_argument("--duration", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2, help="of each gateway")
    parser.add_argument("--cells", type=int, nargs="*", default=(1, 2))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        harness.add_tone(folder / "voices", "steady", "--cost", 150, "--sleep")
        with stores.running(folder / "redis") as redis:
            for count in options.cells:
                measure(folder, redis, count, options)


if __name__ == "__main__":
    main()
