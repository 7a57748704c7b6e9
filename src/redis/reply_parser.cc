#include "redis/reply_parser.h"

#include <hiredis/read.h>

#include <new>
#include <utility>

namespace antiphon::redis {

/// What the reply that is being read may still take.
struct ReplyParser::Budget {
  std::size_t nodes = 0;
};

namespace {

// hiredis hands the objects on as void*. Those within an array belong to it, so that only the outermost is ever freed.
// An object that cannot be made is null, which hiredis takes for a lack of memory: an error of the reader.

Reply* place(const redisReadTask* task, Reply reply) {
  auto& budget = *static_cast<ReplyParser::Budget*>(task->privdata);
  if (budget.nodes == 0) return nullptr;
  --budget.nodes;
  if (task->parent == nullptr) return new Reply(std::move(reply));
  auto& parent = *static_cast<Reply*>(task->parent->obj);
  const auto index = static_cast<std::size_t>(task->idx);
  if (index >= parent.elements.size()) return nullptr;
  parent.elements[index] = std::move(reply);
  return &parent.elements[index];
}

void* create_string(const redisReadTask* task, char* text, std::size_t size) {
  const auto kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::kError
                    : task->type == REDIS_REPLY_STATUS ? Reply::Kind::kStatus
                                                       : Reply::Kind::kString;
  return place(task, Reply{.kind = kind, .text = std::string(text, size)});
}

void* create_array(const redisReadTask* task, int size) {
  const auto& budget = *static_cast<ReplyParser::Budget*>(task->privdata);
  if (size < 0 || static_cast<std::size_t>(size) >= budget.nodes) return nullptr;
  Reply reply{.kind = Reply::Kind::kArray};
  reply.elements.resize(static_cast<std::size_t>(size));
  return place(task, std::move(reply));
}

void* create_integer(const redisReadTask* task, long long value) {
  return place(task, Reply{.kind = Reply::Kind::kInteger, .integer = value});
}

void* create_nil(const redisReadTask* task) { return place(task, Reply{}); }

void free_object(void* reply) { delete static_cast<Reply*>(reply); }

// hiredis keeps a pointer to it that is not const.
redisReplyObjectFunctions functions = {create_string, create_array, create_integer, create_nil, free_object};

}  // namespace

void ReplyParser::FreeReader::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyParser::ReplyParser(ReplyLimits limits)
    : limits_(limits),
      budget_(std::make_unique<Budget>(Budget{.nodes = limits.nodes})),
      reader_(redisReaderCreateWithFunctions(&functions)) {
  if (!reader_) throw std::bad_alloc();
  reader_->privdata = budget_.get();
}

ReplyParser::~ReplyParser() = default;

Result<void> ReplyParser::feed(std::string_view bytes) {
  unread_ += bytes.size();
  if (!broken_ && redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) == REDIS_OK) return {};
  broken_ = true;
  return std::unexpected(Error{.code = Errc::kProtocol, .message = "the server sends what is no reply"});
}

Result<std::optional<Reply>> ReplyParser::next() {
  void* object = nullptr;
  if (!broken_ && redisReaderGetReply(reader_.get(), &object) == REDIS_OK) {
    if (object != nullptr) {
      const std::unique_ptr<Reply> reply(static_cast<Reply*>(object));
      budget_->nodes = limits_.nodes;
      unread_ = reader_->len - reader_->pos;
      return std::optional<Reply>(std::move(*reply));
    }
    if (unread_ <= limits_.bytes) return std::optional<Reply>();
  }
  broken_ = true;
  return std::unexpected(Error{.code = Errc::kProtocol, .message = "the server sends what is no reply, or too long"});
}

}  // namespace antiphon::redis
