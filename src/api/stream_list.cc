#include "api/stream_list.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "api/answer.h"
#include "progress/page.h"

namespace antiphon::api {
namespace {

using nlohmann::json;

double to_seconds(std::int64_t milliseconds) {
  constexpr double kPerSecond = 1000;
  return static_cast<double>(milliseconds) / kPerSecond;
}

json seconds_of(std::uint64_t samples, base::SampleRate rate) {
  return rate.hz == 0 ? json(nullptr) : json(base::to_seconds(base::playing_time({samples}, rate)));
}

json entry_of(const progress::Record& record, const delivery::VoiceDirectory& voices) {
  const auto& request = record.request;
  const auto& progress = record.progress;
  // Another cell may have voices that this one lacks, so that it does not know their rates.
  const auto voice = voices.find(request.voice);
  return {{"id", progress::to_text(request.name)},
          {"object", "stream"},
          {"cell", record.cell},
          {"account", fmt::format("{:016x}", request.account)},
          {"user", fmt::format("{:016x}", request.user)},
          {"door", request.door},
          {"voice", request.voice},
          {"format", request.format},
          {"state", progress::name_of(progress.state)},
          {"segments", progress.segment_ends.size()},
          {"seconds_rendered", seconds_of(progress.samples_rendered, voice ? voice->voice->rate : base::SampleRate{})},
          {"seconds_written", seconds_of(progress.samples_written, request.rate)},
          {"bytes_written", progress.bytes_written},
          {"created_at", to_seconds(record.created_ms)},
          {"updated_at", to_seconds(record.updated_ms)}};
}

}  // namespace

std::string stream_page(std::span<const progress::Record> records, std::size_t most,
                        const delivery::VoiceDirectory& voices) {
  const auto shown = records.first(std::min(records.size(), most));
  json list = json::array();
  for (const auto& record : shown) list.push_back(entry_of(record, voices));
  const json last = shown.empty() ? json(nullptr) : json(progress::to_text(shown.back().request.name));
  // Names of others are UTF-8 by agreement only.
  return json{{"object", "list"}, {"data", std::move(list)}, {"has_more", records.size() > most}, {"last_id", last}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

runtime::Awaitable<http::Response> list_streams(delivery::StreamBook* book, const delivery::VoiceDirectory& voices,
                                                std::string query, std::string request_id) {
  const auto page = progress::parse_page(query);
  if (!page) {
    co_return error_answer(
        {.code = protocol::Errc::kInvalidValue,
         .message = fmt::format("'limit' is 1 to {}, and 'after' the id of a stream.", progress::Page::kMost)},
        request_id);
  }
  progress::Result<std::vector<progress::Record>> records;
  if (book != nullptr) records = co_await book->store().live({.after = page->after, .most = page->most + 1});
  if (!records) {
    co_return error_answer({.code = protocol::Errc::kBusy, .message = "What is known of streams cannot be read now."},
                           request_id);
  }
  co_return json_answer(200, stream_page(*records, page->most, voices), request_id);
}

}  // namespace antiphon::api
