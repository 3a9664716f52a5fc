// mpk inspect: what an artifact is made of.
#include "base/ascii.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/look.hpp"
#include "model/info_diff.hpp"
#include "options/options.hpp"
#include "render/diff.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string reference;
  bool tensors = false, facts = false;
  std::optional<std::string> filter;
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

Result<std::optional<Glob>> filter_of(const Options& o) {
  if (!o.filter) return std::optional<Glob>();
  if (!o.tensors) {
    return Error(ErrorKind::usage, "--filter chooses tensors, and none are shown", "add --tensors");
  }
  return std::optional(TRY(Glob::parse(*o.filter).with("--filter")));
}

Json tensors_json(const flow::Headers& headers, const std::optional<Glob>& filter) {
  Json out = Json::array();
  for (const auto& file : headers.files) {
    for (const auto& tensor : file.list.tensors) {
      if (filter && !filter->matches(tensor.name)) continue;
      auto one = tensor_json(tensor);
      one["name"] = tensor.name;
      one["file"] = file.path;
      out.push_back(std::move(one));
    }
  }
  return out;
}

std::string tensors_text(const flow::Headers& headers, const std::optional<Glob>& filter) {
  std::vector<std::vector<std::string>> rows;
  model::TensorFacts all;
  for (const auto& file : headers.files) {
    all.add(file.list.facts);
    for (const auto& tensor : file.list.tensors) {
      if (filter && !filter->matches(tensor.name)) continue;
      rows.push_back({tensor.name, tensor.dtype, model::shape_text(tensor),
                      tensor.bytes ? human_size(*tensor.bytes) : "?", file.path});
    }
  }
  std::string out;
  if (!rows.empty())
    out = table({{"tensor"}, {"dtype"}, {"shape"}, {"bytes", true}, {"file"}}, rows);
  const std::string shown = filter ? std::to_string(rows.size()) + " of " : "";
  return out + shown + counted(all.tensors, "tensor") + " with " + human_count(all.parameters) +
         " parameters\n";
}

Json facts_json(const model::ModelInfo& info) {
  Json out = Json::object();
  for (const auto& fact : model::facts_of(info)) out[fact.name] = fact.value;
  return out;
}

std::string facts_text(const model::ModelInfo& info) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& fact : model::facts_of(info))
    rows.push_back({fact.name, printable(fact.value, 160)});
  return rows.empty() ? "no facts are told by headers and documents\n" : table({{""}, {""}}, rows);
}

void print_json(const Options& o, const std::optional<Glob>& filter,
                const flow::Inspection& inspection, Session& session) {
  const auto& manifest = inspection.manifest;
  Json out = {{"kind", "Inspection"},
              {"reference", inspection.reference},
              {"digest", inspection.descriptor.digest.text()},
              {"mediaType", inspection.descriptor.media_type},
              {"artifactType", manifest.effective_artifact_type()},
              {"size", inspection.total_size},
              {"annotations", manifest.annotations},
              {"layers", manifest.layers.size()},
              {"tensors", nullptr},
              {"facts", nullptr},
              {"notes", Json::array()}};
  out["config"] = inspection.config;
  out["files"] = files_json(inspection);
  if (inspection.headers) {
    if (o.tensors) out["tensors"] = tensors_json(*inspection.headers, filter);
    if (o.facts) out["facts"] = facts_json(inspection.headers->info);
    out["notes"] = inspection.headers->problems;
  }
  session.print_json(out);
}

std::string files_text(const flow::Inspection& inspection) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& file : inspection.files) {
    rows.push_back({std::string(to_string(file.kind)), human_size(file.descriptor.size),
                    file.descriptor.digest.brief(), file.path});
  }
  if (inspection.files.empty()) {
    for (const auto& layer : inspection.manifest.layers)
      rows.push_back({layer.media_type, human_size(layer.size), layer.digest.brief(), ""});
  }
  return table({{"kind"}, {"size", true}, {"digest"}, {"path"}}, rows);
}

Result<int> run(const Options& o, Session& session) {
  auto reference = TRY(parse_reference(o.reference));
  const auto filter = TRY(filter_of(o));
  const auto depth = o.facts     ? flow::InspectDepth::documents
                     : o.tensors ? flow::InspectDepth::headers
                                 : flow::InspectDepth::manifest;
  auto inspection = TRY(flow::inspect(session.context(o.registry.plain_http), reference, depth));
  if (session.json()) {
    print_json(o, filter, inspection, session);
    return 0;
  }
  const auto& manifest = inspection.manifest;
  session.print(pinned(reference, inspection.descriptor.digest));
  session.print(printable(manifest.effective_artifact_type()) + " · " +
                human_size(inspection.total_size) + " · " +
                counted(manifest.layers.size(), "layer") + "\n");
  if (o.facts) session.print(facts_text(inspection.headers->info));
  if (o.tensors) session.print(tensors_text(*inspection.headers, filter));
  if (inspection.headers) {
    for (const auto& problem : inspection.headers->problems) session.warn(problem);
    return 0;
  }
  auto config = config_lines(inspection.config);
  if (!config.empty()) session.print(config);
  session.print(files_text(inspection));
  return 0;
}

}  // namespace

Command inspect_command() {
  return {
      .summary = "Show an artifact's config, files and digests",
      .description =
          "Reads manifest and config only; with --tensors or --facts also the headers of the "
          "weights, by\n"
          "ranges, never the weights. Nothing is verified but the digests of what is read whole.",
      .examples = {{"mpk inspect ghcr.io/acme/tiny-llama:1.0", "in a registry"},
                   {"mpk inspect ghcr.io/acme/tiny-llama:1.0 --tensors --filter '*.0.*'",
                    "its tensors, without pulling it"},
                   {"mpk inspect ghcr.io/acme/tiny-llama:1.0 --format json | jq '.files[].digest'",
                    "for a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        set.flag("--tensors", o->tensors, "List the tensors of the weights instead");
        set.option("--filter", "GLOB", o->filter, "With --tensors: only names that match");
        set.flag("--facts", o->facts,
                 "Show what headers, card, licence and config say of the model instead");
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
