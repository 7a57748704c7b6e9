"""`antiphon say`, `voices` and `config`, as a person types them."""
import io
import json
import subprocess
import wave

import pytest

import harness

TEXT = "A sentence to be spoken."


def refusal(*arguments, status, stdin=b""):
    """What stderr says; stdout must be empty."""
    result = harness.run(*arguments, stdin=stdin)
    assert result.returncode == status, result
    assert result.stdout == b""
    return result.stderr.decode()


def test_say_writes_a_wav_file(store, tmp_path):
    file = tmp_path / "out.wav"
    printed = harness.run_ok("say", TEXT, "-o", file, "--voices", store, "--voice", "quick")
    assert printed == b""
    with wave.open(str(file)) as audio:
        assert (audio.getframerate(), audio.getnchannels(), audio.getsampwidth()) == (24000, 1, 2)
        assert audio.readframes(audio.getnframes()) == harness.say(store, TEXT, "quick")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.wav"], "nothing half-written is left"


def test_say_reads_standard_input_and_writes_a_wav_to_a_pipe(store):
    header_and_pcm = harness.run_ok("say", "-", "--voices", store, "--voice", "quick", stdin=TEXT.encode())
    assert header_and_pcm[:4] == b"RIFF"
    assert header_and_pcm[44:] == harness.say(store, TEXT, "quick")


def test_say_writes_the_voices_own_rate(store):
    audio = wave.open(io.BytesIO(harness.run_ok("say", TEXT, "--rate", "native", "--voices", store, "--voice", "quick")))
    assert audio.getframerate() == 22050


def test_say_speaks_long_texts_piece_by_piece(store):
    """The first samples are there while the rest is not rendered yet."""
    command = [harness.BINARY, "say", "-", "--raw", "--voices", store, "--voice", "slow"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdin.write(("word " * 4000).encode())
        process.stdin.close()
        assert len(process.stdout.read(1000)) == 1000
        assert process.poll() is None
        process.kill()


def test_say_ends_when_its_reader_does(store):
    command = [harness.BINARY, "say", "word " * 400, "--raw", "--voices", store, "--voice", "steady"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(harness.DEADLINE_SECONDS) == 1
        assert process.stderr.read() == b"antiphon: standard output: Broken pipe\n"


@pytest.mark.parametrize(("end", "begin"), [
    (".mp3", (b"\xff", b"ID3")), (".opus", b"OggS"), (".ogg", b"OggS"), (".flac", b"fLaC"), (".aac", b"\xff"),
    (".wav", b"RIFF")])
def test_say_writes_the_format_that_the_name_ends_in(store, tmp_path, end, begin):
    file = tmp_path / f"out{end}"
    harness.run_ok("say", TEXT, "-o", file, "--voices", store, "--voice", "quick")
    assert file.read_bytes().startswith(begin)


def test_say_ends_with_how_long_it_took_and_where_it_wrote(store, tmp_path):
    command = ["say", TEXT, "-o", tmp_path / "out.raw", "--voices", store, "--voice", "quick"]
    said = harness.run(*command).stderr.decode()
    seconds = len((tmp_path / "out.raw").read_bytes()) / 2 / 24000
    assert said.startswith(f"{seconds:.1f} s of speech in ")
    assert f"written to {tmp_path}/out.raw" in said
    assert harness.run(*command, "--quiet").stderr == b""


def test_say_plays_by_a_program(store, tmp_path):
    player = tmp_path / "player"
    player.write_text(f"#!/bin/sh\ncat \"$1\" > {tmp_path}/heard.wav\n")
    player.chmod(0o755)
    said = harness.run("say", TEXT, f"--play={player}", "--voices", store, "--voice", "quick")
    assert said.returncode == 0
    assert b"played by player" in said.stderr
    assert (tmp_path / "heard.wav").read_bytes()[44:] == harness.say(store, TEXT, "quick")
    player.write_text("#!/bin/sh\nexit 3\n")
    assert harness.run("say", TEXT, f"--play={player}", "--voices", store, "--voice", "quick").returncode == 1


def test_a_mistyped_command_is_named_with_what_was_meant():
    assert "did you mean 'say'" in refusal("sey", TEXT, status=2)
    assert "did you mean 'voices list'" in refusal("voices", "lists", status=2)
    assert harness.run_ok("help", "say") == harness.run_ok("say", "--help")
    assert harness.run_ok("version") == harness.run_ok("--version")


def test_a_voice_that_is_not_there_cannot_be_verified(store):
    assert "there is no voice 'nope'" in refusal("voices", "verify", "nope", "--voices", store, status=1)


@pytest.mark.parametrize(("flags", "says"), [
    (["--nonsense"], "--nonsense"), (["--speed", "9"], "0.25"), (["--speed", "fast"], "--speed"),
    (["--seed", "-1"], "--seed"), (["--rate", "44100"], "native"), (["--voice"], "--voice")])
def test_a_wrong_flag_of_say_is_wrong_usage(flags, says):
    message = refusal("say", TEXT, *flags, status=2)
    assert says in message
    assert "--help" in message


@pytest.mark.parametrize("arguments", [[], ["say"], ["voices"], ["voices", "add", "--cost", "5"], ["frobnicate"],
                                       ["serve", "--workers", "1025"], ["serve", "--policy", "best"], ["worker"]])
def test_wrong_usage_exits_with_2_and_names_the_help(arguments):
    assert "--help" in refusal(*arguments, status=2)


def test_every_command_explains_itself():
    for arguments in ([], ["say"], ["serve"], ["voices"], ["voices", "add"], ["config"]):
        assert b"--help" in harness.run_ok(*arguments, "--help")
    assert harness.run_ok("--version").startswith(b"antiphon ")


@pytest.mark.parametrize(("text", "says"), [
    (b"\xf0\x9f\x98\x80", "nothing that can be spoken"), (b"", "nothing that can be spoken"), (b"\xff", "not UTF-8")])
def test_say_says_what_is_wrong_with_a_text(store, text, says):
    assert says in refusal("say", "-", "--voices", store, "--voice", "quick", stdin=text, status=1)


def test_say_says_what_to_do_without_the_voice(store, tmp_path):
    assert "voices list" in refusal("say", TEXT, "--voices", store, "--voice", "nobody", status=1)
    assert "voices add" in refusal("say", TEXT, "--voices", tmp_path, status=1)


def test_say_does_not_touch_a_file_that_it_cannot_finish(store, tmp_path):
    file = tmp_path / "out.wav"
    file.write_bytes(b"precious")
    refusal("say", "-", "-o", file, "--voices", store, "--voice", "quick", stdin=b"\xff", status=1)
    assert file.read_bytes() == b"precious"
    missing = tmp_path / "missing/out.wav"
    assert str(missing) in refusal("say", TEXT, "-o", missing, "--voices", store, "--voice", "quick", status=1)


def test_serve_without_voices_says_how_to_add_one(tmp_path):
    assert "voices add" in refusal("serve", "--listen", "127.0.0.1:0", "--voices", tmp_path, status=1)


def test_voices_are_added_listed_verified_and_removed(tmp_path):
    harness.add_tone(tmp_path, "one")
    harness.add_tone(tmp_path, "two", "--cost", 5)
    listed = [line.split("\t")[:4] for line in harness.run_ok("voices", "list", "--voices", tmp_path).decode().splitlines()]
    assert listed == [[name, "tone", "en-US", "22050 Hz"] for name in ("one", "two")]
    assert b"one" in harness.run_ok("voices", "verify", "one", "--voices", tmp_path)
    harness.run_ok("voices", "remove", "one", "--voices", tmp_path)
    assert harness.run_ok("voices", "list", "--voices", tmp_path).startswith(b"two\t")
    assert [entry.name for entry in tmp_path.iterdir()] == ["two"]


def test_voices_refuse_what_they_cannot_do(tmp_path):
    for command in ("verify", "remove"):
        assert "nobody" in refusal("voices", command, "nobody", "--voices", tmp_path, status=1)
        refusal("voices", command, "../elsewhere", "--voices", tmp_path, status=1)
    refusal("voices", "add", "--tone", "../elsewhere", "--voices", tmp_path, status=1)
    assert "nothing.onnx" in refusal("voices", "add", tmp_path / "nothing.onnx", "--voices", tmp_path, status=1)
    assert not (tmp_path.parent / "elsewhere").exists()


def test_a_broken_voice_is_reported_and_the_others_are_listed(tmp_path):
    harness.add_tone(tmp_path, "sound")
    harness.add_tone(tmp_path, "broken")
    (tmp_path / "broken/manifest.json").write_text("{")
    listed = harness.run("voices", "list", "--voices", tmp_path)
    assert listed.returncode == 1
    assert listed.stdout.startswith(b"sound\t")
    assert b"broken" in listed.stderr
    refusal("voices", "verify", "broken", "--voices", tmp_path, status=1)


def test_the_printed_configuration_is_its_own_fixed_point(tmp_path, store):
    first = tmp_path / "first.toml"
    first.write_text('[server]\nmax_streams = 7\ndrain_seconds = 0.25\n[scheduler]\npolicy = "edf"\n'
                     '[aliases]\nmy_voice = "quick"\n"odd \\"name" = "slow"\n')
    printed = harness.run_ok("config", "--config", first, "--voices", store)
    for expected in (b"max_streams = 7\n", b"drain_seconds = 0.25\n", b'policy = "edf"\n', b'my_voice'):
        assert expected in printed
    second = tmp_path / "second.toml"
    second.write_bytes(printed)
    assert harness.run_ok("config", "--config", second) == printed


def test_a_printed_configuration_can_be_served_with(tmp_path, store, serve):
    printed = harness.run_ok("config", "--voices", store).decode()
    file = tmp_path / "whole.toml"
    file.write_text(printed)
    result = harness.run("say", TEXT, "--config", file, "--voice", "quick", "--raw")
    assert result.stdout == harness.say(store, TEXT, "quick")


@pytest.mark.parametrize(("toml", "says"), [
    ("[server]\nmax_stream = 3\n", ["antiphon.toml:2", "did you mean 'server.max_streams'?"]),
    ("[schedular]\n", ["antiphon.toml:1", "did you mean 'scheduler'?"]),
    ("[server]\nport = 70000\n", ["antiphon.toml:2", "server.port", "65535"]),
    ("[server]\nport = \"http\"\n", ["server.port"]),
    ("[log]\nlevel = \"loud\"\n", ["log.level", "debug"]),
    ("[scheduler]\npolicy = \"best\"\n", ["scheduler.policy", "edf"]),
    ("[server\n", ["antiphon.toml:1"])])
@pytest.mark.parametrize("command", [["config"], ["serve"], ["say", TEXT]], ids=lambda command: command[0])
def test_a_wrong_configuration_is_refused_with_its_place_and_what_would_be_right(tmp_path, toml, says, command):
    file = tmp_path / "antiphon.toml"
    file.write_text(toml)
    message = refusal(*command, "--config", file, status=1)
    for expected in says:
        assert expected in message


def test_a_missing_configuration_file_is_an_error(tmp_path):
    assert "nowhere.toml" in refusal("config", "--config", tmp_path / "nowhere.toml", status=1)


@pytest.mark.voice
def test_the_real_voice_is_prepared_verified_and_spoken(real_store, tmp_path):
    listed = harness.run_ok("voices", "list", "--voices", real_store).decode()
    assert listed.split("\t")[:2] == [harness.REAL_VOICE, "piper"]
    harness.run_ok("voices", "verify", harness.REAL_VOICE, "--voices", real_store)
    again = harness.run_ok("voices", "add", harness.REAL_MODEL, "--voices", real_store).decode()
    assert "compared" not in again, "it is there already, so nothing is done"
    file = tmp_path / "out.wav"
    harness.run_ok("say", TEXT, "-o", file, "--voices", real_store)
    with wave.open(str(file)) as audio:
        seconds = audio.getnframes() / audio.getframerate()
        samples = memoryview(audio.readframes(audio.getnframes())).cast("h")
    assert 0.8 < seconds < 3
    assert max(map(abs, samples)) > 3000, "it is no silence"


@pytest.mark.voice
def test_a_damaged_voice_is_found(real_store, tmp_path):
    folder = tmp_path / harness.REAL_VOICE
    folder.mkdir()
    for file in (real_store / harness.REAL_VOICE).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with (folder / "render.weights").open("r+b") as weights:
        weights.seek(1000)
        weights.write(b"damage")
    assert "render.weights" in refusal("voices", "verify", harness.REAL_VOICE, "--voices", tmp_path, status=1)


def test_simulate_prints_a_table_and_writes_json_and_a_page(tmp_path):
    table, page = tmp_path / "figures.json", tmp_path / "page.html"
    quick = ["--duration", "30", "--warm-up", "5", "--runs", "2", "--policy", "fifo,arrival,fair", "--load", "0.5,1.5"]
    printed = harness.run_ok("simulate", *quick, "--json", table, "--html", page).decode()
    assert "fair" in printed and "fifo" in printed
    points = json.loads(table.read_text())["points"]
    assert [(point["series"], point["x"]) for point in points] == [
        (policy, load) for load in (0.5, 1.5) for policy in ("fifo", "arrival", "fair")]
    assert "simulate --policy fifo,arrival,fair" in page.read_text()
    again = json.loads(harness.run_ok("simulate", *quick, "--json", "-"))
    assert again["points"] == points, "the same flags give the same figures"


def test_simulate_answers_how_many_listeners_workers_carry():
    printed = harness.run_ok("simulate", "--capacity", "--workers", "1", "--rtf", "0.3", "--policy", "fair", "--duration",
                             "60", "--runs", "2").decode()
    assert "1 worker of RTF 0.3 carries" in printed
    assert 1 <= int(printed.split(" listeners (")[0].split()[-1]) <= 3


def test_simulate_says_what_is_wrong():
    assert "--lengths" in refusal("simulate", "--lengths", "9", status=1)
    assert "--policy" in refusal("simulate", "--policy", "best", status=2)
    assert "warm-up" in refusal("simulate", "--duration", "10", "--warm-up", "20", status=1)
