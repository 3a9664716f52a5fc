// stdio: a message a line; what the server asks of us in between is declined.
#include "agent/stdio_channel.hpp"

#include "agent/child.hpp"
#include "agent/limits.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace mpk::agent {
namespace {

class StdioChannel final : public Channel {
 public:
  StdioChannel(std::vector<std::string> argv, CancelToken cancel, std::unique_ptr<Child> child)
      : argv_(std::move(argv)), cancel_(std::move(cancel)), child_(std::move(child)) {}

  Result<Json> call(const Json& request, Time until) override {
    auto response = exchange(request, until);
    if (response) return response;
    auto error = std::move(response).error();
    if (error.kind() == ErrorKind::timeout) given_up_.insert(request.at("id").get<int>());
    const auto complaint = trim(child_->complaint());
    if (complaint.empty() || error.kind() == ErrorKind::cancelled) return error;
    return std::move(error).with_hint("the server says: " + printable(complaint, 600));
  }

  Result<void> notify(const Json& notification, Time until) override {
    return child_->write_line(json::compact(notification), until);
  }

  Result<void> restart() override {
    child_.reset();
    child_ = TRY(Child::start(argv_, cancel_));
    given_up_.clear();
    return {};
  }

  void use_version(const std::string&) override {}  // messages carry it, where they must
  void close() override { child_->end(); }

 private:
  Result<Json> exchange(const Json& request, Time until) {
    TRY(child_->write_line(json::compact(request), until));
    while (true) {
      const auto line = TRY(child_->read_line(until));
      if (trim(line).empty()) continue;
      if (++messages_ > limits::kMessages)
        return Error(ErrorKind::too_large, "the server sends messages without end");
      auto message = TRY(parse_message(line));
      if (is_late(message)) continue;
      if (TRY(answers(message, request))) return message;
      if (message.contains("id")) TRY(decline(message, until));
    }
  }

  // The answer to a request that timed out before.
  bool is_late(const Json& message) {
    const auto id = message.find("id");
    return id != message.end() && id->is_number_integer() && !message.contains("method") &&
           given_up_.erase(id->get<int>()) != 0;
  }

  // Until 2025-11-25 servers may ask, and wait for the answer.
  Result<void> decline(const Json& message, Time until) {
    Json answer = {{"jsonrpc", "2.0"}, {"id", message.at("id")}};
    if (message.at("method") == Json("ping")) {
      answer["result"] = Json::object();
    } else {
      answer["error"] = {{"code", -32601}, {"message", "Method not found"}};
    }
    return child_->write_line(json::compact(answer), until);
  }

  std::vector<std::string> argv_;
  CancelToken cancel_;
  std::unique_ptr<Child> child_;
  std::set<int> given_up_;
  std::size_t messages_ = 0;
};

}  // namespace

Result<std::unique_ptr<Channel>> open_stdio(const std::vector<std::string>& argv,
                                            CancelToken cancel) {
  auto child = TRY(Child::start(argv, cancel));
  return std::unique_ptr<Channel>(
      std::make_unique<StdioChannel>(argv, std::move(cancel), std::move(child)));
}

}  // namespace mpk::agent
