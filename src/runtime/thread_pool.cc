#include "runtime/thread_pool.h"

#include "base/check.h"

namespace antiphon::runtime {

ThreadPool::ThreadPool(std::size_t threads) : pool_(threads), executor_(pool_->get_executor()) {
  ANTIPHON_CHECK(threads > 0, "a thread pool needs a thread");
}

ThreadPool::~ThreadPool() {
  if (!pool_) return;
  pool_->stop();
  pool_->join();
}

}  // namespace antiphon::runtime
