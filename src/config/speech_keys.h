#pragma once

#include "config/key.h"

namespace antiphon::config {

/// Visits the keys of voices, of engines and of how a text is read; see each_key().
template <class AnyConfig, class Visit>
void each_speech_key(AnyConfig& config, const Visit& visit) {
  visit(Key{"voices", "folder", "Where the prepared voices lie; empty: the user's data folder."}.with_flag("--voices"),
        config.voices.folder);
  visit(
      Key{"voices", "default",
          "The voice that is loaded first and that OpenAI's names stand for; empty: that of `antiphon voices default`, "
          "else the first."}
          .with_flag("--voice"),
      config.voices.preferred);
  visit(
      Key{"voices", "models",
          "A folder of Piper's voices, FILE.onnx with FILE.onnx.json beside it, that the server adds to the store when "
          "it starts and at SIGHUP; empty: none."},
      config.voices.models);

  visit(Key{"engine", "onnxruntime_library", "ONNX Runtime, version 1.21 or later; empty: the one set-up installed."},
        config.engine.onnxruntime_library);
  visit(Key{"engine", "espeak_library", "libespeak-ng; empty: the one set-up installed."},
        config.engine.espeak_library);
  visit(Key{"engine", "espeak_data", "Its folder espeak-ng-data; empty: the one set-up installed."},
        config.engine.espeak_data);

  visit(
      Key{"engine", "kernel",
          "What renders Piper's voices: voice (what the voice's preparation chose), ort (ONNX Runtime), direct or fast "
          "(our own kernels). It decides the bytes."}
          .with_flag("--engine-kernel"),
      config.engine.kernel);

  visit(
      Key{"engine", "device",
          "What grains are rendered on: cpu, or cuda:K with the build of ONNX Runtime for CUDA. It decides the bytes."}
          .with_flag("--device"),
      config.engine.device);
  visit(
      Key{"engine", "batch",
          "Grains that a worker renders at once with ONNX Runtime, filled up where there are fewer; 0: 1 on cpu, 16 on "
          "a CUDA device. It decides the bytes.",
          0, 64}
          .with_flag("--batch"),
      config.engine.batch);
  visit(Key{"engine", "onnxruntime_cuda_library",
            "ONNX Runtime's build for CUDA; empty: in onnxruntime-gpu/lib beside the one set-up installed."},
        config.engine.onnxruntime_cuda_library);

  visit(Key{"text", "max_characters", "Longest piece that is planned at once. It decides the bytes.", 16, 10'000},
        config.text.max_chars);
  visit(
      Key{"text", "sentence_silence_seconds", "Silence after each sentence but the last. It decides the bytes.", 0, 10},
      config.text.sentence_pause);

  visit(Key{"text", "first_clause_characters",
            "Shortest first piece of a text that comes word by word, cut at the end of a clause; 0: whole sentences "
            "only.",
            0, 10'000},
        config.text.first_clause_chars);
  visit(Key{"text", "flush_after_seconds",
            "A text that comes word by word and does not go on for so long is spoken as far as it is; a word or number "
            "that may go on waits five times as long.",
            0.1, 3600},
        config.text_silence);
  visit(Key{"text", "normalise",
            "Whether a text is read as a person would read it, on or off; off: as it is written. This and the next two "
            "decide the bytes."},
        config.text.normalise);
  visit(Key{"text", "markdown",
            "What happens to Markdown, HTML and addresses: strip (a link is its label, an address its host) or read."},
        config.text.markup.markup);
  visit(Key{"text", "emoji", "What happens to emoji: silent, or named."}, config.text.markup.emoji);
  visit(Key{"text", "pronunciations",
            "A folder of dictionaries NAME.toml, read again at SIGHUP; empty: none. They decide the bytes."},
        config.pronunciations);
}

}  // namespace antiphon::config
