"""Antiphon: a text-to-speech server, and a client of it.

The command `antiphon` is the program itself: `antiphon serve` speaks at http://127.0.0.1:8080/. The client needs nothing but
the standard library:

    from antiphon_tts import Client

    with Client().speak("The first words play while the rest is still being made.") as speech:
        for piece in speech:
            play(piece)
"""
from antiphon_tts.client import Busy, Client, Cut, Format, ServerError, Speech, Voice

__all__ = ["Busy", "Client", "Cut", "Format", "ServerError", "Speech", "Voice"]
