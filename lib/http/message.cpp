// Headers and the text body.
#include "http/message.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace mpk::http {

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  list_.emplace_back(name, std::move(value));
}

void Headers::add(std::string name, std::string value) {
  list_.emplace_back(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(list_, [&](const auto& header) { return iequals_ascii(header.first, name); });
}

std::optional<std::string> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : list_) {
    if (iequals_ascii(key, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Headers::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : list_) {
    if (iequals_ascii(key, name)) values.push_back(value);
  }
  return values;
}

Result<std::size_t> TextSource::read(std::span<std::uint8_t> buffer) {
  const std::size_t count = std::min(buffer.size(), text_.size() - offset_);
  std::copy_n(text_.data() + offset_, count, buffer.begin());
  offset_ += count;
  return count;
}

Result<void> TextSource::seek(std::uint64_t offset) {
  if (offset > text_.size()) {
    return Error(ErrorKind::unsupported, "a text of " + std::to_string(text_.size()) +
                                             " bytes can't be read from " + std::to_string(offset));
  }
  offset_ = static_cast<std::size_t>(offset);
  return {};
}

}  // namespace mpk::http
