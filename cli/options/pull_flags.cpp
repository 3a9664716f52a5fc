// Options and output of pull and unpack.
#include "options/pull_flags.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {

void PullFlags::add_to(OptionSet& set) {
  set.option("-o,--output", "DIR", output, "Where to write the files", ValueKind::directory);
  set.flag("--overwrite", overwrite, "Replace files that differ");
  set.option("--include", "GLOB", include, "Only files that a pattern takes");
  set.option("--exclude", "GLOB", exclude, "Not the files that a pattern takes");
  set.option("--kind", "KIND", kinds, "Only weights, config, code, dataset or doc");
  set.suggest({"weights", "config", "code", "dataset", "doc"});
}

Result<flow::PullRequest> PullFlags::request(const std::string& reference) const {
  if (!output) {
    return Error(ErrorKind::usage, "where to? -o DIR is missing", "for example -o ./model");
  }
  TRY(check_output_directory(*output));
  auto parsed = TRY(parse_reference(reference));
  auto selection = TRY(modelpack::Selection::make(include, exclude, kinds));
  return flow::PullRequest{.reference = std::move(parsed),
                           .directory = *output,
                           .overwrite = overwrite,
                           .selection = std::move(selection)};
}

Json pulled_json(const char* kind, const flow::PullRequest& request,
                 const flow::PullOutcome& outcome) {
  return {{"kind", kind},
          {"reference", request.reference.text()},
          {"digest", outcome.manifest.digest.text()},
          {"directory", request.directory.string()},
          {"written", outcome.files.written},
          {"kept", outcome.files.kept},
          {"bytes", outcome.files.bytes},
          {"warnings", outcome.files.warnings}};
}

std::string pulled_line(const char* verb, const flow::PullRequest& request,
                        const flow::PullOutcome& outcome) {
  const auto& files = outcome.files;
  return std::string(verb) + " " + counted(files.written, "file") + " (" + human_size(files.bytes) +
         ") into " + printable(request.directory.string()) +
         (files.kept > 0 ? ", " + std::to_string(files.kept) + " were there already"
                         : std::string());
}

}  // namespace mpk::cli
