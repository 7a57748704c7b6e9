"""Texts are spoken as a person would read them, by every door and by `antiphon say` alike."""
import harness

RATE = 24_000
BYTES = 2
MARKUP = "## See **the** [guide](https://a.example/b?c=1)\nNow &amp; then \U0001F44D. It is \uff15\uff10 \u2163."
PLAIN = "See the guide\n\nNow & then. It is 50 IV."


def test_markup_is_silent(store):
    assert harness.say(store, MARKUP, "quick") == harness.say(store, PLAIN, "quick")


def test_a_pause_lasts_as_long_as_it_says(store):
    usual = harness.say(store, "One is here. Two is there.", "quick")
    longer = harness.say(store, 'One is here. <break time="1s"/> Two is there.', "quick")
    assert abs(len(longer) - len(usual) - 0.9 * RATE * BYTES) <= 4 * BYTES, "a sentence has a pause of 0.1 s anyway"
    assert harness.say(store, "One is here. [pause:1s]Two is there.", "quick") == longer


def test_a_sign_sounds_the_same_however_it_is_written(store):
    for signs in (("\u2026 ", "... "), ("\u2014", " -- ", " \u2013 ", " (")):
        assert len({harness.say(store, f"She is still{sign}Anna", "quick") for sign in signs}) == 1


def test_the_server_reads_as_say_does(server, store):
    text = MARKUP + " <break time='300ms'/> Wait\u2026 (really)"
    assert server.speak(text, "quick", response_format="pcm") == harness.say(store, text, "quick")


def test_the_old_reading_can_be_had(store, tmp_path):
    file = tmp_path / "off.toml"
    file.write_text('[text]\nnormalise = "off"\n')
    as_written = harness.say(store, "**a** b", "quick", "--config", file)
    assert as_written != harness.say(store, "**a** b", "quick")


def test_text_shows_what_would_be_spoken():
    shown = harness.run_ok("text", "# Bill\nIt was **$49.95**. <break time='1s'/> Thanks.").decode()
    assert shown == ("1. Bill\n   spoken: Bill.\n   pause: 100 ms\n"
                     "2. It was $49.95.\n   spoken: It was forty nine dollars ninety five cents.\n   pause: 1000 ms\n"
                     "3. Thanks.\n")
    shown = harness.run_ok("text", "Sieh https://a.example/b: **$5**", "--language", "de").decode()
    assert shown == "left out (address): https://a.example/b\n1. Sieh a.example: $5\n   spoken: Sieh a.example: 5 Dollar\n"
