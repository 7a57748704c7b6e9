"""antiphon-ray CONFIG.toml: the controller. It connects to the Ray cluster of RAY_ADDRESS, or of this machine."""
import argparse
import logging
import pathlib
import signal
import subprocess
import sys
import time

from antiphon_ray import keeper, options

LONGEST_PAUSE_SECONDS = 10.0


def control(settings: options.Options) -> None:
    import ray
    from antiphon_ray.controller import Controller
    # Actors get the package from here; nodes need nothing but Ray and the program.
    package = pathlib.Path(__file__).resolve().parent
    ray.init(address="auto", namespace=settings.name, log_to_driver=False,
             runtime_env={"py_modules": [str(package)]})
    Controller(settings).run()


def supervise(config: pathlib.Path) -> int:
    """Ray ends a process that has lost the head for too long: the controller proper is a child, started again."""
    child: subprocess.Popen[bytes] | None = None

    def stop(number: int, _: object) -> None:
        if child is not None:
            child.terminate()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    pause = 0.5
    while True:
        began = time.monotonic()
        child = subprocess.Popen([sys.executable, "-m", "antiphon_ray", "--child", str(config)],
                                 preexec_fn=keeper.die_with_parent)
        status = child.wait()
        pause = 0.5 if time.monotonic() - began > 60 else min(2 * pause, LONGEST_PAUSE_SECONDS)
        logging.warning("controller_ended status=%d again_in=%.1f", status, pause)
        time.sleep(pause)


def main() -> int:
    parser = argparse.ArgumentParser(prog="antiphon-ray", description="Keeps as many Antiphon workers as a gateway wants.")
    parser.add_argument("config", type=pathlib.Path, help="TOML file; docs/ray.md lists its keys")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        settings = options.load(arguments.config)
    except options.OptionsError as error:
        print(f"antiphon-ray: {error}", file=sys.stderr)
        return 1
    if not arguments.child:
        return supervise(arguments.config)
    control(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
