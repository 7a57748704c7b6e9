#pragma once

#include <list>
#include <utility>

namespace antiphon::delivery {

/// Keeps an entry in a list while it lives. The list outlives it.
template <class T>
class Listed {
 public:
  Listed(std::list<T>& list, T entry) : list_(list), entry_(list.insert(list.end(), std::move(entry))) {}
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  ~Listed() { list_.erase(entry_); }

 private:
  std::list<T>& list_;
  typename std::list<T>::iterator entry_;
};

}  // namespace antiphon::delivery
