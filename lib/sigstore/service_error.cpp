// What a signing service's refusal means.
#include "sigstore/service_error.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {
namespace {

std::string words_of(const http::Response& response) {
  auto document = json::parse(response.body);
  if (document && document->is_object()) {
    auto message = json::Field(*document).optional_string("message");
    if (message && *message) return printable(**message, 300);
  }
  return printable(trim(response.body), 200);
}

}  // namespace

std::string service_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + std::string(path);
}

Error service_error(std::string_view service, const http::Response& response) {
  auto words = words_of(response);
  auto message = std::string(service) + " answered " + std::to_string(response.status) +
                 (words.empty() ? "" : ": " + words);
  switch (response.status) {
    case 400:
      return {ErrorKind::denied, message, "the service did not accept the request"};
    case 401:
      return {ErrorKind::unauthorized, message,
              "is the token fresh, and from an issuer that this instance knows?"};
    case 403:
      return {ErrorKind::denied, message};
    case 404:
    case 405:
      return {ErrorKind::network, message,
              "is this the address of the service? see the signing config"};
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return {ErrorKind::network, message,
              "it points to another place; the signing config has to name the service itself"};
    case 429:
      return {ErrorKind::network, message,
              "the service limits requests: wait and run the command again; all targets of one "
              "command share one certificate"};
    default:
      return {ErrorKind::network, message, "nothing was attached; run the command again"};
  }
}

}  // namespace mpk::sigstore
