#include "cli/completions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/help.h"
#include "cli/manual.h"

namespace antiphon::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A program with a command of each kind.
class Completions : public ::testing::Test {
 protected:
  Completions() {
    explain(app_);
    auto* const say = app_.add_subcommand("say", "Speak a text. It takes a while.");
    say->add_option("text", text_, "What to say")->required();
    say->add_option("-o,--output", output_, "A file; it's replaced [say.output]");
    say->add_option("--speed", speed_, "0.25 to 4")->check(CLI::Range(0.25, 4.0));
    say->add_option("--rate", output_, "Of samples")->check(CLI::IsMember({"served", "native"}))->group(kResearchGroup);
    say->add_option("--voice", output_, "A voice");
    say->add_flag("--raw", raw_, "Without a header");
    app_.add_subcommand("voices", "Voices")
        ->add_subcommand("remove", "Remove a voice")
        ->add_option("id", text_, "Its id");
  }

  [[nodiscard]] CommandRow say() const { return table_of(app_).commands.front(); }

  CLI::App app_{"Speaks.", "antiphon"};
  std::string text_;
  std::string output_;
  double speed_ = 1;
  bool raw_ = false;
};

TEST_F(Completions, KnowWhatEachOptionTakes) {
  const auto row = say();
  ASSERT_EQ(row.options.size(), 7U);
  EXPECT_THAT(row.options[2].names, ElementsAre("-o", "--output"));
  EXPECT_EQ(row.options[2].completion, Completion::kFiles);
  EXPECT_EQ(row.options[3].value, "FLOAT");
  EXPECT_EQ(row.options[3].completion, Completion::kNone);
  EXPECT_THAT(row.options[4].choices, ElementsAre("served", "native"));
  EXPECT_EQ(row.options[5].completion, Completion::kVoices);
  EXPECT_EQ(row.options[6].value, "");
  EXPECT_THAT(row.words, ElementsAre(::testing::Field(&OptionRow::names, ElementsAre("text"))));
  EXPECT_EQ(table_of(app_).commands[1].commands[0].words[0].completion, Completion::kVoices);
}

TEST_F(Completions, ShowOneSentenceOfAnOption) {
  EXPECT_EQ(first_sentence("Speak a text. It takes a while."), "Speak a text");
  EXPECT_EQ(first_sentence("A file [say.output]"), "A file");
  EXPECT_EQ(first_sentence("0.25 to 4"), "0.25 to 4");
}

TEST_F(Completions, QuoteWhatAShellWouldReadOtherwise) {
  const auto program = table_of(app_);
  EXPECT_THAT(zsh_completions(program), HasSubstr(R"('*--output=[A file; it'\''s replaced]:TEXT:_files')"));
  EXPECT_THAT(fish_completions(program), HasSubstr(R"(-s o -l output -r -F -d 'A file; it\'s replaced')"));
  EXPECT_THAT(bash_completions(program), HasSubstr("' say --rate') values='served native' ;;"));
}

TEST_F(Completions, HelpLeavesOutWhatIsForResearchAndHelpAllShowsIt) {
  auto* const command = app_.get_subcommand("say");
  EXPECT_THAT(command->help("", CLI::AppFormatMode::Normal), Not(HasSubstr("--rate")));
  EXPECT_THAT(command->help("", CLI::AppFormatMode::Normal), HasSubstr("--help-all"));
  EXPECT_THAT(command->help("", CLI::AppFormatMode::All), HasSubstr("--rate"));
}

TEST_F(Completions, TheManualHasEveryCommandAndKey) {
  const auto page = manual(table_of(app_), "1.2.3");
  EXPECT_THAT(page, HasSubstr(R"(.TH ANTIPHON 1 "" "antiphon 1.2.3")"));
  EXPECT_THAT(page, HasSubstr(R"(.SS "antiphon voices remove [options] id")"));
  EXPECT_THAT(page, HasSubstr(R"(\fB\-\-rate\fR \fBserved\fR|\fBnative\fR)"));
  EXPECT_THAT(page, HasSubstr(R"(\fBserver.port\fR, \fBANTIPHON_SERVER_PORT\fR)"));
}

}  // namespace
}  // namespace antiphon::cli
