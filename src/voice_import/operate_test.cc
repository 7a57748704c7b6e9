#include "voice_import/operate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <random>

#include "voice_import/graph_index.h"
#include "voice_import/toy_vits.h"

namespace antiphon::voice_import {
namespace {

using testing::HasSubstr;

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes)) throw std::runtime_error("not a model");
  return model;
}

/// The model after `change` of its graph.
std::string changed(const ToyVits& shape, const std::function<void(onnx::GraphProto&)>& change) {
  auto model = parsed(toy_model(shape));
  change(*model.mutable_graph());
  return model.SerializeAsString();
}

onnx::NodeProto& first_node(onnx::GraphProto& graph, const std::string& type) {
  for (auto& node : *graph.mutable_node()) {
    if (node.op_type() == type) return node;
  }
  throw std::runtime_error("no " + type);
}

TEST(OperateTest, PartsNameTheirStates) {
  const auto parts = operate(toy_model(toy_low()), {.grain_frames = 5});
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_TRUE(parts->geometry.windowed);
  EXPECT_EQ(parts->geometry.hop, 8U);
  EXPECT_EQ(parts->prior_channels, 6U);
  EXPECT_FALSE(parts->speaker_input);
  ASSERT_FALSE(parts->states.empty());
  const auto middle = parsed(parts->middle);
  const auto first = parsed(parts->first);
  const auto last = parsed(parts->last);
  EXPECT_EQ(middle.graph().input_size(), 1 + static_cast<int>(parts->states.size()));
  EXPECT_EQ(middle.graph().output_size(), 1 + static_cast<int>(parts->states.size()));
  EXPECT_EQ(first.graph().input_size(), 1);
  EXPECT_EQ(last.graph().output_size(), 1);
}

TEST(OperateTest, ADeeperLookAheadTakesALongerFirstGrain) {
  auto shape = toy_low();
  const auto few = operate(toy_model(shape), {.grain_frames = 5});
  shape.couplings = 6;
  const auto many = operate(toy_model(shape), {.grain_frames = 5});
  ASSERT_TRUE(few && many);
  EXPECT_GT(many->geometry.first_frames, few->geometry.first_frames);
  EXPECT_GT(many->geometry.delay_samples, few->geometry.delay_samples);
}

TEST(OperateTest, LargeWeightsAreStoredOnce) {
  auto shape = toy_low();
  shape.channels = 32;
  shape.decoder_channels = 64;
  const auto model = toy_model(shape);
  const auto parts = operate(model, {.grain_frames = 5});
  ASSERT_TRUE(parts);
  EXPECT_LT(parts->middle.size(), model.size() / 2);
  EXPECT_LT(parts->weights.size(), model.size());
}

TEST(OperateTest, EachUnknownPartFallsBackToOneGrain) {
  const std::vector<std::pair<const char*, std::function<void(onnx::GraphProto&)>>> changes = {
      {"skips samples",
       [](auto& graph) {
         // The last convolution before the waveform.
         for (auto& node : *graph.mutable_node()) {
           if (node.op_type() != "Conv") continue;
           for (auto& attribute : *node.mutable_attribute()) {
             if (attribute.name() == "strides") attribute.set_ints(0, 2);
           }
         }
       }},
      {"pads by itself",
       [](auto& graph) {
         auto& added = *first_node(graph, "ConvTranspose").add_attribute();
         added.set_name("auto_pad");
         added.set_type(onnx::AttributeProto::STRING);
         added.set_s("SAME_UPPER");
       }},
  };
  for (const auto& [words, change] : changes) {
    const auto parts = operate(changed(toy_low(), change), {.grain_frames = 5});
    if (parts) {
      EXPECT_FALSE(parts->geometry.windowed);
      EXPECT_THAT(parts->not_windowed_because, HasSubstr(words));
    } else {
      EXPECT_THAT(parts.error().message, HasSubstr(words));
    }
  }
}

TEST(OperateTest, WhatIsNoVitsIsRefused) {
  const auto refused = [](const std::string& model) {
    const auto parts = operate(model, {});
    EXPECT_FALSE(parts);
    return parts ? Error{} : parts.error();
  };
  EXPECT_EQ(refused("").code, Errc::kModelInvalid);
  const auto no_noise = changed(toy_low(), [](auto& graph) {
    for (auto& node : *graph.mutable_node()) {
      if (node.op_type() == "RandomNormalLike") node.set_op_type("Identity");
    }
  });
  EXPECT_EQ(refused(no_noise).code, Errc::kModelUnsupported);
  const auto circle =
      changed(toy_low(), [](auto& graph) { graph.mutable_node(0)->set_input(0, graph.node(5).output(0)); });
  EXPECT_EQ(refused(circle).code, Errc::kModelInvalid);
  const auto twice = changed(toy_low(), [](auto& graph) { *graph.add_node() = graph.node(0); });
  EXPECT_THAT(refused(twice).message, HasSubstr("twice"));
  const auto elsewhere = changed(
      toy_low(), [](auto& graph) { graph.mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL); });
  EXPECT_THAT(refused(elsewhere).message, HasSubstr("another file"));
}

/// Damage of any kind may be refused, but not more.
TEST(OperateTest, DamagedModelsAreHarmless) {
  constexpr int kRounds = 400;
  const auto whole = toy_model(toy_low());
  std::mt19937 random(5);
  for (int round = 0; round < kRounds; ++round) {
    auto model = whole;
    for (int i = 0; i < 3; ++i) model[random() % model.size()] = static_cast<char>(random());
    (void)operate(model, {.grain_frames = 5});
  }
}

}  // namespace
}  // namespace antiphon::voice_import
