// Reads a request's header as a whole and looks for what must not reach the library.
#include "http/server_head.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mpk::http {
namespace {

constexpr std::string_view kEmptyLine = "\r\n\r\n";
constexpr std::string_view kRange = "range:";

/// Of a request, or of the empty line before it. A TLS hello that comes to a plain server has no
/// end of a header to wait for.
bool is_begin(char byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '\r';
}

Result<void> check_lines(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) {
    return Error(ErrorKind::malformed, "request header: has a NUL");
  }
  for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') {
      return Error(ErrorKind::malformed, "request header: expected CR LF, found LF");
    }
  }
  return {};
}

}  // namespace

Result<std::string> read_head(Link& link, Link::Deadline deadline) {
  std::size_t seen = 0;
  while (true) {
    // RFC 9112 §2.2: an empty line before a request is passed over.
    while (seen == 0 && link.buffered().starts_with("\r\n")) link.consume(2);
    const auto text = link.buffered();
    if (!text.empty() && !is_begin(text.front())) {
      return Error(ErrorKind::malformed, "request header: expected a method");
    }
    const auto end = text.find(kEmptyLine, seen - std::min(seen, kEmptyLine.size() - 1));
    if (std::min(end, text.size()) > limits::kHeaderBytes - kEmptyLine.size()) {
      return Error(ErrorKind::too_large,
                   "request header: over " + std::to_string(limits::kHeaderBytes) + " bytes");
    }
    if (end != std::string_view::npos) {
      std::string head(text.substr(0, end + kEmptyLine.size()));
      link.consume(head.size());
      TRY(check_lines(head));
      return head;
    }
    seen = text == "\r" ? 0 : text.size();
    TRY(link.fill(deadline));
  }
}

std::optional<std::string> take_range(std::string& head) {
  std::optional<std::string> value;
  std::size_t count = 0;
  for (auto line = head.find("\r\n") + 2; line < head.size();) {
    const auto end = head.find("\r\n", line) + 2;
    if (!iequals_ascii(std::string_view(head).substr(line, kRange.size()), kRange)) {
      line = end;
      continue;
    }
    const auto begin = line + kRange.size();
    value = trim(std::string_view(head).substr(begin, end - 2 - begin));
    head.erase(line, end - line);
    ++count;
  }
  return count == 1 ? value : std::nullopt;
}

}  // namespace mpk::http
