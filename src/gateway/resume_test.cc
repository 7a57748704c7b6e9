// Streams that one gateway began and another goes on with, both with the same store of progress.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "gateway/test_server.h"
#include "progress/memory_store.h"

namespace antiphon::gateway {
namespace {

using Adjust = std::function<void(ServerOptions&)>;

/// A server that begins and ends within a test.
class Gateway final : public ServerTest {
 public:
  Gateway(progress::Store& store, const Adjust& adjust) {
    start({}, [&](ServerOptions& options) {
      options.progress_store = &store;
      options.build = {.version = "1", .commit = "a", .compiler = "c"};
      if (adjust) adjust(options);
    });
  }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway() override { TearDown(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void TestBody() override {}
};

/// What another gateway answers when a stream of 24 kHz PCM is to go on at byte 100.
class ResumeTest : public testing::Test {
 protected:
  Reply resume_at(const Adjust& other) {
    progress::MemoryStore store(clock_, {});
    std::string stream;
    {
      const Gateway first(store, {});
      const auto begun = ask(first.port(), "POST", "/v1/audio/speech", speech("pcm"));
      EXPECT_EQ(begun.status, 200);
      whole_ = begun.body;
      stream = begun.headers.at("antiphon-stream");
    }
    const Gateway second(store, other);
    return ask(second.port(), "GET", "/v1/audio/speech/" + stream, "", "Range: bytes=100-\r\n");
  }

  void expect_anew(const Adjust& other) {
    const auto reply = resume_at(other);
    EXPECT_EQ(reply.status, 200);
    ASSERT_TRUE(reply.headers.contains("antiphon-resume-sample"));
    EXPECT_EQ(reply.headers.at("antiphon-resume-sample"), "0");
    EXPECT_GT(reply.body.size(), 100U);
  }

  runtime::SystemClock clock_;
  std::string whole_;
};

TEST_F(ResumeTest, AGatewayThatMakesTheSameBytesGoesOn) {
  const auto reply = resume_at({});
  EXPECT_EQ(reply.status, 206);
  EXPECT_TRUE(reply.body == whole_.substr(100));
}

TEST_F(ResumeTest, AnotherBuildBeginsAnew) {
  expect_anew([](ServerOptions& options) { options.build.commit = "b"; });
}

TEST_F(ResumeTest, AnotherLoudnessOfTheVoiceBeginsAnew) {
  expect_anew([](ServerOptions& options) { options.voices.front().gain = {.factor = 0.5}; });
}

TEST_F(ResumeTest, AnotherWayToReadTextsBeginsAnew) {
  expect_anew([](ServerOptions& options) { options.speech.segmentation.max_chars = 40; });
}

}  // namespace
}  // namespace antiphon::gateway
