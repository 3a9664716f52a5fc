// RequestBody: what follows a request's header (RFC 9112 §6); private to servers.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server_link.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace mpk::http {

class RequestBody {
 public:
  /// malformed: a length that is none, or both a length and a transfer coding, by which requests
  /// are smuggled (RFC 9112 §6.3); unsupported: another coding than chunked.
  static Result<RequestBody> of(const Headers& headers, Link& link, Link::Deadline deadline);

  /// Once: later calls say how the first one ended. As ServerRequest::read_body.
  Result<void> read(const std::function<bool(BytesView)>& consume);
  /// Swallows what was not read, so that the next request of the connection starts where it should.
  /// False: it does not.
  bool drain();
  /// It missed its deadline.
  bool is_late() const { return fault_ && fault_->kind() == ErrorKind::timeout; }

 private:
  RequestBody(Link& link, Link::Deadline deadline) : link_(&link), deadline_(deadline) {}
  using Consume = std::function<void(BytesView)>;
  Result<void> read_all(const Consume& consume);
  Result<void> read_length(std::uint64_t length, const Consume& consume);
  Result<void> read_chunks(const Consume& consume);
  Result<std::string> read_line();

  Link* link_;
  Link::Deadline deadline_;
  std::uint64_t length_ = 0;
  bool chunked_ = false;
  bool started_ = false;
  std::optional<Error> fault_;
};

}  // namespace mpk::http
