#include "top/view.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace antiphon::top {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

double number(const json& object, const char* name, double otherwise = 0) {
  const auto* const value = member(object, name);
  return value != nullptr && value->is_number() ? value->get<double>() : otherwise;
}

std::optional<std::uint64_t> maybe_count(const json& object, const char* name) {
  const auto* const value = member(object, name);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  return value->get<std::uint64_t>();
}

std::uint64_t count(const json& object, const char* name) { return maybe_count(object, name).value_or(0); }

/// Nothing of it moves a cursor or counts for more than a column.
std::string printable(std::string_view text) {
  std::string result(text.substr(0, View::kMostName));
  std::ranges::replace_if(result, [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

std::string name(const json& object, const char* member_name) {
  const auto* const value = member(object, member_name);
  return value != nullptr && value->is_string() ? printable(value->get_ref<const std::string&>()) : std::string();
}

/// Calls `take` for the entries of an array, kMostRows at most.
template <class Take>
void each(const json& object, const char* array_name, const Take& take) {
  const auto* const array = member(object, array_name);
  if (array == nullptr || !array->is_array()) return;
  const auto most = std::min(array->size(), View::kMostRows);
  for (std::size_t i = 0; i < most; ++i) take((*array)[i]);
}

std::string names(const json& object, const char* array_name) {
  std::string all;
  each(object, array_name, [&](const json& entry) {
    if (!entry.is_string() || all.size() > View::kMostName) return;
    if (!all.empty()) all += ' ';
    all += entry.get_ref<const std::string&>();
  });
  return printable(all);
}

}  // namespace

bool take_streams(View& view, std::string_view data) {
  const auto event = json::parse(data, nullptr, false);
  if (!event.is_object()) return false;
  view.has_streams = true;
  view.time_s = number(event, "time_s");
  view.streams.clear();
  each(event, "streams", [&](const json& entry) {
    view.streams.push_back({.id = name(entry, "id"),
                            .user = name(entry, "user"),
                            .voice = name(entry, "voice"),
                            .state = name(entry, "state"),
                            .worker = maybe_count(entry, "worker"),
                            .buffer_s = number(entry, "buffer_s"),
                            .rendered_s = number(entry, "rendered_s"),
                            .delivered_s = number(entry, "delivered_s"),
                            .age_s = number(entry, "age_s")});
  });
  view.streams_total = count(event, "streams_total");
  if (const auto* const load = member(event, "load")) {
    view.promised = number(*load, "promised");
    view.limit = number(*load, "limit", 1);
    view.waiting = count(*load, "waiting");
    view.degradation = count(*load, "degradation");
  }
  each(event, "refusals", [&](const json& entry) {
    view.refusals.push_back({.time_s = number(entry, "time_s"),
                             .reason = name(entry, "reason"),
                             .retry_after_s = number(entry, "retry_after_s")});
    if (view.refusals.size() > View::kMostRefusals) view.refusals.pop_front();
  });
  return true;
}

bool take_workers(View& view, std::string_view data) {
  const auto event = json::parse(data, nullptr, false);
  if (!event.is_object()) return false;
  view.has_workers = true;
  view.workers.clear();
  each(event, "workers", [&](const json& entry) {
    const auto* const rtf = member(entry, "rtf");
    view.workers.push_back(
        {.id = count(entry, "id"),
         .node = name(entry, "node"),
         .state = name(entry, "state"),
         .job = name(entry, "job"),
         .voices = names(entry, "voices"),
         .rtf = rtf != nullptr && rtf->is_number() ? std::optional(rtf->get<double>()) : std::nullopt,
         .memory_bytes = maybe_count(entry, "memory_bytes"),
         .jobs_done = count(entry, "jobs_done")});
  });
  view.cells.clear();
  each(event, "cells", [&](const json& entry) {
    const auto* const own = member(entry, "own");
    view.cells.push_back({.name = name(entry, "name"),
                          .state = name(entry, "state"),
                          .is_own = own != nullptr && own->is_boolean() && own->get<bool>(),
                          .workers = count(entry, "workers"),
                          .streams = count(entry, "streams"),
                          .waiting = count(entry, "waiting"),
                          .spare = number(entry, "spare")});
  });
  return true;
}

}  // namespace antiphon::top
