#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "voice_import/cut.h"
#include "voice_import/schedule.h"
#include "voice_import/weights.h"

namespace antiphon::voice_import {

/// Which ends of a segment a grain has.
struct Ends {
  bool begin = false;  ///< Nothing went before: convolutions see zeros there, and no state comes in.
  bool end = false;    ///< Nothing follows: convolutions see zeros there, and no state goes out.
};

/// Writes the model of one kind of grain. Streams are [batch, channels, 1, samples], since ONNX Runtime's kernels for
/// two dimensions are faster than those for one; grains of several segments can be rendered at once.
class RenderWriter {
 public:
  RenderWriter(const onnx::ModelProto& original, const GraphIndex& index, const StreamGraph& graph,
               const Schedule& schedule, Weights& weights)
      : original_(original), index_(index), graph_(graph), schedule_(schedule), weights_(weights) {}

  [[nodiscard]] std::string write(Ends ends);

 private:
  void write_stream(int number);
  void write_prior(const std::string& name);
  void write_conv(const FromConv& conv, int number, const std::string& name);
  void write_conv_transpose(const FromConvTranspose& conv, int number, const std::string& name);
  void write_pointwise(const FromPointwise& pointwise, int number, const std::string& name);
  void write_channels(const FromChannels& channels, int number, const std::string& name);
  void write_join(const FromJoin& join, int number, const std::string& name);
  void write_output();
  void copy_steady();
  /// Joins a stream's new samples with its kept ones, and hands on what the next grain needs.
  void keep(int number);
  /// The name of that part of `source` which `user` reads.
  [[nodiscard]] std::string read(int user, int source);
  [[nodiscard]] std::string slice(const std::string& tensor, std::int64_t axis, std::int64_t begin, std::int64_t end,
                                  std::int64_t step, const std::string& name);
  [[nodiscard]] std::string steady(const Steady& steady, std::int64_t channels);
  [[nodiscard]] bool depends_on_speaker(const std::string& tensor) const;
  /// The name of a constant int64 vector of one value.
  [[nodiscard]] std::string number(std::int64_t value);
  [[nodiscard]] std::string place_weights(const std::string& tensor);
  void copy_convolution(const onnx::NodeProto& original, const std::string& input, const std::string& name,
                        std::int64_t pad_left, std::int64_t pad_right);

  const onnx::ModelProto& original_;
  const GraphIndex& index_;
  const StreamGraph& graph_;
  const Schedule& schedule_;
  Weights& weights_;

  Ends ends_;
  onnx::ModelProto model_;
  std::vector<std::string> names_;  ///< Names of each stream with its kept samples.
  int states_ = 0;
  std::map<std::string, std::string> placed_;  ///< Tensors of the original that this model has, by their names there.
  std::map<std::tuple<int, std::int64_t, std::int64_t>, std::string> readings_;
};

}  // namespace antiphon::voice_import
