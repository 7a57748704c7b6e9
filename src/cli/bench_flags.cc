#include "cli/bench_flags.h"

#include <openssl/x509.h>

#include <stdexcept>

#include "cli/secret_file.h"

namespace antiphon::cli {
namespace {

/// The authorities of the system, where OpenSSL or Debian keeps them.
std::filesystem::path system_authorities() {
  std::error_code none;
  const std::filesystem::path usual = X509_get_default_cert_file();
  return std::filesystem::exists(usual, none) ? usual : "/etc/ssl/certs/ca-certificates.crt";
}

void add_target(CLI::App& command, BenchFlags& flags) {
  auto& target = flags.options.target;
  command
      .add_option("--server", flags.server,
                  "[http://|https://|tcp://]HOST[:PORT][/PATH]; PATH is what OpenAI's clients call the base URL")
      ->capture_default_str();
  command
      .add_option("--protocol", flags.protocol, "What it speaks: OpenAI's, that of piper-tts's HTTP server, Wyoming")
      ->check(CLI::IsMember({"openai", "piper", "wyoming"}))
      ->capture_default_str();
  command.add_option("--ca", flags.authorities, "PEM file of the authorities that vouch for it (the system's)");
  command.add_option("--key-file", flags.key_file,
                     "File whose first line is an API key for all; users are told apart by 'user'");
  command.add_option("--voice", flags.voice, "The voice to ask for (alloy; elsewhere the server's own)");
  command.add_option("--model", target.model, "The model to ask for")->capture_default_str();
  command.add_option("--format", target.format, "What to ask for; a WAV file is measured in any case")
      ->check(CLI::IsMember({"pcm", "wav"}))
      ->capture_default_str();
  command.add_option("--pcm-rate", target.rate, "Sample rate of the server's pcm, in Hz")
      ->check(CLI::Range(8'000, 192'000))
      ->capture_default_str();
  command.add_flag("--pace", flags.paced, "Ask for audio at the speed of its playback, and measure its jitter");
}

void add_load(CLI::App& command, BenchFlags& flags) {
  auto& options = flags.options;
  command
      .add_option("--listeners", options.listeners, "Closed loop: so many listeners who ask again when they heard all")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--rate", options.rate, "Open loop: requests per second, at random times (Poisson)")
      ->check(CLI::Range(0.001, 10'000.0));
  command.add_option("--burst", options.burst, "So many requests at once, again and again")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--burst-every", flags.burst_every, "Seconds between bursts (10)")->check(CLI::Range(0.1, 3600.0));
  command.add_option("--users", options.users, "Who asks, in turns (each listener or request is one)");
  command.add_option("--flood", options.flood, "And one user who keeps so many long requests under way")
      ->check(CLI::Range(1, 1'000));
  command.add_option("--leaving", options.leaving, "Share of clients that leave after a second of audio")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--slow", options.slow, "Share of clients that read at half the speed of speech")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--retry", flags.retrying, "What the refused do (never)")
      ->check(CLI::IsMember({"never", "told", "at-once"}));
  command.add_option("--text", flags.mix, "How long the texts are (mixed)")
      ->check(CLI::IsMember({"short", "long", "mixed"}));
  command.add_option("--wait", flags.wait, "Seconds that a request may wait for its turn (the server's default)")
      ->check(CLI::Range(0.0, 3600.0));
  command.add_option("--duration", flags.duration, "Seconds in which requests are made (20)")
      ->check(CLI::Range(0.1, 86'400.0));
  command.add_option("--seed", options.seed, "Of texts and arrivals (1)");
  command.add_option("--find-limit", flags.find_limit, "Search the most listeners, up to this, with 95 % good")
      ->check(CLI::Range(1, 10'000));
}

void add_results(CLI::App& command, BenchFlags& flags) {
  command.add_option("--name", flags.name, "What the page calls this run")->capture_default_str();
  command.add_option("--json", flags.json, "Write the report there too");
  auto* const html = command.add_option("--html", flags.html, "Write a page with plots there");
  auto* const compare =
      command.add_option("--compare", flags.compare, "Reports in JSON of other runs, for the page")->needs(html);
  command.add_flag("--report-only", flags.report_only, "Make no load: the page is of --compare's runs")->needs(compare);
}

}  // namespace

void BenchFlags::add_to(CLI::App& command) {
  add_target(command, *this);
  add_load(command, *this);
  add_results(command, *this);
}

bench::Options BenchFlags::load() const {
  auto made = options;
  auto& target = made.target;
  target.protocol = bench::parse_protocol(protocol).value_or(bench::Protocol::kOpenAi);
  const auto address = bench::parse_address(server, target.protocol);
  if (!address) throw std::runtime_error("--server: " + address.error());
  target.address = *address;
  if (!key_file.empty()) target.key = read_secret(key_file);
  const bool needs_voice = target.protocol == bench::Protocol::kOpenAi;
  target.voice = voice.empty() && needs_voice ? "alloy" : voice;
  if (wait >= 0) target.wait = base::from_seconds(wait);
  if (paced) target.pacing = bench::Pacing::kOn;
  made.duration = base::from_seconds(duration);
  made.burst_every = base::from_seconds(burst_every);
  if (mix == "short") made.mix = bench::TextMix::kShort;
  if (mix == "long") made.mix = bench::TextMix::kLong;
  if (retrying == "told") made.retrying = bench::Retrying::kWhenTold;
  if (retrying == "at-once") made.retrying = bench::Retrying::kAtOnce;
  const bool loaded = made.listeners > 0 || made.rate > 0 || made.burst > 0 || made.flood > 0;
  if (!loaded && find_limit == 0) made.listeners = 1;
  return made;
}

std::optional<tls::ClientContext> BenchFlags::tls() const {
  if (!server.starts_with("https://")) return std::nullopt;
  auto context = tls::ClientContext::load({.authorities = authorities.empty() ? system_authorities() : authorities});
  if (!context) throw std::runtime_error("--ca: " + context.error().message);
  return std::move(*context);
}

}  // namespace antiphon::cli
