#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocol/wyoming/decoder.h"
#include "protocol/wyoming/dialogue.h"
#include "protocol/wyoming/server_event.h"

namespace antiphon::protocol::wyoming {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// An event as the Python library writes it.
std::string event(const std::string& type, const json& data = json::object(), const std::string& payload = "") {
  json header{{"type", type}, {"version", "1.10.2"}};
  const auto bytes = data.empty() ? std::string() : data.dump();
  if (!bytes.empty()) header["data_length"] = bytes.size();
  if (!payload.empty()) header["payload_length"] = payload.size();
  return header.dump() + "\n" + bytes + payload;
}

std::vector<ClientEvent> decoded(Decoder& decoder, std::string_view bytes, std::size_t cut) {
  std::vector<ClientEvent> events;
  for (std::size_t at = 0; at < bytes.size(); at += cut) {
    decoder.feed(bytes.substr(at, cut));
    for (auto next = decoder.next();; next = decoder.next()) {
      if (!next) {
        ADD_FAILURE() << next.error().message;
        return events;
      }
      if (!*next) break;
      events.push_back(std::move(**next));
    }
  }
  return events;
}

template <class T>
T only(std::string_view bytes) {
  Decoder decoder;
  auto events = decoded(decoder, bytes, bytes.size());
  if (events.size() != 1 || !std::holds_alternative<T>(events[0])) {
    ADD_FAILURE() << bytes << " is not one such event";
    return {};
  }
  EXPECT_TRUE(decoder.idle());
  return std::get<T>(std::move(events[0]));
}

TEST(Decoder, ReadsEveryEventThatAsksForSpeech) {
  only<Describe>(event("describe"));
  EXPECT_EQ(only<Ping>(event("ping", {{"text", "hello"}})).text, "hello");
  EXPECT_EQ(only<Ping>(event("ping", {{"text", nullptr}})).text, "");
  EXPECT_EQ(only<Synthesize>(event("synthesize", {{"text", "Hi."}, {"voice", {{"name", "joe"}, {"speaker", "2"}}}})),
            (Synthesize{.text = "Hi.", .voice = {.name = "joe", .speaker = "2", .language = ""}}));
  EXPECT_EQ(only<SynthesizeStart>(event("synthesize-start", {{"voice", {{"language", "de"}}}})).voice.language, "de");
  for (const auto* format : {"text", "ssml"}) {
    const auto start = only<SynthesizeStart>(event("synthesize-start", {{"text_format", format}}));
    EXPECT_EQ(start.voice, VoiceChoice());
    EXPECT_EQ(start.format == TextFormat::kSsml, format == std::string_view("ssml"));
  }
  EXPECT_EQ(only<SynthesizeChunk>(event("synthesize-chunk", {{"text", " and"}})).text, " and");
  only<SynthesizeStop>(event("synthesize-stop"));
  only<Unknown>(event("transcribe", {{"language", "en"}}));
}

TEST(Decoder, MergesDataOverWhatTheLineHas) {
  const std::string more = R"({"text":"late"})";
  const auto got =
      only<Synthesize>(R"({"type":"synthesize","data":{"text":"early","voice":{"name":"joe"}},"data_length":)" +
                       std::to_string(more.size()) + "}\n" + more);
  EXPECT_EQ(got.text, "late");
  EXPECT_EQ(got.voice.name, "joe");
  EXPECT_EQ(only<SynthesizeChunk>("{\"type\":\"synthesize-chunk\",\"data\":{\"text\":\"a\"}}\n").text, "a");
}

TEST(Decoder, EventsDoNotDependOnHowTheBytesAreCut) {
  const auto bytes = event("describe") + event("audio-chunk", {{"rate", 16'000}}, std::string(5'000, '{')) +
                     event("synthesize", {{"text", "Grüße"}}) + event("synthesize-stop");
  for (const std::size_t cut : {1U, 2U, 7U, 100U, 100'000U}) {
    Decoder decoder;
    const auto events = decoded(decoder, bytes, cut);
    ASSERT_EQ(events.size(), 4U) << cut;
    EXPECT_TRUE(std::holds_alternative<Describe>(events[0]));
    EXPECT_TRUE(std::holds_alternative<Unknown>(events[1]));
    EXPECT_EQ(std::get<Synthesize>(events[2]).text, "Grüße");
    EXPECT_TRUE(decoder.idle());
  }
}

TEST(Decoder, KnowsACutStream) {
  const auto bytes = event("synthesize", {{"text", "Hi."}}, "1234");
  for (std::size_t kept = 1; kept < bytes.size(); ++kept) {
    Decoder decoder;
    decoded(decoder, bytes.substr(0, kept), kept);
    EXPECT_FALSE(decoder.idle()) << kept;
  }
}

TEST(Decoder, AWrongFieldSparesTheStream) {
  const std::vector<std::tuple<std::string, json, Errc, std::string>> table = {
      {"synthesize", json::object(), Errc::kMissingParameter, "text"},
      {"synthesize", {{"text", 1}}, Errc::kInvalidType, "text"},
      {"synthesize", {{"text", "a"}, {"voice", "joe"}}, Errc::kInvalidType, "voice"},
      {"synthesize", {{"text", "a"}, {"voice", {{"name", 1}}}}, Errc::kInvalidType, "voice.name"},
      {"synthesize", {{"text", "a"}, {"text_format", "html"}}, Errc::kUnsupported, "text_format"},
      {"synthesize-start", {{"voice", {{"name", std::string(300, 'a')}}}}, Errc::kInputTooLong, "voice.name"},
      {"synthesize-chunk", {{"text", nullptr}}, Errc::kMissingParameter, "text"},
  };
  for (const auto& [type, data, code, param] : table) {
    Decoder decoder;
    const auto events = decoded(decoder, event(type, data) + event("describe"), 50);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<Invalid>(events[0]).error.code, code) << data;
    EXPECT_EQ(std::get<Invalid>(events[0]).error.param, param);
    EXPECT_TRUE(std::holds_alternative<Describe>(events[1]));
  }
}

TEST(Decoder, BlankLinesAreSkipped) {
  Decoder decoder;
  const auto events = decoded(decoder, "\n\r\n" + event("describe") + " \t\n\n" + event("ping") + "\n", 3);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Describe>(events[0]));
  EXPECT_TRUE(std::holds_alternative<Ping>(events[1]));
  EXPECT_TRUE(decoder.idle());
}

TEST(Decoder, ALineThatIsNoEventSparesTheStream) {
  for (const std::string line :
       {"GET / HTTP/1.1\r\n", "[]\n", "{}\n", "{\"type\":1}\n",
        "{\"type\":1,\"data_length\":2,\"payload_length\":3}\n{}abc", "{\"type\":\"ping\",\"data_length\":2}\n[]"}) {
    Decoder decoder;
    const auto events = decoded(decoder, line + event("describe"), 5);
    ASSERT_EQ(events.size(), 2U) << line;
    EXPECT_EQ(std::get<Invalid>(events[0]).error.code, Errc::kBadRequest) << line;
    EXPECT_TRUE(std::holds_alternative<Describe>(events[1]));
  }
}

TEST(Decoder, ManyLinesThatAreNoEventsEndTheStream) {
  Decoder decoder;
  for (std::size_t i = 0; i < Limits::kMalformedLines; ++i) decoder.feed("x\n");
  for (std::size_t i = 0; i < Limits::kMalformedLines; ++i) EXPECT_TRUE(decoder.next());
  decoder.feed(event("describe") + "x\n");
  EXPECT_TRUE(decoder.next());
  EXPECT_TRUE(decoder.next()) << "they are counted in a row";
  for (std::size_t i = 1; i < Limits::kMalformedLines; ++i) decoder.feed("x\n");
  for (std::size_t i = 1; i < Limits::kMalformedLines; ++i) EXPECT_TRUE(decoder.next());
  decoder.feed("x\n");
  EXPECT_FALSE(decoder.next());
}

TEST(Decoder, LostFramingStaysLost) {
  const std::vector<std::pair<std::string, Errc>> table = {
      {"{\"type\":\"ping\",\"data_length\":-1}\n", Errc::kBadRequest},
      {"{\"type\":\"ping\",\"data_length\":9999999}\n", Errc::kTooLarge},
      {"{\"type\":\"ping\",\"payload_length\":99999999999999999999}\n", Errc::kBadRequest},
      {"{\"type\":\"ping\",\"payload_length\":99999999}\n", Errc::kTooLarge},
      {std::string(Limits::kLineBytes + 1, ' '), Errc::kTooLarge},
  };
  for (const auto& [bytes, code] : table) {
    Decoder decoder;
    decoder.feed(bytes);
    ASSERT_FALSE(decoder.next()) << bytes.substr(0, 60);
    decoder.feed(event("describe"));
    const auto again = decoder.next();
    ASSERT_FALSE(again) << bytes.substr(0, 60);
    EXPECT_EQ(again.error().code, code) << bytes.substr(0, 60);
  }
}

template <class T>
bool is(const std::optional<Command>& command) {
  return command && std::holds_alternative<T>(*command);
}

TEST(Dialogue, SpeaksAStreamedTextOnce) {
  Dialogue dialogue;
  EXPECT_TRUE(is<SendInfo>(dialogue.on(Describe{})));
  EXPECT_TRUE(is<BeginText>(dialogue.on(SynthesizeStart{})));
  EXPECT_TRUE(dialogue.streaming());
  EXPECT_TRUE(is<AddText>(dialogue.on(SynthesizeChunk{"Hello. "})));
  EXPECT_TRUE(is<AddText>(dialogue.on(SynthesizeChunk{"Bye."})));
  EXPECT_FALSE(dialogue.on(Synthesize{.text = "Hello. Bye.", .voice = {}})) << "said for servers without streams";
  EXPECT_TRUE(is<EndText>(dialogue.on(SynthesizeStop{})));
  EXPECT_TRUE(is<Speak>(dialogue.on(Synthesize{.text = "Again.", .voice = {}})));
}

TEST(Dialogue, RefusesWhatIsOutOfTurn) {
  Dialogue dialogue;
  EXPECT_TRUE(is<Refuse>(dialogue.on(SynthesizeChunk{"a"})));
  EXPECT_TRUE(is<Refuse>(dialogue.on(SynthesizeStop{})));
  EXPECT_TRUE(is<BeginText>(dialogue.on(SynthesizeStart{})));
  EXPECT_TRUE(is<Refuse>(dialogue.on(SynthesizeStart{})));
  EXPECT_TRUE(dialogue.streaming()) << "the first stream goes on";
  EXPECT_TRUE(is<SendPong>(dialogue.on(Ping{"x"})));
  EXPECT_FALSE(dialogue.on(Unknown{}));
  EXPECT_TRUE(is<Refuse>(dialogue.on(Invalid{})));
}

struct Read {
  std::string type;
  json data;
  std::string payload;
};

/// Reads one event the way the Python library does.
Read read(const std::string& bytes) {
  const auto newline = bytes.find('\n');
  const auto header = json::parse(bytes.substr(0, newline));
  const std::size_t data = header.value("data_length", 0);
  const std::size_t payload = header.value("payload_length", 0);
  EXPECT_EQ(bytes.size(), newline + 1 + data + payload);
  return {.type = header.at("type"),
          .data = data == 0 ? json() : json::parse(bytes.substr(newline + 1, data)),
          .payload = bytes.substr(newline + 1 + data)};
}

TEST(ServerEvent, InfoHasWhatHomeAssistantNeeds) {
  std::string out;
  append_info(
      {.name = "antiphon",
       .description = "Speech",
       .version = "1",
       .attribution = {.name = "us", .url = "https://example.org"},
       .voices = {{.name = "joe", .description = "Joe", .languages = {"en-US"}, .speakers = {}, .attribution = {}},
                  {.name = "duo", .description = "", .languages = {"de"}, .speakers = {"a", "b"}, .attribution = {}}}},
      out);
  const auto info = read(out);
  EXPECT_EQ(info.type, "info");
  EXPECT_EQ(info.data.at("asr"), json::array());
  const auto& program = info.data.at("tts").at(0);
  EXPECT_EQ(program.at("supports_synthesize_streaming"), true);
  EXPECT_EQ(program.at("installed"), true);
  const auto& voice = program.at("voices").at(0);
  EXPECT_EQ(voice.at("name"), "joe");
  EXPECT_EQ(voice.at("languages"), json({"en-US"}));
  EXPECT_EQ(voice.at("installed"), true);
  EXPECT_TRUE(voice.at("attribution").contains("url"));
  EXPECT_TRUE(voice.at("speakers").is_null());
  EXPECT_EQ(program.at("voices").at(1).at("speakers").at(1).at("name"), "b");
}

TEST(ServerEvent, AudioHasItsFormatAndPlace) {
  const std::string pcm("\x01\x00\n\x7F", 4);
  std::string out;
  append_audio_chunk({22'050}, 1'500'900us, std::as_bytes(std::span(pcm)), out);
  const auto chunk = read(out);
  EXPECT_EQ(chunk.type, "audio-chunk");
  EXPECT_EQ(chunk.data, json({{"rate", 22'050}, {"width", 2}, {"channels", 1}, {"timestamp", 1'500}}));
  EXPECT_EQ(chunk.payload, pcm);
  std::string start;
  append_audio_start({22'050}, 0s, start);
  EXPECT_EQ(read(start).data.at("rate"), 22'050);
  std::string stop;
  append_audio_stop(2s, stop);
  EXPECT_EQ(read(stop).data, json({{"timestamp", 2'000}}));
}

TEST(ServerEvent, OthersAreWhatTheirNamesSay) {
  std::string out;
  append_synthesize_stopped(out);
  EXPECT_EQ(out, "{\"type\":\"synthesize-stopped\"}\n");
  out.clear();
  append_error({.code = Errc::kBusy, .message = "Full \xFF.", .param = {}}, out);
  const auto error = read(out);
  EXPECT_EQ(error.type, "error");
  EXPECT_EQ(error.data.at("code"), "server_busy");
  out.clear();
  append_pong("x", out);
  EXPECT_EQ(read(out).data, json({{"text", "x"}}));
}

}  // namespace
}  // namespace antiphon::protocol::wyoming
