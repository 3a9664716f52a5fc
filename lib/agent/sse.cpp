// Server-sent events: lines into events.
#include "agent/sse.hpp"

#include <utility>

namespace mpk::agent {

Result<void> EventStream::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const bool after_cr = std::exchange(after_cr_, c == '\r');
    if (c == '\n' && after_cr) continue;
    if (c == '\n' || c == '\r') {
      TRY(line());
      continue;
    }
    line_ += c;
    if (line_.size() + data_.size() > cap_) {
      return Error(ErrorKind::too_large,
                   "an event is over the limit of " + std::to_string(cap_) + " bytes");
    }
  }
  return {};
}

Result<void> EventStream::line() {
  std::string text = std::exchange(line_, {});
  if (std::exchange(first_, false) && text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (text.empty()) {
    if (!std::exchange(has_data_, false)) return {};
    const auto data = std::exchange(data_, {});
    return take_(data);
  }
  const auto colon = text.find(':');
  if (std::string_view(text).substr(0, colon) != "data") return {};
  std::string_view value;
  if (colon != std::string::npos) value = std::string_view(text).substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (has_data_) data_ += '\n';
  has_data_ = true;
  data_ += value;
  return {};
}

}  // namespace mpk::agent
