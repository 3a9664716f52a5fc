// Options and output of packing.
#include "options/pack_options.hpp"

#include "base/text.hpp"
#include "base/walk.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {

void PackFlags::add_to(OptionSet& set) {
  set.option("-f,--modelfile", "FILE", modelfile,
             "modctl Modelfile that says what to pack (default: DIR/Modelfile if there is one)",
             ValueKind::file);
  set.option("--created", "TIME", created,
             "RFC 3339 date to write into the artifact (default: SOURCE_DATE_EPOCH, else no date)");
}

Result<flow::PackRequest> PackFlags::request(const std::string& directory, Session& session) const {
  flow::PackRequest out{.directory = directory};
  if (modelfile) out.modelfile = *modelfile;
  out.created = TRY(session.created(created));
  return out;
}

void AibomFlags::add_to(OptionSet& set) {
  set.option("--spec-version", "VERSION", spec_version,
             "CycloneDX version of the aiBOM: 1.6 or 1.7 (default: 1.6)");
  std::vector<std::string> known;
  for (const auto version : aibom::kSpecVersions) known.emplace_back(to_string(version));
  set.suggest(std::move(known));
  set.option("--hash", "ALGORITHM", hash,
             "Digests of each file in the aiBOM: sha256, or sha512 for both, from the same read "
             "(default: sha256)");
  set.suggest({"sha256", "sha512"});
}

Result<aibom::SpecVersion> AibomFlags::version() const {
  if (!spec_version) return aibom::SpecVersion::v1_6;
  if (const auto known = aibom::parse_spec_version(*spec_version)) return *known;
  return Error(
      ErrorKind::unsupported,
      "--spec-version " + printable(*spec_version, 20) + " is not supported by this release",
      std::string(aibom::kSpecVersionsHint));
}

Result<bool> AibomFlags::sha512() const {
  if (!hash || *hash == "sha256") return false;
  if (*hash == "sha512") return true;
  return Error(ErrorKind::unsupported, "--hash " + printable(*hash, 20) + " is not supported",
               "sha256, or sha512 for SHA-512 beside SHA-256");
}

void ProvenanceFlags::add_to(OptionSet& set) {
  set.option("--builder-id", "URI", builder_id, "Builder in the provenance (default: from the CI)");
  set.option("--build-type", "URI", build_type,
             "Build type in the provenance (default: from the CI)");
  set.option("--source-uri", "URI", source_uri,
             "Source in the provenance, for example git+https://…");
  set.option("--source-commit", "HEX", source_commit, "Commit of that source");
  set.option("--invocation-id", "ID", invocation_id, "Run of that build");
}

attest::ProvenanceOverrides ProvenanceFlags::overrides() const {
  return {.builder_id = builder_id,
          .build_type = build_type,
          .source_uri = source_uri,
          .source_commit = source_commit,
          .invocation_id = invocation_id};
}

Json files_json(const std::vector<modelpack::ModelFile>& files) {
  Json out = Json::array();
  for (const auto& file : files) {
    out.push_back({{"path", file.path},
                   {"kind", std::string(to_string(file.kind))},
                   {"size", file.size},
                   {"digest", file.digest.text()}});
  }
  return out;
}

Json packed_json(const modelpack::PackOutcome& packed) {
  return {{"files", files_json(packed.artifact.files)},
          {"findings", findings_json(packed.info)},
          {"ignored", packed.ignored}};
}

Json findings_json(const model::ModelInfo& info) {
  Json findings = Json::array();
  for (const auto& finding : info.findings) {
    findings.push_back({{"severity", std::string(to_string(finding.severity))},
                        {"code", finding.code},
                        {"path", finding.path},
                        {"pointer", finding.pointer},
                        {"message", finding.message},
                        {"fix", finding.fix}});
  }
  return findings;
}

void say_ignored(const std::vector<std::string>& ignored, Session& session) {
  std::vector<std::string> secrets;
  for (const auto& path : ignored) {
    if (looks_like_secret(path)) secrets.push_back(printable(path, 80));
    if (session.verbose()) session.say("left out: " + path);
  }
  if (secrets.empty()) return;
  constexpr std::size_t kShown = 5;
  const auto more = secrets.size() > kShown ? secrets.size() - kShown : 0;
  secrets.resize(secrets.size() - more);
  session.warn("left out: " + join(secrets, ", ") +
               (more > 0 ? " and " + std::to_string(more) + " more" : "") +
               (secrets.size() == 1 ? " (looks like a secret" : " (look like secrets") +
               "; to pack it nevertheless, write !NAME into .mpkignore)");
}

void say_findings(const model::ModelInfo& info, Session& session) {
  for (const auto& finding : info.findings) session.say(finding_line(finding));
}

std::string finding_line(const model::Finding& finding) {
  std::string place = printable(finding.path, 80);
  if (!finding.pointer.empty()) place += "#" + printable(finding.pointer, 80);
  return std::string(to_string(finding.severity)) + ": " + (place.empty() ? "" : place + ": ") +
         printable(finding.message, 200);
}

}  // namespace mpk::cli
