// CURLcodes as errors.
#include "http/curl_fault.hpp"

#include "base/text.hpp"
#include "http/curl_library.hpp"

#include <curl/curl.h>

#include <string_view>
#include <system_error>

namespace mpk::http {
namespace {

std::string words_of(const Fault& fault) {
  if (fault.said.empty()) return curl_words(static_cast<CURLcode>(fault.code));
  std::string_view text = trim(fault.said);
  constexpr std::string_view kPrefix = "SSL certificate problem: ";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  return printable(text, 200);
}

Error not_found(const Fault& fault) {
  return Error(ErrorKind::network, fault.host + ": host name not found",
               "check how the name is written, and this machine's DNS");
}

Error not_connected(const Fault& fault) {
  const auto reason =
      fault.os_error == 0
          ? words_of(fault)
          : lower_ascii(std::generic_category().message(static_cast<int>(fault.os_error)));
  return Error(ErrorKind::network, fault.host + ": " + reason,
               "check that the service runs and that host and port are right");
}

Error timed_out(const Fault& fault) {
  return Error(ErrorKind::timeout,
               fault.host + (fault.connected ? ": no complete answer" : ": no connection") +
                   " within " + std::to_string(fault.seconds) + " seconds",
               fault.connected
                   ? "the server is slow or stuck; run the command again"
                   : "check the network, a firewall in between, HTTPS_PROXY and NO_PROXY");
}

std::string certificate_hint(std::string_view words) {
  if (words.find("expired") != words.npos || words.find("not yet valid") != words.npos) {
    return "the server's operator has to renew it; is this machine's clock right?";
  }
  if (words.find("subject name") != words.npos) {
    return "use the name that the certificate is for";
  }
  return "if a private authority issued it, put that authority's certificate into the file that "
         "SSL_CERT_FILE names, or for one registry into "
         "~/.config/containers/certs.d/HOST:PORT/ca.crt";
}

Error certificate_refused(const Fault& fault) {
  const auto words = words_of(fault);
  return Error(ErrorKind::network, fault.host + ": TLS certificate refused: " + words,
               certificate_hint(words));
}

}  // namespace

bool is_lasting(int code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CERTPROBLEM:
      return true;
    default:
      return false;
  }
}

Error error_of(const Fault& fault) {
  switch (fault.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return not_found(fault);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Error(ErrorKind::network, fault.host + ": the proxy's host name was not found",
                   "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY");
    case CURLE_COULDNT_CONNECT:
      return not_connected(fault);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(fault);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return certificate_refused(fault);
    case CURLE_SSL_CONNECT_ERROR:
      return Error(ErrorKind::network, fault.host + ": no TLS connection: " + words_of(fault),
                   "the server may speak plain HTTP on this port");
    case CURLE_SSL_CACERT_BADFILE:
      return Error(ErrorKind::io,
                   fault.host + ": the trusted certificates can't be read: " + words_of(fault),
                   "check SSL_CERT_FILE and SSL_CERT_DIR");
    case CURLE_SSL_CERTPROBLEM:
      return Error(ErrorKind::io,
                   fault.host + ": the client certificate can't be used: " + words_of(fault),
                   "check *.cert and *.key of this host in certs.d");
    case CURLE_PARTIAL_FILE:
      return Error(ErrorKind::network,
                   fault.host + ": the connection ended before the answer was complete",
                   "run the command again");
    case CURLE_GOT_NOTHING:
      return Error(ErrorKind::network, fault.host + ": the connection was closed without an answer",
                   "the server may speak TLS on this port, or be restarting");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Error(ErrorKind::malformed, fault.host + ": " + words_of(fault));
    case CURLE_OUT_OF_MEMORY:
      return Error(ErrorKind::internal, "libcurl: out of memory");
    default:
      return Error(ErrorKind::network, fault.host + ": " + words_of(fault),
                   "the network or the server is in trouble; run the command again");
  }
}

}  // namespace mpk::http
