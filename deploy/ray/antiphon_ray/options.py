"""The controller's options, and the TOML file that sets them."""
import dataclasses
import pathlib
import tomllib
import types
import typing


class OptionsError(Exception):
    """The file cannot be used; the message names the key."""


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise OptionsError(f"{name}: {value} is not within {least} to {most}")


@dataclasses.dataclass(frozen=True)
class Gateway:
    """The gateway whose demand decides how many workers there are."""

    url: str
    """Where its HTTP door is: http://HOST:PORT or https://HOST:PORT."""
    key_file: str = ""
    """The first line is the key of an administrator, for GET /v1/workers; empty: the gateway asks for none."""
    authority: str = ""
    """PEM: by what an https gateway is known; empty: the system's authorities."""
    timeout_seconds: float = 5.0
    """For one answer, 0.1 to 60."""

    def validate(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise OptionsError("gateway.url: has to begin with http:// or https://")
        _within("gateway.timeout_seconds", self.timeout_seconds, 0.1, 60)


@dataclasses.dataclass(frozen=True)
class Worker:
    """One worker: what its actor starts, and what it takes from its node. Paths are those of the nodes."""

    join: str
    """Where workers join: tls://HOST:PORT, or tcp://HOST:PORT on the loopback."""
    token_file: str
    """The first line is the token that `antiphon keys add NAME --workers` printed. Only its path travels through Ray."""
    program: str = "antiphon"
    arguments: tuple[str, ...] = ()
    """Further arguments of `antiphon worker`, such as --ca, --voices and --device."""
    num_cpus: float = 1.0
    """Cores that Ray counts for one worker, 0 to 1024."""
    num_gpus: float = 0.0
    """Devices that Ray counts for one worker, 0 to 64; a part of one is that part of its memory."""
    resources: dict[str, float] = dataclasses.field(default_factory=dict)
    """Further resources of Ray that one worker takes."""
    folder: str = "/run/antiphon-ray"
    """Where keepers have their sockets and logs, on each node; nobody but its owner may enter it."""
    outlive_seconds: float = 600.0
    """For how long a worker goes on without its actor, such as after the loss of Ray's head, 0 to 86400."""
    drain_seconds: float = 60.0
    """For how long a worker that is sent away may finish its jobs, 1 to 86400."""

    def validate(self) -> None:
        if not self.join.startswith(("tls://", "tcp://")):
            raise OptionsError("worker.join: has to begin with tls:// or tcp://")
        _within("worker.num_cpus", self.num_cpus, 0, 1024)
        _within("worker.num_gpus", self.num_gpus, 0, 64)
        _within("worker.outlive_seconds", self.outlive_seconds, 0, 86400)
        _within("worker.drain_seconds", self.drain_seconds, 1, 86400)
        if self.num_gpus > 1 and self.num_gpus != int(self.num_gpus):
            raise OptionsError("worker.num_gpus: above 1 it has to be a whole number")


@dataclasses.dataclass(frozen=True)
class Scale:
    """How many workers there are."""

    least: int = 1
    """0 to 1024. With 0 the first worker comes when a request was refused for want of one."""
    most: int = 4
    """1 to 1024."""
    target: float = 0.6
    """Share of what can be promised that may be asked for, 0.1 to 1."""
    hold_seconds: float = 60.0
    """Fewer workers are wanted only when fewer would have done for so long, 0 to 86400."""
    poll_seconds: float = 1.0
    """How often the gateway is asked, 0.1 to 60."""

    def validate(self) -> None:
        _within("scale.least", self.least, 0, 1024)
        _within("scale.most", self.most, max(1, self.least), 1024)
        _within("scale.target", self.target, 0.1, 1)
        _within("scale.hold_seconds", self.hold_seconds, 0, 86400)
        _within("scale.poll_seconds", self.poll_seconds, 0.1, 60)


@dataclasses.dataclass(frozen=True)
class Options:
    gateway: Gateway
    worker: Worker
    scale: Scale = Scale()
    name: str = "antiphon"
    """Ray's namespace of the actors, and the beginning of the workers' ids at the gateway."""

    def validate(self) -> None:
        self.gateway.validate()
        self.worker.validate()
        self.scale.validate()
        if not self.name or len(self.name) > 32 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in self.name):
            raise OptionsError("name: 1 to 32 letters, digits, '-' and '_'")


def _read_value(where: str, kind: typing.Any, value: object) -> object:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if typing.get_origin(kind) is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if typing.get_origin(kind) is dict and isinstance(value, dict):
        if all(isinstance(amount, (int, float)) and not isinstance(amount, bool) for amount in value.values()):
            return {name: float(amount) for name, amount in value.items()}
    elif not isinstance(kind, types.GenericAlias) and type(value) is kind:
        return value
    raise OptionsError(f"{where}: is not what it should be")


T = typing.TypeVar("T")


def _read_section(name: str, kind: type[T], table: object) -> T:
    if not isinstance(table, dict):
        raise OptionsError(f"{name}: has to be a section")
    kinds = typing.get_type_hints(kind)
    for key in table:
        if key not in kinds:
            raise OptionsError(f"{name}.{key}: there is no such key")
    values = {key: _read_value(f"{name}.{key}", kinds[key], value) for key, value in table.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise OptionsError(f"{name}: {error}") from error


def parse(text: str) -> Options:
    """Raises OptionsError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionsError(str(error)) from error
    for key in table:
        if key not in ("name", "gateway", "worker", "scale"):
            raise OptionsError(f"{key}: there is no such key")
    name = table.get("name", "antiphon")
    if not isinstance(name, str):
        raise OptionsError("name: has to be text")
    options = Options(gateway=_read_section("gateway", Gateway, table.get("gateway", {})),
                      worker=_read_section("worker", Worker, table.get("worker", {})),
                      scale=_read_section("scale", Scale, table.get("scale", {})), name=name)
    options.validate()
    return options


def load(path: pathlib.Path) -> Options:
    """Raises OptionsError."""
    try:
        return parse(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise OptionsError(f"{path}: {error}") from error
    except OptionsError as error:
        raise OptionsError(f"{path}: {error}") from error
