#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "engine/ort/runtime.h"
#include "engine/ort/session.h"

namespace antiphon::engine::ort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kChannels = 8;

void add_value(onnx::ValueInfoProto* info, const std::string& name, int type, const std::vector<std::int64_t>& shape) {
  info->set_name(name);
  auto* tensor = info->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  for (const auto size : shape) {
    auto* dimension = tensor->mutable_shape()->add_dim();
    if (size < 0) {
      dimension->set_dim_param("n");
    } else {
      dimension->set_dim_value(size);
    }
  }
}

/// y = convolution of x [1, 8, 1, n] with a kernel of 3 ones in each of 8 x 8 places; z = index as floats.
onnx::ModelProto small_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(15);
  auto* graph = model.mutable_graph();
  graph->set_name("small");
  add_value(graph->add_input(), "x", onnx::TensorProto::FLOAT, {1, kChannels, 1, -1});
  add_value(graph->add_input(), "index", onnx::TensorProto::INT64, {-1});
  add_value(graph->add_output(), "y", onnx::TensorProto::FLOAT, {1, kChannels, 1, -1});
  add_value(graph->add_output(), "z", onnx::TensorProto::FLOAT, {-1});
  auto* kernel = graph->add_initializer();
  kernel->set_name("kernel");
  kernel->set_data_type(onnx::TensorProto::FLOAT);
  for (const int size : {kChannels, kChannels, 1, 3}) kernel->add_dims(size);
  for (int i = 0; i < kChannels * kChannels * 3; ++i) kernel->add_float_data(1.0F);
  auto* convolution = graph->add_node();
  convolution->set_op_type("Conv");
  convolution->add_input("x");
  convolution->add_input("kernel");
  convolution->add_output("y");
  auto* pads = convolution->add_attribute();
  pads->set_name("pads");
  pads->set_type(onnx::AttributeProto::INTS);
  for (const int pad : {0, 1, 0, 1}) pads->add_ints(pad);
  auto* cast = graph->add_node();
  cast->set_op_type("Cast");
  cast->add_input("index");
  cast->add_output("z");
  auto* to = cast->add_attribute();
  to->set_name("to");
  to->set_type(onnx::AttributeProto::INT);
  to->set_i(onnx::TensorProto::FLOAT);
  return model;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Runtime open_runtime() {
  auto runtime = Runtime::open();
  if (!runtime) throw std::runtime_error(runtime.error().message);
  return *runtime;
}

Session load_small() {
  auto session = Session::load(open_runtime(), bytes_of(small_model().SerializeAsString()));
  if (!session) throw std::runtime_error(session.error().message);
  return std::move(*session);
}

/// Arguments for a run of length n with x = 0, 1, 2, ... in each channel.
struct Arguments {
  explicit Arguments(std::int64_t n) : x(static_cast<std::size_t>(kChannels * n)), index(static_cast<std::size_t>(n)) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % index.size());
    for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<std::int64_t>(i);
    inputs = {{.name = "x", .shape = {1, kChannels, 1, n}, .values = std::span<const float>(x)},
              {.name = "index", .shape = {n}, .values = std::span<const std::int64_t>(index)}};
  }
  std::vector<float> x;
  std::vector<std::int64_t> index;
  std::vector<Input> inputs;
};

const std::vector<std::string> kBoth = {"y", "z"};

std::size_t resident_bytes() {
  std::size_t whole = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> whole >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Runtime, SaysWhatDecidesTheBytes) {
  const auto runtime = open_runtime();
  EXPECT_THAT(runtime.version(), StartsWith("1."));
  EXPECT_THAT(runtime.fingerprint(), StartsWith("onnxruntime-" + runtime.version() + "/cpu/"));
  EXPECT_EQ(open_runtime().fingerprint(), runtime.fingerprint());
}

TEST(Runtime, FindsTheNewestOfSeveralLibraries) {
  const auto folder = std::filesystem::path(testing::TempDir()) / ("libraries_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  EXPECT_EQ(newest_library(folder), "");
  for (const auto* const name : {"libonnxruntime.so.1.9.1", "libonnxruntime.so.1.21.0", "libonnxruntime.so.1.3.0",
                                 "libonnxruntime_providers_cuda.so", "readme"}) {
    std::ofstream(folder / name) << name;
  }
  EXPECT_EQ(newest_library(folder), folder / "libonnxruntime.so.1.21.0");
  std::filesystem::remove_all(folder);
  EXPECT_EQ(newest_library(folder), "");
}

TEST(Runtime, RefusesWhatIsNotTheLibrary) {
  const auto missing = Runtime::open({.library = "/nonexistent/libonnxruntime.so"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kLibraryNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("/nonexistent"));
  const auto other = Runtime::open({.library = "libc.so.6"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kLibraryNotFound);
}

TEST(Runtime, RefusesASecondLibraryInOneProcess) {
  (void)open_runtime();
  const auto copy = std::filesystem::temp_directory_path() / ("antiphon-ort-" + std::to_string(::getpid()) + ".so");
  std::filesystem::copy_file(default_library(), copy);
  const auto second = Runtime::open({.library = copy});
  std::filesystem::remove(copy);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kOtherLibrary);
}

TEST(Session, DescribesItsTensors) {
  const auto session = load_small();
  ASSERT_EQ(session.inputs().size(), 2U);
  EXPECT_EQ(session.inputs()[0].name, "x");
  EXPECT_EQ(session.inputs()[0].type, ElementType::kFloat);
  EXPECT_EQ(session.inputs()[0].shape, (Shape{1, kChannels, 1, -1}));
  EXPECT_EQ(session.inputs()[1].type, ElementType::kInt64);
  ASSERT_EQ(session.outputs().size(), 2U);
  EXPECT_EQ(session.outputs()[1].name, "z");
}

TEST(Session, ComputesWhatTheGraphSays) {
  auto session = load_small();
  const Arguments arguments(4);
  const auto results = session.run(arguments.inputs, kBoth);
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ((*results)[0].shape, (Shape{1, kChannels, 1, 4}));
  EXPECT_EQ((*results)[0].values.size(), 32U);
  EXPECT_THAT(std::span((*results)[0].values).first(4), ElementsAre(8, 24, 48, 40));
  EXPECT_THAT((*results)[1].values, ElementsAre(0, 1, 2, 3));
}

TEST(Session, WritesIntoTheCallersMemory) {
  auto session = load_small();
  const Arguments arguments(4);
  std::vector<float> y(32, -1.0F);
  const std::vector<Output> outputs = {{.name = "y", .shape = {1, kChannels, 1, 4}, .values = y}};
  const auto done = session.run_into(arguments.inputs, outputs);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(std::span(y).last(4), ElementsAre(8, 24, 48, 40));
}

TEST(Session, RefusesTensorsThatDoNotFit) {
  auto session = load_small();
  const auto code_of = [&](auto change) {
    Arguments arguments(4);
    change(arguments);
    const auto results = session.run(arguments.inputs, kBoth);
    return results ? std::optional<Errc>() : results.error().code;
  };
  EXPECT_EQ(code_of([](auto&) {}), std::nullopt);
  EXPECT_EQ(code_of([](auto& a) { a.inputs[0].name = "unknown"; }), Errc::kTensorMismatch);
  EXPECT_EQ(code_of([](auto& a) { a.inputs[0].shape[3] = 5; }), Errc::kTensorMismatch);
  EXPECT_EQ(code_of([](auto& a) { a.inputs[0].shape[3] = -4; }), Errc::kTensorMismatch);
  EXPECT_EQ(code_of([](auto& a) { a.inputs[0].shape = {1, 1LL << 40, 1LL << 40, 4}; }), Errc::kTensorMismatch);
  EXPECT_EQ(code_of([](auto& a) { a.inputs[1].values = std::span<const float>(a.x).first(4); }), Errc::kTensorMismatch);
  EXPECT_EQ(code_of([](auto& a) { a.inputs[0].shape = {1, 4, 1, 8}; }), Errc::kRunFailed);
  EXPECT_EQ(code_of([](auto& a) { a.inputs.pop_back(); }), Errc::kRunFailed);

  const Arguments arguments(4);
  EXPECT_FALSE(session.run(arguments.inputs, std::vector<std::string>{"kernel"}));
  std::vector<float> y(40);
  const std::vector<Output> unfilled = {{.name = "y", .shape = {1, kChannels, 1, 4}, .values = y}};
  EXPECT_EQ(session.run_into(arguments.inputs, unfilled).error().code, Errc::kTensorMismatch);
  const std::vector<Output> other = {{.name = "y", .shape = {1, kChannels, 1, 5}, .values = y}};
  EXPECT_EQ(session.run_into(arguments.inputs, other).error().code, Errc::kRunFailed);
}

TEST(Session, RefusesBrokenModels) {
  const auto runtime = open_runtime();
  const auto missing = Session::load(runtime, std::filesystem::path("/nonexistent/model.onnx"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kModelInvalid);
  EXPECT_THAT(missing.error().message, HasSubstr("/nonexistent/model.onnx"));
  EXPECT_FALSE(Session::load(runtime, bytes_of("")));
  EXPECT_FALSE(Session::load(runtime, bytes_of("no model at all")));
  auto unknown = small_model();
  unknown.mutable_graph()->mutable_node(0)->set_op_type("Tnoc");
  EXPECT_EQ(Session::load(runtime, bytes_of(unknown.SerializeAsString())).error().code, Errc::kModelInvalid);
  const auto whole = small_model().SerializeAsString();
  EXPECT_FALSE(Session::load(runtime, bytes_of(whole.substr(0, whole.size() / 2))));
}

TEST(Session, ADeviceThatTheLibraryCannotUseIsSaid) {
  const auto runtime = Runtime::open().value();
  const device::Device second{.kind = device::Kind::kCuda, .index = 1};
  const auto whole = small_model().SerializeAsString();
  const auto refused = Session::load(runtime, bytes_of(whole), second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kDeviceUnusable);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("cannot compute on cuda:1"), HasSubstr(runtime.version())));
  EXPECT_EQ(Session::load(runtime, "/nowhere/model.onnx", second).error().code, Errc::kDeviceUnusable);
  EXPECT_THAT(runtime.fingerprint(device::Kind::kCuda), HasSubstr("/cuda/"));
}

TEST(Runtime, ABuildForCudaIsKnownByItsFiles) {
  const auto folder = std::filesystem::temp_directory_path() / ("antiphon-ort-" + std::to_string(::getpid()));
  const auto library = folder / "libonnxruntime.so.1.31.1";
  EXPECT_THAT(lacks_cuda({}), HasSubstr("onnxruntime-gpu"));
  EXPECT_THAT(lacks_cuda(library), HasSubstr("does not exist"));
  EXPECT_THAT(lacks_cuda(default_library()), HasSubstr("no build for CUDA"));
  std::filesystem::create_directories(folder);
  std::ofstream(library) << "";
  std::ofstream(folder / "libonnxruntime_providers_cuda.so") << "";
  EXPECT_EQ(lacks_cuda(library), "");
  std::filesystem::remove_all(folder);
}

TEST(Session, GivesTheSameBytesInAnyOrderOfRunsAndInAnyInstance) {
  auto one = load_small();
  auto two = load_small();
  for (const std::int64_t n : {1, 7, 64, 1000}) {
    const Arguments arguments(n);
    const auto a = one.run(arguments.inputs, kBoth);
    (void)two.run(Arguments(n + 3).inputs, kBoth);
    const auto b = two.run(arguments.inputs, kBoth);
    ASSERT_TRUE(a && b);
    EXPECT_EQ((*a)[0].values, (*b)[0].values) << n;
  }
}

TEST(Session, MemoryStaysFlatOverManyLengths) {
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "AddressSanitizer keeps freed memory";
#endif
  auto session = load_small();
  std::size_t length = 1;
  const auto run_many = [&](int times) {
    for (int i = 0; i < times; ++i) {
      length = (length * 7919 + 13) % 20'000 + 1;
      ASSERT_TRUE(session.run(Arguments(static_cast<std::int64_t>(length)).inputs, kBoth));
    }
  };
  run_many(50);
  const auto before = resident_bytes();
  run_many(500);
  EXPECT_LT(resident_bytes(), before + (4U << 20));
}

}  // namespace
}  // namespace antiphon::engine::ort
