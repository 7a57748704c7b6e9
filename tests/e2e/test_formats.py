"""Every format, decoded by a build of FFmpeg that is not the server's (PyAV), is the PCM: nothing is lost at either end."""
import contextlib
import io

import av
import numpy
import pytest

import harness

TEXT = "The first voice begins before the sentence is finished. The second never waits for it to end!"

# What a decoder plays before the first sample, in samples: what a stream of this kind cannot leave out (see
# src/codec/encoder.h). Decoders of Opus and FLAC play none.
PRIMING = {"mp3": 1105, "opus": 0, "aac": 1024, "flac": 0, "wav": 0}
# And after the last one: less than what fills two frames.
PADDING = {"mp3": 2 * 1152, "opus": 0, "aac": 2 * 1024, "flac": 0, "wav": 0}


def samples(pcm):
    return numpy.frombuffer(pcm, "<i2").astype(float)


def decode(body, rate):
    """Mono samples in the scale of 16 bits, and the rate of the stream."""
    parts = []
    with av.open(io.BytesIO(body)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        with contextlib.suppress(av.error.InvalidDataError):  # the last frame of a body that was cut
            for frame in container.decode(stream):
                parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
        own = stream.rate
    return numpy.concatenate(parts).astype(float), own


def likeness(a, b):
    """1 for the same shape, 0 for none."""
    return float(a @ b / numpy.sqrt((a @ a) * (b @ b)))


@pytest.mark.parametrize(("name", "rate"), [("mp3", 24000), ("opus", 48000), ("aac", 24000), ("flac", 24000),
                                            ("wav", 24000), ("flac", 44100), ("mp3", 44100)])
def test_a_format_is_the_pcm(server, name, rate):
    pcm = samples(server.speak(TEXT, "quick", response_format="pcm", sample_rate=rate))
    heard, own = decode(server.speak(TEXT, "quick", response_format=name, sample_rate=rate), rate)
    assert own == rate
    begin = PRIMING[name] if own != 48000 or name != "opus" else 0
    assert 0 <= len(heard) - begin - len(pcm) <= PADDING[name], "no sample is lost, and silence only fills a frame"
    heard = heard[begin:begin + len(pcm)]
    if name in ("flac", "wav"):
        assert (heard == pcm).all()
        return
    tenth = rate // 10
    loud = numpy.flatnonzero(abs(pcm) > 1000)
    head, tail = loud[0], loud[-1]
    assert likeness(heard, pcm) > 0.97
    assert likeness(heard[head:head + tenth], pcm[head:head + tenth]) > 0.9, "the first word is whole"
    assert likeness(heard[tail - tenth:tail], pcm[tail - tenth:tail]) > 0.9, "and so is the last"


@pytest.mark.parametrize(("name", "codec"), [
    ("mp3", "mp3float"), ("opus", "opus"), ("aac", "aac"), ("flac", "flac"), ("wav", "pcm_s16le")])
def test_a_format_is_what_its_name_says(server, name, codec):
    with av.open(io.BytesIO(server.speak("Yes.", "quick", response_format=name))) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name in (codec, f"lib{codec}", name)
        assert stream.codec_context.layout.nb_channels == 1


def test_no_format_needs_the_end_to_begin(server):
    """The first tenth of each body decodes by itself."""
    for name in PRIMING:
        body = server.speak(TEXT, "quick", response_format=name)
        heard, _ = decode(body[:len(body) // 10], 24000)
        assert len(heard) > 2400, name
    assert harness.eventually(server.idle, "all streams are gone")
