#include "tracing/trace_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "runtime/task_group.h"

namespace antiphon::tracing {
namespace {

using namespace std::chrono_literals;

class TraceFileTest : public testing::Test {
 public:
  ~TraceFileTest() override { std::filesystem::remove(path_); }

 protected:
  /// What the file holds once it has ended.
  nlohmann::json end(TraceFile& file) {
    boost::asio::io_context context;
    runtime::ThreadPool pool(context.get_executor());
    runtime::TaskGroup tasks(context.get_executor());
    tasks.spawn(file.finish(pool));
    context.run();
    return nlohmann::json::parse(std::ifstream(path_));
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("antiphon_trace_" + std::to_string(::getpid()) + ".json");
};

TEST_F(TraceFileTest, JobsLieOnTheTracksOfTheirWorkersAndTheRestOnThatOfTheUtterance) {
  auto file = TraceFile::create({.path = path_}).value();
  file->add({.kind = SpanKind::kRequest, .begin = base::TimePoint(1ms), .end = base::TimePoint(9ms), .stream = {5}});
  file->add({.kind = SpanKind::kChunk,
             .begin = base::TimePoint(2ms),
             .end = base::TimePoint(4500us),
             .stream = {5},
             .worker = base::WorkerId{3},
             .attributes = {{"grains", std::int64_t{2}}}});
  const auto events = end(*file);
  ASSERT_EQ(events.size(), 4);
  EXPECT_EQ(events[0]["args"]["name"], "utterances");
  EXPECT_EQ(events[2]["tid"], 5);
  EXPECT_EQ(events[2]["pid"], events[0]["pid"]);
  EXPECT_EQ(events[3]["name"], "chunk");
  EXPECT_EQ(events[3]["ph"], "X");
  EXPECT_EQ(events[3]["pid"], events[1]["pid"]);
  EXPECT_EQ(events[3]["tid"], 3);
  EXPECT_EQ(events[3]["ts"], 2000);
  EXPECT_EQ(events[3]["dur"], 2500);
  EXPECT_EQ(events[3]["args"]["stream"], 5);
  EXPECT_EQ(events[3]["args"]["grains"], 2);
}

TEST_F(TraceFileTest, AFullFileIsStillOneThatCanBeRead) {
  auto file = TraceFile::create({.path = path_, .most_bytes = 1'000}).value();
  for (int i = 0; i < 100; ++i) file->add({.end = base::TimePoint(1ms)});
  const auto events = end(*file);
  EXPECT_GT(events.size(), 4U);
  EXPECT_LT(std::filesystem::file_size(path_), 1'300U);
}

TEST_F(TraceFileTest, WhereNothingCanBeWrittenThereIsNone) {
  EXPECT_FALSE(TraceFile::create({.path = path_ / "nowhere"}));
}

}  // namespace
}  // namespace antiphon::tracing
