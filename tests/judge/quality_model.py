"""How good speech sounds, by DistillMOS: a score from 1 (bad) to 5 (excellent).

The network of Stahl and Gamper, "Distillation and Pruning for Scalable Self-Supervised Representation-Based Speech
Quality Assessment" (2025), run in numpy: a convolutional network on the compressed spectrum, then a transformer whose
frames are pooled by attention. The weights come from the package `distillmos`, which is not imported, since it needs
torch."""
import collections
import importlib.util
import io
import math
import pathlib
import pickle
import zipfile

import numpy as np

SAMPLE_RATE = 16_000
WINDOW_SAMPLES = 122_880  # What the network hears at once; longer speech is heard in windows that overlap.
MOST_HOP_SAMPLES = 16_000
FRAME_SAMPLES, HOP_SAMPLES = 320, 160
CONVOLUTIONS = 6
LAYERS, HEADS = 7, 8
EPSILON = 1e-5  # Of every normalisation, as in training.


class _TensorReader(pickle.Unpickler):
    """Reads a checkpoint's index. Nothing but the names below can be made of it, so that the file runs no code."""

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, size, stride, *rest: (storage, offset, size, stride)
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name.endswith("Storage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a checkpoint")

    def persistent_load(self, key):
        return key


def _read_weights():
    package = pathlib.Path(importlib.util.find_spec("distillmos").submodule_search_locations[0])
    weights = {}
    with zipfile.ZipFile(package / "weights/distill_mos_v7.pt") as archive:
        index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        tensors = _TensorReader(io.BytesIO(archive.read(index))).load()["model"]
        for name, (storage, offset, size, stride) in tensors.items():
            if storage[1] != "FloatStorage":
                continue  # Counters of training.
            values = np.frombuffer(archive.read(f"{index.rpartition('/')[0]}/data/{storage[2]}"), np.float32)[offset:]
            weights[name] = np.lib.stride_tricks.as_strided(values, size, [4 * step for step in stride]).copy()
    return weights


def _softmax(values):
    raised = np.exp(values - values.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


class QualityModel:
    def __init__(self):
        self._weights = _read_weights()
        self._window = np.hanning(FRAME_SAMPLES + 1)[:-1].astype(np.float32)

    def score(self, samples):
        """`samples`: mono float32 at 16 kHz, of any length and level."""
        missing = WINDOW_SAMPLES - len(samples)
        if missing > 0:
            samples = np.pad(samples, (0, missing))
        beyond = max(0, -missing)
        places = np.linspace(0, 1, math.ceil(beyond / MOST_HOP_SAMPLES) + 1)
        begins = [int(place * beyond) for place in places]
        return float(np.mean([self._score_window(samples[begin:begin + WINDOW_SAMPLES]) for begin in begins]))

    def _score_window(self, samples):
        pool = "transformer_pool_attn."
        x = self._normalise_batch(self._features(samples), pool + "norm_input")
        x = self._normalise_batch(x, pool + "transformer.norm")
        x = self._linear(x, pool + "transformer.linear_proj") + self._weights[pool + "transformer.position_encoding.pe"][0]
        for layer in range(LAYERS):
            x = self._transform(x, f"{pool}transformer.transformer_encoder.layers.{layer}.")
        x = self._normalise_batch(x, pool + "norm_trans")
        attention = _softmax(self._linear(np.maximum(self._linear(x, pool + "pool.linear1"), 0), pool + "pool.linear2").T)
        raw = self._linear(attention @ x, pool + "pool.linear3")[0, 0]
        return 1 + 4 / (1 + np.exp(-raw))

    def _features(self, samples):
        """One row for each 20 ms."""
        scaled = samples / (np.abs(samples).max() + 1e-8)
        padded = np.pad(scaled, (FRAME_SAMPLES - HOP_SAMPLES) // 2, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME_SAMPLES)[::HOP_SAMPLES]
        spectrum = np.fft.rfft(frames * self._window).T
        magnitude = np.maximum(np.abs(spectrum), 1e-12)
        compressed = magnitude ** 0.3 * spectrum / magnitude
        planes = np.stack([compressed.real, compressed.imag]).astype(np.float32)
        for index in range(CONVOLUTIONS):
            planes = self._convolve(planes, f"cnn.cnn.{2 * index}", 1 if index == 0 else 2,
                                    2 if index == CONVOLUTIONS - 1 else 1)
            planes = np.where(planes > 0, planes, np.float32(0.1) * planes)
        return planes.reshape(-1, planes.shape[2]).T

    def _convolve(self, planes, name, stride, time_stride):
        kernel, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        padded = np.pad(planes, ((0, 0), (0, 0), (1, 1)))
        bins = (padded.shape[1] - 3) // stride + 1
        frames = (padded.shape[2] - 3) // time_stride + 1
        out = np.repeat(bias[:, None], bins * frames, 1)
        for row in range(3):
            for column in range(3):
                part = padded[:, row:row + stride * (bins - 1) + 1:stride,
                              column:column + time_stride * (frames - 1) + 1:time_stride]
                out += kernel[:, :, row, column] @ np.ascontiguousarray(part).reshape(padded.shape[0], -1)
        return out.reshape(-1, bins, frames)

    def _transform(self, x, name):
        parts = np.split(x @ self._weights[name + "self_attn.in_proj_weight"].T
                         + self._weights[name + "self_attn.in_proj_bias"], 3, 1)
        width = x.shape[1] // HEADS
        query, key, value = (part.reshape(-1, HEADS, width).transpose(1, 0, 2) for part in parts)
        heard = _softmax(query @ key.transpose(0, 2, 1) / math.sqrt(width)) @ value
        heard = self._linear(heard.transpose(1, 0, 2).reshape(x.shape), name + "self_attn.out_proj")
        x = self._normalise_row(x + heard, name + "norm1")
        inner = np.maximum(self._linear(x, name + "linear1"), 0)
        return self._normalise_row(x + self._linear(inner, name + "linear2"), name + "norm2")

    def _linear(self, x, name):
        return x @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]

    def _normalise_batch(self, x, name):
        centred = (x - self._weights[name + ".running_mean"]) / np.sqrt(self._weights[name + ".running_var"] + EPSILON)
        return centred * self._weights[name + ".weight"] + self._weights[name + ".bias"]

    def _normalise_row(self, x, name):
        centred = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON)
        return centred * self._weights[name + ".weight"] + self._weights[name + ".bias"]
