// mpk inspect: what an artifact is made of.
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/look.hpp"
#include "options/options.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string reference;
};

Json files_json(const flow::Inspection& inspection) {
  Json files = Json::array();
  for (const auto& file : inspection.files) {
    files.push_back({{"path", file.path},
                     {"kind", std::string(to_string(file.kind))},
                     {"size", file.descriptor.size},
                     {"digest", file.descriptor.digest.text()},
                     {"mediaType", file.descriptor.media_type}});
  }
  return files;
}

// The few config members that a person looks for.
std::string config_lines(const Json& config) {
  std::string out;
  for (const auto* group : {"descriptor", "config"}) {
    if (!config.is_object() || !config.contains(group) || !config[group].is_object()) continue;
    for (const auto& [name, value] : config[group].items()) {
      auto text = value.is_string() ? value.get<std::string>() : json::compact(value);
      std::string label = name;
      label.resize(std::max<std::size_t>(label.size(), 12), ' ');
      out += label + "  " + printable(text, 160) + "\n";
    }
  }
  return out;
}

Result<int> run(const Options& o, Session& session) {
  auto reference = TRY(parse_reference(o.reference));
  auto inspection = TRY(flow::inspect(session.context(o.registry.plain_http), reference));
  const auto& manifest = inspection.manifest;
  if (session.json()) {
    session.print_json({{"kind", "Inspection"},
                        {"reference", inspection.reference},
                        {"digest", inspection.descriptor.digest.text()},
                        {"mediaType", inspection.descriptor.media_type},
                        {"artifactType", manifest.effective_artifact_type()},
                        {"size", inspection.total_size},
                        {"config", inspection.config},
                        {"annotations", manifest.annotations},
                        {"files", files_json(inspection)},
                        {"layers", manifest.layers.size()}});
    return 0;
  }
  session.print(pinned(reference, inspection.descriptor.digest));
  session.print(printable(manifest.effective_artifact_type()) + " · " +
                human_size(inspection.total_size) + " · " +
                counted(manifest.layers.size(), "layer") + "\n");
  auto config = config_lines(inspection.config);
  if (!config.empty()) session.print(config);
  std::vector<std::vector<std::string>> rows;
  for (const auto& file : inspection.files) {
    rows.push_back({std::string(to_string(file.kind)), human_size(file.descriptor.size),
                    file.descriptor.digest.brief(), file.path});
  }
  if (inspection.files.empty()) {
    for (const auto& layer : manifest.layers)
      rows.push_back({layer.media_type, human_size(layer.size), layer.digest.brief(), ""});
  }
  session.print(table({{"kind"}, {"size", true}, {"digest"}, {"path"}}, rows));
  return 0;
}

}  // namespace

Command inspect_command() {
  return {
      .path = {"inspect"},
      .summary = "Show an artifact's config, files and digests",
      .description = "Reads manifest and config only; nothing is verified but their digests.",
      .examples = {{"mpk inspect ghcr.io/acme/tiny-llama:1.0", "in a registry"},
                   {"mpk inspect oci:./models:1.0", "in a layout"},
                   {"mpk inspect ghcr.io/acme/tiny-llama:1.0 --format json | jq '.files[].digest'",
                    "for a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
