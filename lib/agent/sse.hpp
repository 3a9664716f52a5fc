// Server-sent events (WHATWG HTML §9.2) as they arrive.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace mpk::agent {

/// Not thread-safe. Lines end with LF, CR LF or CR; names, ids and comments are left out.
class EventStream {
 public:
  using Take = std::function<Result<void>(std::string_view data)>;
  /// `take` gets the data of each event; `cap`: of one event, too_large beyond.
  EventStream(std::size_t cap, Take take) : cap_(cap), take_(std::move(take)) {}
  /// Any piece of the stream. An error of `take` ends it.
  Result<void> feed(std::string_view bytes);

 private:
  Result<void> line();
  std::size_t cap_;
  Take take_;
  std::string line_, data_;
  bool after_cr_ = false, has_data_ = false, first_ = true;
};

}  // namespace mpk::agent
