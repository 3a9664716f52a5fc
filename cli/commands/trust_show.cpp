// mpk trust show: whose keys count.
#include "base/encoding.hpp"
#include "commands/commands.hpp"
#include "crypto/hash.hpp"
#include "options/options.hpp"
#include "render/instance.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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

// Where the root that is shown is from.
struct Shown {
  std::string source, origin, since;  // source: embedded, updated, imported, file
  std::vector<tuf::KeptRole> roles;
};

Shown shown_of(const Options& o, const std::optional<flow::TrustInstance>& instance) {
  if (!instance)
    return {"file", o.trust.trusted_root.value_or(o.trust.trust_config.value_or("")), {}, {}};
  return {std::string(flow::to_string(instance->source)), instance->origin, instance->since,
          instance->roles()};
}

Json instance_json(const flow::ListedInstance& listed, Timestamp now) {
  if (!listed.trust)
    return {{"name", listed.name}, {"source", ""}, {"error", listed.trust.error().text()}};
  return {{"name", listed.name},
          {"source", std::string(flow::to_string(listed.trust->source))},
          {"origin", listed.trust->origin},
          {"since", listed.trust->since},
          {"digest", crypto::sha256(std::string_view(listed.trust->trusted_root)).text()},
          {"signingConfig", listed.trust->signing_config.has_value()},
          {"roles", roles_json(listed.trust->roles(), now)}};
}

void print_instances(const std::vector<flow::ListedInstance>& instances, Session& session) {
  const auto now = session.clock().now();
  std::vector<std::vector<std::string>> lines;
  for (const auto& listed : instances) {
    if (!listed.trust) {
      lines.push_back({listed.name, "unusable", {}, listed.trust.error().text()});
      continue;
    }
    const auto roles = roles_text(listed.trust->roles(), now);
    lines.push_back({listed.name, std::string(flow::to_string(listed.trust->source)),
                     listed.trust->since, roles.empty() ? listed.trust->origin : roles});
  }
  session.print(table({{"instance"}, {"trust"}, {"since"}, {"metadata"}}, lines));
}

// Verification does not mind; what was revoked since is not known here.
bool root_expired(const std::vector<tuf::KeptRole>& roles, Timestamp now) {
  return std::any_of(roles.begin(), roles.end(), [&](const tuf::KeptRole& role) {
    return role.name == "root" && role.expires <= now;
  });
}

Result<int> run(const Options& o, Session& session) {
  const auto root = TRY(o.trust.resolve(session));
  const auto instance = TRY(o.trust.chosen_instance(session));
  const auto shown = shown_of(o, instance);
  const auto rows = rows_of(root);
  const auto instances = flow::list_instances(session.env());
  const auto now = session.clock().now();
  if (session.json()) {
    Json entries = Json::array();
    for (const auto& row : rows) {
      entries.push_back({{"kind", row.kind},
                         {"name", row.name},
                         {"key", row.key},
                         {"validFrom", row.start.text()},
                         {"validTo", until(row.end)}});
    }
    Json listed = Json::array();
    for (const auto& one : instances) listed.push_back(instance_json(one, now));
    session.print_json({{"kind", "TrustedRoot"},
                        {"instance", instance ? instance->name : std::string()},
                        {"source", shown.source},
                        {"origin", shown.origin},
                        {"since", shown.since},
                        {"embedded", shown.source == "embedded"},
                        {"digest", root.digest.text()},
                        {"roles", roles_json(shown.roles, now)},
                        {"entries", entries},
                        {"instances", listed},
                        {"warnings", root.warnings}});
    return 0;
  }
  session.print(shown.source + ": " + shown.origin +
                (shown.since.empty() ? "" : ", " + shown.since) + " · " + root.digest.text());
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : rows)
    lines.push_back({row.kind, row.key, validity(row.start, row.end), row.name});
  session.print(table({{"kind"}, {"key"}, {"valid"}, {"name"}}, lines));
  print_instances(instances, session);
  if (root_expired(shown.roles, now)) {
    const std::string option =
        instance->name == flow::kPublicInstance ? "" : " --instance " + instance->name;
    session.say(
        "note: the root.json of TUF has expired, so there should be a newer one: mpk trust update" +
        option + ". Verification is not affected");
  }
  return 0;
}

}  // namespace

Command trust_show_command() {
  return {.summary = "Show the trusted root: whose certificates, logs and timestamps count",
          .description =
              "The trusted root of the public Sigstore instance as verify uses it, updated or\n"
              "embedded, or the one that is named; and the instances that are known.",
          .examples = {{"mpk trust show", "what counts without options, its origin and age"},
                       {"mpk trust show --trusted-root trusted-root.json", "another instance's"},
                       {"mpk trust show --format json", "for a script"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            o->trust.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
