// Answers of the registry.
#include "sandbox/registry_answer.hpp"

#include "base/text.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {

http::ServerResponse refusal(int status, std::string_view code, std::string_view message) {
  const Json error = {{"code", code}, {"message", printable(message)}, {"detail", nullptr}};
  Json body;
  body["errors"].push_back(error);
  http::ServerResponse response;
  response.status = status;
  response.body = json::compact(body);
  return response;
}

http::ServerResponse empty_answer(int status) {
  http::ServerResponse response;
  response.status = status;
  return response;
}

}  // namespace mpk::sandbox
