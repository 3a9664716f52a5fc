// mpk trust show: whose keys count.
#include "base/encoding.hpp"
#include "commands/commands.hpp"
#include "crypto/hash.hpp"
#include "options/options.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  TrustOptions trust;
};

// The first 12 digits of the certificate's SHA-256.
std::string fingerprint(const crypto::Certificate& certificate) {
  return crypto::sha256(certificate.der()).hex().substr(0, 12);
}

std::string until(const std::optional<Timestamp>& end) { return end ? end->text() : std::string(); }

std::string validity(Timestamp start, const std::optional<Timestamp>& end) {
  return start.text().substr(0, 10) + " to " +
         (end ? end->text().substr(0, 10) : std::string("now"));
}

struct Row {
  std::string kind, name, key;
  Timestamp start;
  std::optional<Timestamp> end;
};

std::vector<Row> rows_of(const sigstore::TrustedRoot& root) {
  std::vector<Row> rows;
  for (const auto& ca : root.certificate_authorities) {
    const auto& top = ca.chain.back();
    rows.push_back({"certificate authority", ca.uri + " (" + top.common_name() + ")",
                    fingerprint(top), ca.valid_for.start, ca.valid_for.end});
  }
  for (const auto& log : root.ctlogs)
    rows.push_back({"ct log", {}, hex_encode(log.id).substr(0, 12), log.valid_from, log.valid_to});
  for (const auto& log : root.tlogs) {
    rows.push_back({"transparency log", log.base_url, hex_encode(log.log_id).substr(0, 12),
                    log.valid_for.start, log.valid_for.end});
  }
  for (const auto& tsa : root.timestamp_authorities) {
    rows.push_back({"timestamp authority", tsa.uri, fingerprint(tsa.chain.back()), tsa.valid_from,
                    tsa.valid_to});
  }
  return rows;
}

Result<int> run(const Options& o, Session& session) {
  auto root = TRY(o.trust.resolve(session));
  bool embedded = !o.trust.trusted_root && !o.trust.trust_config;
  std::string origin = embedded ? std::string(sigstore::embedded_trusted_root().origin) + ", " +
                                      std::string(sigstore::embedded_trusted_root().date)
                                : o.trust.trusted_root.value_or(o.trust.trust_config.value_or(""));
  auto rows = rows_of(root);
  if (session.json()) {
    Json entries = Json::array();
    for (const auto& row : rows) {
      entries.push_back({{"kind", row.kind},
                         {"name", row.name},
                         {"key", row.key},
                         {"validFrom", row.start.text()},
                         {"validTo", until(row.end)}});
    }
    session.print_json({{"kind", "TrustedRoot"},
                        {"origin", origin},
                        {"embedded", embedded},
                        {"digest", root.digest.text()},
                        {"entries", entries},
                        {"warnings", root.warnings}});
    return 0;
  }
  session.print((embedded ? "embedded: " : "") + origin + " · " + root.digest.text());
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : rows)
    lines.push_back({row.kind, row.key, validity(row.start, row.end), row.name});
  session.print(table({{"kind"}, {"key"}, {"valid"}, {"name"}}, lines));
  return 0;
}

}  // namespace

Command trust_show_command() {
  return {
      .path = {"trust", "show"},
      .summary = "Show the trusted root: whose certificates, logs and timestamps count",
      .description = "The embedded root of the public Sigstore instance, or the one that is named.",
      .examples = {{"mpk trust show", "the embedded root, its origin and date"},
                   {"mpk trust show --trusted-root trusted-root.json", "another instance's"},
                   {"mpk trust show --format json", "for a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        o->trust.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
