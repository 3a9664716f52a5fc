// TLS servers against OpenSSL's own client, over a pair of sockets.
#include "crypto/tls_server.hpp"

#include "base/process_signals.hpp"
#include "crypto/test_tls.hpp"

#include <fcntl.h>

#include <chrono>
#include <ostream>
#include <thread>

namespace mpk::crypto {
namespace {

using namespace std::chrono_literals;
using testing::files_of;
using testing::kind_of;
using testing::make_pair;
using testing::make_tls_root;
using testing::must;
using testing::Purpose;
using testing::TlsClient;
using testing::TlsClientOptions;
using testing::today;

TlsConnection::Deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Both ends of a connection; the server's has a thread of its own.
struct Wire {
  Wire() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    client = Fd(ends[0]);
    server = Fd(ends[1]);
    ::fcntl(server.get(), F_SETFL, O_NONBLOCK);
  }
  BlockedSigpipe no_signal;
  Fd client, server;
};

struct Outcome {
  std::string kind;  // of the server's error; "" when the handshake was right
  std::string text;
  bool client = false;
  std::string version, protocol, server_name, client_name;
  bool resumed = false;
  TlsClient::Session ticket;
};

/// One handshake, and one word from the server to the client.
Outcome meet(const TlsServer& server, const TlsClientOptions& options = {},
             const TlsClient::Session& before = nullptr) {
  Wire wire;
  Outcome outcome;
  std::thread thread([&] {
    const BlockedSigpipe no_signal;
    const auto connection = must(server.accept(wire.server.get()));
    auto shaken = connection->handshake(in(5s));
    if (shaken) shaken = connection->write(as_bytes("hello"), in(5s));
    outcome.kind = kind_of(shaken);
    if (shaken) {
      if (const auto peer = connection->peer()) outcome.client_name = peer->common_name();
      outcome.resumed = connection->resumed();
      connection->shutdown();
    } else {
      outcome.text = shaken.error().text();
    }
    wire.server.reset();
  });
  TlsClient client(wire.client.get(), options, before);
  outcome.client = client.handshake() && client.read() == "hello" && client.read().empty() &&
                   client.was_closed();
  wire.client.reset();
  thread.join();
  outcome.version = client.version();
  outcome.protocol = client.protocol();
  outcome.server_name = client.server_name();
  outcome.ticket = client.ticket();
  return outcome;
}

TEST_CASE("TLS 1.3 and 1.2 are spoken, 1.1 is not") {
  const auto server = must(TlsServer::make(files_of(make_pair(make_tls_root("ca"), "a")), today()));
  struct Row {
    int lowest, highest;
    const char* version;
  };
  for (const auto& row : {Row{TLS1_2_VERSION, TLS1_3_VERSION, "TLSv1.3"},
                          Row{TLS1_2_VERSION, TLS1_2_VERSION, "TLSv1.2"}}) {
    CAPTURE(row.version);
    const auto outcome = meet(*server, {.lowest = row.lowest, .highest = row.highest});
    CHECK(outcome.kind.empty());
    CHECK(outcome.client);
    CHECK(outcome.version == row.version);
    CHECK(outcome.server_name == "a");
  }
  const auto old = meet(*server, {.lowest = TLS1_VERSION, .highest = TLS1_1_VERSION});
  CHECK(old.kind == "network");
  CHECK(old.text.find("unsupported protocol") != std::string::npos);
  CHECK_FALSE(old.client);
}

TEST_CASE("a client gets the whole chain") {
  const auto root = make_tls_root("root");
  auto key = must(PrivateKey::generate(KeyType::ecdsa_p256));
  auto request = testing::request_for(key.public_key(), "intermediate");
  request.ca = true;
  const auto intermediate = must(issue_certificate(request, root.issuer()));
  const auto leaf = make_pair({key, intermediate}, "leaf");
  auto files = files_of(leaf);
  files.chain += intermediate.pem();
  const auto server = must(TlsServer::make(files, today()));
  Wire wire;
  std::thread thread([&] {
    const auto connection = must(server->accept(wire.server.get()));
    CHECK(connection->handshake(in(5s)).has_value());
  });
  TlsClient client(wire.client.get(), {});
  CHECK(client.handshake());
  CHECK(client.chain_length() == 2);
  thread.join();
}

TEST_CASE("http/1.1 is the one protocol, also for those who offer others first") {
  const auto server = must(TlsServer::make(files_of(make_pair(make_tls_root("ca"), "a")), today()));
  CHECK(meet(*server, {.protocols = "\x02h2\x08http/1.1"}).protocol == "http/1.1");
  const auto silent = meet(*server);
  CHECK(silent.client);
  CHECK(silent.protocol.empty());
  CHECK_FALSE(meet(*server, {.protocols = "\x02h2"}).client);
}

TEST_CASE("a ticket resumes a session until the certificate is replaced") {
  const auto root = make_tls_root("ca");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const auto server = must(TlsServer::make(files_of(make_pair(root, "a")), today()));
    const TlsClientOptions options{.lowest = version, .highest = version};
    const auto first = meet(*server, options);
    CHECK_FALSE(first.resumed);
    const auto second = meet(*server, options, first.ticket);
    CHECK(second.resumed);
    CHECK(second.client);
    CHECK(server->replace(files_of(make_pair(root, "b")), today()).has_value());
    const auto third = meet(*server, options, first.ticket);
    CHECK_FALSE(third.resumed);
    CHECK(third.server_name == "b");
  }
}

TEST_CASE("with client authorities a client needs a certificate of theirs, for clients") {
  const auto root = make_tls_root("clients");
  const auto foreign = make_tls_root("clients");
  const auto server_pair = make_pair(make_tls_root("ca"), "a", Purpose::server);
  const auto server = must(TlsServer::make(files_of(server_pair, root.certificate.pem()), today()));
  struct Row {
    const char* what;
    std::optional<testing::Pair> own;
    const char* name;  // nullptr: refused
  };
  for (const auto& row : {Row{"none", std::nullopt, nullptr},
                          Row{"another authority", make_pair(foreign, "x"), nullptr},
                          Row{"for servers", make_pair(root, "x", Purpose::server), nullptr},
                          Row{"ended", make_pair(root, "x", Purpose::client, -60, -1), nullptr},
                          Row{"for clients", make_pair(root, "c", Purpose::client), "c"},
                          Row{"for anything", make_pair(root, "d"), "d"}}) {
    CAPTURE(row.what);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const auto outcome = meet(*server, {.lowest = version, .highest = version, .own = row.own});
      CHECK(outcome.client == (row.name != nullptr));
      CHECK(outcome.client_name == (row.name == nullptr ? "" : row.name));
      if (row.name != nullptr) continue;
      CHECK(outcome.kind == (row.own ? "untrusted" : "network"));
      CAPTURE(outcome.text);
      CHECK(outcome.text.find(row.own ? "the client's certificate" : "did not return") !=
            std::string::npos);
    }
  }
}

TEST_CASE("the client is known in a resumed session, too") {
  const auto root = make_tls_root("clients");
  const auto server = must(TlsServer::make(
      files_of(make_pair(make_tls_root("ca"), "a"), root.certificate.pem()), today()));
  const TlsClientOptions options{.own = make_pair(root, "c", Purpose::client)};
  const auto first = meet(*server, options);
  const auto second = meet(*server, {}, first.ticket);
  CHECK(second.resumed);
  CHECK(second.client_name == "c");
}

TEST_CASE("what does not fit is refused with its reason, and what was there stays") {
  const auto root = make_tls_root("ca");
  const auto good = make_pair(root, "good", Purpose::server);
  const auto other = make_pair(root, "other");
  const auto server = must(TlsServer::make(files_of(good), today()));
  struct Row {
    const char* what;
    TlsFiles files;
    const char* kind;
    const char* text;
  };
  const auto chain = good.certificate.pem();
  const auto key = good.key.pem();
  for (const auto& row :
       {Row{"no PEM", {"hello", key, ""}, "malformed", "certificate chain"},
        Row{"nothing", {"", key, ""}, "malformed", "certificate chain"},
        Row{"a key as chain", {key, key, ""}, "malformed", "found \"PRIVATE KEY\""},
        Row{"no key", {chain, "hello", ""}, "malformed", "PEM"},
        Row{"a key of another", {chain, other.key.pem(), ""}, "mismatch", "CN=good"},
        Row{"upside down", {other.certificate.pem() + chain, key, ""}, "mismatch", "a later one"},
        Row{"an encrypted key",
            {chain, must(good.key.encrypted_pem("secret")), ""},
            "unsupported",
            "encrypted"},
        Row{"ended", files_of(make_pair(root, "x", Purpose::any, -60, -1)), "expired", "it ended"},
        Row{"not begun", files_of(make_pair(root, "x", Purpose::any, 60)), "expired", "it begins"},
        Row{"for clients", files_of(make_pair(root, "x", Purpose::client)), "usage", "for servers"},
        Row{"authorities", {chain, key, "hello"}, "malformed", "client authorities"},
        Row{"no authority", {chain, key, chain}, "malformed", "CN=good is none"}}) {
    CAPTURE(row.what);
    const auto made = TlsServer::make(row.files, today());
    CHECK(kind_of(made) == row.kind);
    if (!made)
      CHECK_MESSAGE(made.error().text().find(row.text) != std::string::npos, made.error().text());
    CHECK(kind_of(server->replace(row.files, today())) == row.kind);
    CHECK(server->certificate() == good.certificate);
  }
  CHECK(meet(*server).server_name == "good");
  CHECK(server->replace(files_of(other), today()).has_value());
  CHECK(server->certificate() == other.certificate);
  CHECK(meet(*server).server_name == "other");
}

TEST_CASE("a handshake ends at its deadline, whatever drips in, and at once when it is none") {
  const auto server = must(TlsServer::make(files_of(make_pair(make_tls_root("ca"), "a")), today()));
  {
    Wire wire;
    const auto connection = must(server->accept(wire.server.get()));
    std::thread client([&] {
      const BlockedSigpipe no_signal;
      for (const char byte : std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03", 10)) {
        if (::write(wire.client.get(), &byte, 1) != 1) return;
        std::this_thread::sleep_for(50ms);
      }
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(kind_of(connection->handshake(in(200ms))) == "timeout");
    CHECK(std::chrono::steady_clock::now() - begin < 450ms);
    client.join();
  }
  Wire wire;
  const auto connection = must(server->accept(wire.server.get()));
  const std::string_view plain = "GET / HTTP/1.1\r\n\r\n";
  REQUIRE(::write(wire.client.get(), plain.data(), plain.size()) == 18);
  const auto refused = connection->handshake(in(5s));
  CHECK(kind_of(refused) == "network");
  CHECK(refused.error().text().find("http request") != std::string::npos);
}

TEST_CASE("reading and writing end at their deadlines, and with the client") {
  const auto server = must(TlsServer::make(files_of(make_pair(make_tls_root("ca"), "a")), today()));
  Wire wire;
  const auto connection = must(server->accept(wire.server.get()));
  TlsClient client(wire.client.get(), {});
  std::thread thread([&] { CHECK(client.handshake()); });
  REQUIRE(connection->handshake(in(5s)).has_value());
  thread.join();
  std::array<std::uint8_t, 4> into{};
  CHECK(kind_of(connection->read(into, in(50ms))) == "timeout");
  REQUIRE(client.write("abcdef"));
  CHECK(must(connection->read(into, in(5s))) == 4);
  CHECK(connection->has_pending());
  CHECK(must(connection->read(into, in(5s))) == 2);
  CHECK_FALSE(connection->has_pending());
  CHECK(kind_of(connection->write(Bytes(10'000'000), in(50ms))) == "timeout");
  wire.client.reset();
  CHECK(kind_of(connection->read(into, in(5s))) == "network");
}

}  // namespace
}  // namespace mpk::crypto
