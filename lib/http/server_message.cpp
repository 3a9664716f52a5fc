// What a handler asks of a request.
#include "base/text.hpp"
#include "base/url.hpp"
#include "http/server.hpp"

#include <algorithm>

namespace mpk::http {

std::optional<std::string> ServerRequest::parameter(std::string_view name) const {
  for (const auto field : split(query, '&')) {
    const auto equals = field.find('=');
    const auto decode = [](std::string_view text) {
      std::string spaced(text);  // application/x-www-form-urlencoded
      std::replace(spaced.begin(), spaced.end(), '+', ' ');
      return percent_decode(spaced).value_or(spaced);
    };
    if (decode(field.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? "" : decode(field.substr(equals + 1));
  }
  return std::nullopt;
}

Result<std::string> ServerRequest::body(std::size_t cap) const {
  std::string text;
  bool over = false;
  const auto complete = read_body([&](BytesView bytes) {
    over = bytes.size() > cap - text.size();
    if (!over) text.append(as_text(bytes));
    return !over;
  });
  if (over) {
    return Error(ErrorKind::too_large, "request body: over " + std::to_string(cap) + " bytes");
  }
  if (!complete) return complete.error();
  return text;
}

}  // namespace mpk::http
