#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "identity/key_ring.h"
#include "protocol/json/object.h"

namespace antiphon::identity {
namespace {

using nlohmann::ordered_json;
namespace json = protocol::json;

constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

enum class FieldErrc : std::uint8_t { kMissingParameter, kInvalidType, kInvalidValue, kInputTooLong };
struct FieldError {
  FieldErrc code = FieldErrc::kInvalidValue;
  std::string message;
  std::string param;
};
using Fields = json::Fields<FieldError>;

/// A file that says something unknown was written by another version, which may mean to restrict.
constexpr std::string_view kKnown[] = {"name",  "sha256", "weight", "max_streams", "wait_seconds",
                                       "paced", "voices", "users",  "admin"};

void read_voices(Fields& fields, std::vector<std::string>& voices) {
  const auto* const list = fields.find("voices");
  if (list == nullptr) return;
  if (!list->is_array()) return fields.fail(FieldErrc::kInvalidType, "voices", "must be a list of voices' ids.");
  for (const auto& voice : *list) {
    if (!voice.is_string()) return fields.fail(FieldErrc::kInvalidType, "voices", "must be a list of voices' ids.");
    voices.push_back(voice.get<std::string>());
  }
}

void read_users(Fields& fields, Users& users) {
  std::string name(name_of(users));
  fields.read("users", name, kMostNameBytes);
  if (const auto known = parse_users(name)) {
    users = *known;
  } else {
    fields.fail(FieldErrc::kInvalidValue, "users", "must be address, header or body.");
  }
}

base::Result<ApiKey, std::string> read_key(const json::Json& object) {
  if (!object.is_object()) return std::unexpected("a key must be an object");
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(kKnown, name) == std::end(kKnown)) {
      return std::unexpected(fmt::format("unknown field {}", json::quoted(name)));
    }
  }
  Fields fields(object);
  ApiKey key;
  fields.require("name");
  fields.read("name", key.name, kMostNameBytes);
  fields.require("sha256");
  fields.read("sha256", key.sha256, 64);
  fields.read("weight", key.weight, kLeastWeight, kMostWeight);
  std::uint64_t streams = 0;
  fields.read("max_streams", streams);
  if (streams > kMostStreams) fields.fail(FieldErrc::kInvalidValue, "max_streams", "is too large.");
  key.max_streams = static_cast<std::uint32_t>(streams);
  if (fields.find("wait_seconds") != nullptr) {
    double seconds = 0;
    fields.read("wait_seconds", seconds, 0, base::to_seconds(kMostWait));
    key.wait = base::from_seconds(seconds);
  }
  if (fields.find("paced") != nullptr) {
    bool paced = false;
    fields.read("paced", paced);
    key.pacing = paced ? Pacing::kPaced : Pacing::kUnpaced;
  }
  fields.read("admin", key.admin);
  read_voices(fields, key.voices);
  read_users(fields, key.users);
  if (fields.error()) return std::unexpected(fields.error()->message);
  return key;
}

}  // namespace

base::Result<KeyRing, std::string> KeyRing::parse(std::string_view text) {
  if (text.size() > kMostBytes) return std::unexpected("larger than 16 MiB");
  const auto root = json::parse_object(text);
  if (!root) return std::unexpected("the file " + root.error());
  const auto list = root->find("keys");
  if (root->size() != 1 || list == root->end() || !list->is_array()) {
    return std::unexpected("the file must be an object with the list 'keys' and nothing else");
  }
  KeyRing ring;
  for (const auto& object : *list) {
    auto key = read_key(object);
    if (!key) return std::unexpected(fmt::format("keys[{}]: {}", ring.keys_.size(), key.error()));
    if (auto added = ring.add(std::move(*key)); !added) return std::unexpected(std::move(added.error()));
  }
  return ring;
}

std::string KeyRing::to_json() const {
  ordered_json list = ordered_json::array();
  for (const auto& key : keys_) {
    ordered_json entry = {{"name", key.name}, {"sha256", key.sha256}, {"weight", key.weight}};
    entry["max_streams"] = key.max_streams;
    entry["wait_seconds"] = key.wait ? ordered_json(base::to_seconds(*key.wait)) : ordered_json();
    entry["paced"] = key.pacing ? ordered_json(*key.pacing == Pacing::kPaced) : ordered_json();
    entry["voices"] = key.voices;
    entry["users"] = name_of(key.users);
    if (key.admin) entry["admin"] = true;  // a file without such keys is one that earlier versions read
    list.push_back(std::move(entry));
  }
  return ordered_json{{"keys", std::move(list)}}.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace antiphon::identity
