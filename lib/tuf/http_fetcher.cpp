// Fetcher over HTTP.
#include "tuf/fetcher.hpp"

#include <utility>

namespace mpk::tuf {
namespace {

class HttpFetcher final : public Fetcher {
 public:
  HttpFetcher(http::Transport& transport, Url base)
      : transport_(transport), base_(std::move(base)) {
    if (!base_.path.ends_with('/')) base_.path += '/';
  }

  Result<std::optional<std::string>> fetch(const std::string& path, std::size_t cap) override {
    http::Request request;
    request.url = base_;
    request.url.path += path;
    request.response_cap = cap;
    const std::string name = request.url.redacted();
    auto sent = transport_.send(std::move(request));
    if (!sent) return std::move(sent).error().with(name);
    auto response = sent.take();
    if (response.status == 404 || response.status == 403) return std::optional<std::string>();
    if (response.status != 200) {
      return Error(ErrorKind::network,
                   name + ": expected status 200, found " + std::to_string(response.status));
    }
    return std::optional(std::move(response.body));
  }

 private:
  http::Transport& transport_;
  Url base_;
};

}  // namespace

std::unique_ptr<Fetcher> make_http_fetcher(http::Transport& transport, Url base) {
  return std::make_unique<HttpFetcher>(transport, std::move(base));
}

}  // namespace mpk::tuf
