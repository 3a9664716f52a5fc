// What people read when a transfer fails.
#include "http/curl_fault.hpp"

#include <curl/curl.h>
#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

namespace mpk::http {
namespace {

TEST_CASE("a refused certificate decides nothing, is not tried again, and says what to do") {
  struct Row {
    const char* said;
    const char* message;
    const char* hint;  // a part of it
  };
  for (const auto& row :
       {Row{"SSL certificate problem: self-signed certificate", "self-signed certificate",
            "SSL_CERT_FILE"},
        Row{"SSL certificate problem: unable to get local issuer certificate",
            "unable to get local issuer certificate", "SSL_CERT_FILE"},
        Row{"SSL certificate problem: certificate has expired", "certificate has expired", "renew"},
        Row{"SSL certificate problem: certificate is not yet valid", "certificate is not yet valid",
            "clock"},
        Row{"SSL: no alternative certificate subject name matches target host name 'a'",
            "SSL: no alternative certificate subject name matches target host name 'a'", "name"}}) {
    CAPTURE(row.said);
    const auto error =
        error_of({.code = CURLE_PEER_FAILED_VERIFICATION, .host = "a", .said = row.said});
    CHECK(error.kind() == ErrorKind::network);
    CHECK(error.text() == std::string("a: TLS certificate refused: ") + row.message);
    CHECK(error.hint().find(row.hint) != std::string::npos);
  }
  CHECK(is_lasting(CURLE_PEER_FAILED_VERIFICATION));
  CHECK(is_lasting(CURLE_SSL_ISSUER_ERROR));
  for (const int passing : {CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR,
                            CURLE_SSL_CONNECT_ERROR, CURLE_PARTIAL_FILE}) {
    CHECK_FALSE(is_lasting(passing));
  }
}

TEST_CASE("item 32: an HTTP/2 connection that the server ends is tried again") {
  for (const int passing : {CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_ERROR, CURLE_GOT_NOTHING}) {
    CHECK_FALSE(is_lasting(passing));
    CHECK(error_of({.code = passing, .host = "a"}).kind() == ErrorKind::network);
  }
}

TEST_CASE("item 28: a client certificate that can't be used is named as the cause") {
  const auto error =
      error_of({.code = CURLE_SSL_CERTPROBLEM, .host = "a", .said = "unable to set private key"});
  CHECK(error.kind() == ErrorKind::io);
  CHECK(error.text() == "a: the client certificate can't be used: unable to set private key");
  CHECK(error.hint().find("certs.d") != std::string::npos);
  CHECK(is_lasting(CURLE_SSL_CERTPROBLEM));
}

TEST_CASE("what keeps a user from the server is named, with a hint") {
  struct Row {
    Fault fault;
    ErrorKind kind;
    const char* text;
  };
  for (const auto& row :
       {Row{{.code = CURLE_COULDNT_CONNECT, .host = "a:1", .os_error = ECONNREFUSED},
            ErrorKind::network,
            "a:1: connection refused"},
        Row{{.code = CURLE_COULDNT_CONNECT, .host = "a", .said = "no way\x1b"},
            ErrorKind::network,
            "a: no way\\x1b"},
        Row{{.code = CURLE_COULDNT_RESOLVE_HOST, .host = "a"},
            ErrorKind::network,
            "a: host name not found"},
        Row{{.code = CURLE_OPERATION_TIMEDOUT, .host = "a", .connected = false, .seconds = 15},
            ErrorKind::timeout,
            "a: no connection within 15 seconds"},
        Row{{.code = CURLE_OPERATION_TIMEDOUT, .host = "a", .connected = true, .seconds = 60},
            ErrorKind::timeout,
            "a: no complete answer within 60 seconds"},
        Row{{.code = CURLE_GOT_NOTHING, .host = "a"},
            ErrorKind::network,
            "a: the connection was closed without an answer"},
        Row{{.code = CURLE_RECV_ERROR, .host = "a", .said = "reset"},
            ErrorKind::network,
            "a: reset"}}) {
    CAPTURE(row.text);
    const auto error = error_of(row.fault);
    CHECK(error.kind() == row.kind);
    CHECK(error.text() == row.text);
    CHECK_FALSE(error.hint().empty());
  }
}

}  // namespace
}  // namespace mpk::http
