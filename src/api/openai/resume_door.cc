#include "api/openai/resume_door.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/answer.h"
#include "api/openai/door.h"
#include "api/preferences.h"
#include "audio/wav.h"
#include "delivery/tracked_sink.h"
#include "http/byte_range.h"
#include "protocol/openai/error.h"
#include "protocol/openai/event.h"

namespace antiphon::api::openai {
namespace {

namespace openai = protocol::openai;

/// How a resumed stream is answered.
struct Plan {
  delivery::SpeechOrder order;
  AnswerShape shape = AnswerShape::kAudio;
  bool partial = false;  ///< By 206 with a Content-Range.
  bool anew = false;     ///< The bytes are others than those of before.
  delivery::AudioPart part{};
};

protocol::Error not_found() {
  return {.code = protocol::Errc::kNotFound, .message = "There is no such stream, or it is not kept any more."};
}

protocol::Error unavailable() {
  return {.code = protocol::Errc::kBusy, .message = "What is known of streams cannot be read now."};
}

dispatch::ResumeOutcome outcome_of(progress::Errc error) {
  return error == progress::Errc::kNotFound ? dispatch::ResumeOutcome::kNotFound
                                            : dispatch::ResumeOutcome::kUnavailable;
}

/// Why there is no text to go on with.
dispatch::ResumeOutcome outcome_of(const protocol::Error& error) {
  if (error.code == protocol::Errc::kNotFound) return dispatch::ResumeOutcome::kNotFound;
  return error.code == protocol::Errc::kTextNotKept ? dispatch::ResumeOutcome::kTextNotKept
                                                    : dispatch::ResumeOutcome::kUnavailable;
}

/// The byte behind `samples` of the output; nullopt where the format's bytes are no samples.
std::optional<std::uint64_t> byte_behind(base::SampleCount samples, codec::Format format) {
  if (samples.value > http::kVeryLargeByte) return std::nullopt;
  const auto sample = codec::bytes_per_sample(format);
  if (!sample) return std::nullopt;
  const bool has_header = format == codec::Format::kWav && samples.value > 0;
  return samples.value * *sample + (has_header ? audio::kWavHeaderBytes : 0);
}

/// Whole samples of the output before a byte; 0 where the format's bytes are no samples.
base::SampleCount samples_before(std::uint64_t byte, codec::Format format) {
  const auto sample = codec::bytes_per_sample(format);
  if (!sample) return {};
  const std::uint64_t header = format == codec::Format::kWav ? audio::kWavHeaderBytes : 0;
  const auto bytes = std::min(byte, http::kVeryLargeByte);
  return {(bytes - std::min(bytes, header)) / *sample};
}

std::vector<text::pronunciation::Entry> entries_of(const std::vector<progress::Word>& words) {
  using Case = text::pronunciation::Case;
  std::vector<text::pronunciation::Entry> entries;
  for (const auto& [written, spoken, letters] : words) {
    const bool exact = letters == std::to_underlying(Case::kExact);
    entries.push_back({.written = written, .spoken = spoken, .letters = exact ? Case::kExact : Case::kAny});
  }
  return entries;
}

delivery::SpeechOrder order_of(const progress::Request& asked, std::string text) {
  return {.door = asked.door == "elevenlabs" ? dispatch::Door::kElevenLabs : dispatch::Door::kOpenAi,
          .voice = asked.voice,
          .text = std::move(text),
          .speed = asked.speed,
          .seed = asked.seed,
          .volume = asked.volume,
          .reading = text::switches_of(asked.reading).value_or(text::Switches{}),
          .pronunciations = entries_of(asked.words),
          .dictionaries = asked.dictionaries,
          .paced = false,
          .output = {.format = codec::parse_format(asked.format).value_or(codec::Format::kPcm),
                     .rate = asked.rate,
                     .bit_rate = {asked.bits_per_second},
                     .wordless = asked.wordless <= std::to_underlying(delivery::Wordless::kSilence)
                                     ? delivery::Wordless{asked.wordless}
                                     : delivery::Wordless::kSilence},
          .cheaper = delivery::Cheaper::kRefused,
          .cache = delivery::CacheUse::kRead,
          .resumes = true};
}

/// What the client has already.
void choose_part(Plan& plan, const http::Headers& headers) {
  if (plan.shape == AnswerShape::kEvents) {
    const auto behind = openai::parse_event_id(headers.get("Last-Event-ID"));
    if (!behind || plan.anew) return;
    plan.part.bytes.first = byte_behind(*behind, plan.order.output.format).value_or(0);
    return;
  }
  // There is no validator that an If-Range could name, so that none matches.
  const auto range = headers.count("Range") == 1 && headers.count("If-Range") == 0
                         ? http::parse_range(headers.get("Range"))
                         : std::nullopt;
  if (!range || plan.anew) return;
  plan.partial = true;
  plan.part.bytes = *range;
  plan.part.beyond = delivery::AudioPart::Beyond::kRefused;
}

http::Response refusal(const protocol::Error& error, const Plan& plan, const std::string& request_id) {
  auto response = error_answer(openai::speech_error(error), request_id);
  if (error.code == protocol::Errc::kRangeBeyondEnd && plan.part.length) {
    response.headers.set("Content-Range", http::unsatisfied_range(*plan.part.length));
  }
  return response;
}

void describe(delivery::HttpSink& sink, const Plan& plan) {
  if (plan.shape == AnswerShape::kAudio) sink.add_header("Accept-Ranges", "bytes");
  if (plan.partial) {
    sink.set_status(206);
    sink.add_header("Content-Range", http::content_range(plan.part.bytes, plan.part.length));
  }
  if (plan.anew) sink.add_header("Antiphon-Resume-Sample", "0");
}

/// What is known, without a body.
runtime::Awaitable<> tell_head(const Resumption& asked, const progress::Record& record) {
  const auto format = codec::parse_format(record.request.format).value_or(codec::Format::kPcm);
  http::Response head{.status = 200,
                      .headers = {{"Content-Type", record.request.as_events ? "text/event-stream"
                                                                            : std::string(codec::content_type(format))},
                                  {"Cache-Control", "no-store"},
                                  {"Antiphon-Stream", progress::to_text(record.request.name)},
                                  {"x-request-id", asked.request_id}},
                      .body = {}};
  if (!record.request.as_events) head.headers.add("Accept-Ranges", "bytes");
  if (co_await asked.responder.start(std::move(head))) (void)co_await asked.responder.finish();
}

/// The record, where the caller may have it and it can be spoken now.
runtime::Awaitable<protocol::Result<progress::Record>> look_up(delivery::StreamBook& book, const Resumption& asked) {
  const auto name = progress::parse_name(asked.stream);
  if (!name) co_return std::unexpected(not_found());
  auto record = co_await book.store().find(*name);
  if (!record && record.error() == progress::Errc::kUnavailable) co_return std::unexpected(unavailable());
  if (!record || record->request.holder != delivery::holder_of(asked.caller)) co_return std::unexpected(not_found());
  co_return std::move(*record);
}

/// The text of the stream. Error: kTextNotKept.
protocol::Result<std::string> text_of(const progress::Request& request, std::string_view brought) {
  if (request.text.size() == request.text_bytes) return request.text;
  if (brought.size() == request.text_bytes && base::sha256(brought) == request.text_sha256) return std::string(brought);
  return std::unexpected(protocol::Error{
      .code = protocol::Errc::kTextNotKept,
      .message = "The text is not kept here: send the whole request again, with 'Antiphon-Resume: STREAM'."});
}

bool has_changed(delivery::SpeechHandler& speech, const delivery::StreamBook& book, const progress::Request& request) {
  const auto found = speech.voices().find(request.voice);
  return !found || found->voice->identity != request.voice_identity ||
         book.fingerprint(request, *found->voice) != request.fingerprint;
}

/// Other bytes are another stream, with a name of its own.
std::unique_ptr<delivery::TrackedSink> begin_anew(delivery::StreamBook& book, delivery::HttpSink& sink,
                                                  const Resumption& asked, Plan& plan) {
  return delivery::track(book, {.shape = plan.shape}, plan.order, asked.caller, sink, plan.part);
}

runtime::Awaitable<> go_on(delivery::SpeechHandler& speech, delivery::StreamBook& book, Resumption asked,
                           progress::Record record, Plan plan) {
  const auto refuse = [&plan, request_id = asked.request_id](const protocol::Error& error) {
    return refusal(error, plan, request_id);
  };
  if (plan.partial && plan.part.length && plan.part.bytes.first >= *plan.part.length) {
    book.probe().resumed(dispatch::ResumeOutcome::kBeyondEnd);
    co_await asked.responder.respond(refuse(
        {.code = protocol::Errc::kRangeBeyondEnd, .message = "The audio ends before the first byte of the range."}));
    co_return;
  }
  const auto absences = book.absences();
  auto claimed = co_await book.store().claim(record.request.name);
  if (!claimed) {
    book.probe().resumed(outcome_of(claimed.error()));
    co_await asked.responder.respond(
        refuse(claimed.error() == progress::Errc::kNotFound ? not_found() : unavailable()));
    co_return;
  }
  book.probe().resumed(plan.anew ? dispatch::ResumeOutcome::kAnew : dispatch::ResumeOutcome::kContinued);
  const auto sink = make_openai_sink(asked.responder, plan.order, plan.shape, refuse, asked.request_id);
  describe(*sink, plan);
  const progress::FencingToken before{claimed->token.value - 1};
  const auto tracked =
      plan.anew ? begin_anew(book, *sink, asked, plan)
                : std::make_unique<delivery::TrackedSink>(book, *sink, std::move(*claimed), plan.part, absences);
  // What the earlier connection holds, such as a place among its account's streams, is free before this one asks.
  if (!co_await book.take_over(record.request.name, before) || tracked->lost()) co_return;
  co_await speech.speak(std::move(plan.order), std::move(asked.caller), std::move(asked.request_id), *tracked);
}

}  // namespace

runtime::Awaitable<> resume_speech(delivery::SpeechHandler& speech, delivery::StreamBook* book, Resumption resumption) {
  auto record = book != nullptr ? co_await look_up(*book, resumption)
                                : protocol::Result<progress::Record>(std::unexpected(not_found()));
  if (record && resumption.request.method == "HEAD") co_return co_await tell_head(resumption, *record);
  auto text = record ? text_of(record->request, resumption.text) : std::unexpected(record.error());
  if (text && !book->has_fingerprint()) {
    text = std::unexpected(protocol::Error{.code = protocol::Errc::kBusy, .message = "No worker is ready yet."});
  }
  if (!text) {
    if (book != nullptr) book->probe().resumed(outcome_of(text.error()));
    co_await resumption.responder.respond(error_answer(text.error(), resumption.request_id));
    co_return;
  }
  Plan plan{.order = order_of(record->request, std::move(*text)),
            .shape = record->request.as_events ? AnswerShape::kEvents : AnswerShape::kAudio};
  plan.order.wait = parse_preferences(resumption.request.headers.get("Prefer")).wait;
  plan.order.note = &resumption.note;
  plan.anew = has_changed(speech, *book, record->request);
  if (!plan.anew) plan.part.length = record->progress.length;
  choose_part(plan, resumption.request.headers);
  plan.order.heard = samples_before(plan.part.bytes.first, plan.order.output.format);
  co_await go_on(speech, *book, std::move(resumption), std::move(*record), std::move(plan));
}

}  // namespace antiphon::api::openai
