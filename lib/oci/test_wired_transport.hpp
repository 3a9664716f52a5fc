// For tests: the retries and redirects of the real transport over answers in memory.
#pragma once

#include "http/redirect.hpp"
#include "http/resilient.hpp"
#include "http/transport.hpp"

#include <memory>
#include <utility>

namespace mpk::oci::test {

/// `Fake` is testing::FakeTransport (a parameter, for headers here may not include testing/). No
/// pause is made.
template <class Fake>
class WiredTransport final : public http::Transport {
 public:
  using Answer = typename Fake::Answer;
  explicit WiredTransport(Answer answer)
      : fake_(std::move(answer)),
        inner_(http::make_resilient(http::make_redirecting(std::make_unique<Wire>(fake_), {}), {},
                                    {[](auto) {}, [] { return 0.5; }})) {}
  Result<http::Response> send(http::Request request) override {
    return inner_->send(std::move(request));
  }
  auto seen() const { return fake_.seen(); }

 private:
  struct Wire final : http::Sender {
    explicit Wire(Fake& wired) : fake(wired) {}
    http::Attempt send_once(const http::Request& request) override { return {fake.send(request)}; }
    Fake& fake;
  };
  Fake fake_;
  std::unique_ptr<http::Transport> inner_;
};

}  // namespace mpk::oci::test
