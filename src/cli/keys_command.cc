#include <fmt/core.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "cli/commands.h"
#include "cli/key_file.h"
#include "cli/settings.h"
#include "identity/key_ring.h"

namespace antiphon::cli {
namespace {

constexpr auto kReloadHint = "A server that runs takes it over on SIGHUP.\n";

struct Flags {
  Settings settings;
  identity::ApiKey key;
  std::optional<double> wait_seconds;
  bool paced = false;
  bool unpaced = false;
  std::string users = "address";
  bool workers = false;
};

/// The tokens of workers are kept apart, so that no client's key lets a worker in.
std::filesystem::path file_of(const Flags& flags) {
  const auto config = flags.settings.load();
  return flags.workers ? config.remote.tokens : config.keys.file;
}

int add(const Flags& flags) {
  std::string random(identity::kSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("the system has no random bytes");
  }
  const auto secret = identity::make_secret(random);
  auto key = flags.key;
  key.sha256 = base::sha256_hex(secret);
  if (flags.wait_seconds) key.wait = base::from_seconds(*flags.wait_seconds);
  if (flags.paced) key.pacing = identity::Pacing::kPaced;
  if (flags.unpaced) key.pacing = identity::Pacing::kUnpaced;
  key.users = identity::parse_users(flags.users).value();
  change_keys(file_of(flags), [&](identity::KeyRing& keys) {
    if (const auto added = keys.add(key); !added) throw std::runtime_error(added.error());
  });
  fmt::print("{}\n", secret);
  fmt::print(stderr, "This is the only time that the key is shown. {}", kReloadHint);
  return 0;
}

int list(const Flags& flags) {
  const auto keys = read_keys(file_of(flags)).value_or(identity::KeyRing{});
  for (const auto& key : keys.keys()) {
    fmt::print("{}\tweight {}\tstreams {}\twait {}\tpacing {}\tusers by {}\tvoices {}{}\n", key.name, key.weight,
               key.max_streams == 0 ? "unlimited" : std::to_string(key.max_streams),
               key.wait ? fmt::format("{} s", base::to_seconds(*key.wait)) : "default",
               !key.pacing ? "default" : (*key.pacing == identity::Pacing::kPaced ? "on" : "off"),
               identity::name_of(key.users), key.voices.empty() ? "all" : fmt::format("{}", fmt::join(key.voices, ",")),
               key.admin ? "\tadmin" : "");
  }
  return 0;
}

int revoke(const Flags& flags) {
  const auto file = file_of(flags);
  bool last = false;
  change_keys(file, [&](identity::KeyRing& keys) {
    if (!keys.remove(flags.key.name)) {
      throw std::runtime_error(fmt::format("there is no key '{}'; 'antiphon keys list' lists them", flags.key.name));
    }
    last = keys.empty();
  });
  if (last) {
    fmt::print(stderr, "It was the last one: nobody is let in until there is another.{}\n",
               flags.workers
                   ? ""
                   : fmt::format(" To serve without keys, remove {} and start the server anew.", file.string()));
  }
  fmt::print(stderr, "{}", kReloadHint);
  return 0;
}

void declare_limits(CLI::App& command, Flags& flags) {
  command.add_option("--weight", flags.key.weight, "Its share against others (1)")
      ->check(CLI::Range(identity::kLeastWeight, identity::kMostWeight));
  command.add_option("--max-streams", flags.key.max_streams, "Streams at once (no limit of its own)")
      ->check(CLI::Range(std::uint32_t{1}, identity::kMostStreams));
  command.add_option("--wait", flags.wait_seconds, "Seconds that its requests may wait for their start")
      ->check(CLI::Range(0.0, base::to_seconds(identity::kMostWait)));
  auto* const paced = command.add_flag("--paced", flags.paced, "Audio leaves only a little ahead of its playback");
  command.add_flag("--admin", flags.key.admin, "It may ask for GET /v1/workers and GET /v1/streams");
  command.add_flag("--unpaced", flags.unpaced, "Audio leaves as fast as it is made")->excludes(paced);
  command.add_option("--voice", flags.key.voices, "A voice that it may use; may be repeated (all)")
      ->allow_extra_args(false);
  command
      .add_option("--users", flags.users,
                  "What tells its users apart: address; header, X-OpenWebUI-User-Id; body, the field 'user' (address)")
      ->check(CLI::IsMember({"address", "header", "body"}));
}

}  // namespace

void add_keys(CLI::App& app, Run& chosen) {
  auto* const keys =
      app.add_subcommand("keys", "Make, list and revoke the API keys of clients, and the tokens of workers");
  keys->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();
  const auto declare = [&](const char* name, const char* what, int (*run)(const Flags&)) {
    auto* const command = keys->add_subcommand(name, what);
    flags->settings.add_to(*command);
    command->add_flag("--workers", flags->workers,
                      "Of workers on other machines (antiphon worker --join), not of clients");
    command->callback([flags, run, &chosen] { chosen = [flags, run] { return run(*flags); }; });
    return command;
  };
  auto* const adding = declare("add", "Make a key and print it, this once; its hash is kept", add);
  adding->add_option("name", flags->key.name, "For your own use: letters, digits, '.', '_', '-'")->required();
  declare_limits(*adding, *flags);
  declare("list", "The names of the keys and what each may", list);
  auto* const revoking = declare("revoke", "Forget a key", revoke);
  revoking->add_option("name", flags->key.name, "Of the key")->required();
}

}  // namespace antiphon::cli
