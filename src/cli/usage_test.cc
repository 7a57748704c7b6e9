#include "cli/usage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace antiphon::cli {
namespace {

using Words = std::vector<std::string>;

TEST(Usage, HelpAndVersionAreCommandsToo) {
  EXPECT_EQ(as_meant({"help"}), (Words{"--help"}));
  EXPECT_EQ(as_meant({"help", "say"}), (Words{"say", "--help"}));
  EXPECT_EQ(as_meant({"help", "voices", "add"}), (Words{"voices", "add", "--help"}));
  EXPECT_EQ(as_meant({"version"}), (Words{"--version"}));
  EXPECT_EQ(as_meant({"say", "help"}), (Words{"say", "help"}));
  EXPECT_EQ(as_meant({}), Words{});
}

TEST(Usage, AMistypedCommandIsNamedWithWhatWasMeant) {
  CLI::App app;
  app.add_subcommand("say")->add_option("text");
  auto* const voices = app.add_subcommand("voices");
  voices->add_subcommand("list");
  voices->add_subcommand("verify");
  EXPECT_EQ(unknown_command(app, {"sai", "x"}),
            "there is no command 'sai'; did you mean 'say'? 'antiphon --help' lists them");
  EXPECT_EQ(unknown_command(app, {"voices", "lst"}),
            "there is no command 'voices lst'; did you mean 'voices list'? 'antiphon voices --help' lists them");
  EXPECT_EQ(unknown_command(app, {"say", "list"}), std::nullopt) << "a text";
  EXPECT_EQ(unknown_command(app, {"voices", "list"}), std::nullopt);
  EXPECT_EQ(unknown_command(app, {"--help"}), std::nullopt);
  EXPECT_EQ(unknown_command(app, {}), std::nullopt);
}

}  // namespace
}  // namespace antiphon::cli
