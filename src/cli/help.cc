#include "cli/help.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace antiphon::cli {
namespace {

/// Of a group that is left out it says how to see it.
class BriefFormatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_group(std::string group, bool is_positional,
                                       std::vector<const CLI::Option*> options) const override {
    if (group == kResearchGroup) return "\n" + group + ": --help-all shows them\n";
    return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options));
  }
};

class HelpFormatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::All) return CLI::Formatter::make_help(app, std::move(name), mode);
    return brief_.make_help(app, std::move(name), mode);
  }

 private:
  BriefFormatter brief_;
};

}  // namespace

void explain(CLI::App& app) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_all_flag("--help-all", "Print this with the options for research, and all commands below, and exit");
}

}  // namespace antiphon::cli
