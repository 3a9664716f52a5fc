// mpk aibom init: the aibom.yaml of a model, for a person to fill in.
#include "aibom/overlay.hpp"
#include "aibom/overlay_start.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "flow/outline.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  std::string target;
  std::optional<std::string> output;
  bool force = false;
};

Result<void> check_free(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  return Error(ErrorKind::exists, path + ": is there already and stays as it is",
               "--force starts anew: what it says would be lost");
}

Result<int> run(const Options& o, Session& session) {
  flow::DescribeRequest request;
  std::string output(aibom::kOverlayName);
  if (oci::Reference::looks_like(o.target)) {
    request.reference = TRY(parse_reference(o.target));
  } else {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(o.target, ignored))
      return Error(ErrorKind::usage, o.target + ": a file, expected the directory of a model");
    request.directory = o.target;
    output = (*request.directory / output).string();
  }
  if (o.output) output = *o.output;
  TRY(check_output(output));
  if (!o.force) TRY(check_free(output));
  const auto known = TRY(flow::outline(session.context(o.registry.plain_http), request));
  const auto text = aibom::start_overlay(known);
  auto proven = aibom::parse_overlay(text, output);
  if (!proven) return std::move(proven).error().with_kind(ErrorKind::internal);
  TRY(write_output(output, text));
  if (session.json()) session.print_json({{"kind", "OverlayStarted"}, {"file", output}});
  session.say("written to " + output);
  session.say("next: answer what you can in it, then mpk aibom create " + printable(o.target, 200) +
              (request.reference || o.output ? " --overlay " + printable(output, 200) : "") +
              " -o bom.json && mpk aibom score bom.json");
  return 0;
}

}  // namespace

Command aibom_init_command() {
  return {.summary = "Start an aibom.yaml: what no file of a model tells",
          .description =
              "Asks for what the files can't say: owner, intended use, limitations, contacts, "
              "data, energy.\n"
              "What they do say is there as a comment, and so is whom each answer is for. A TODO "
              "that stays\n"
              "never gets into a document. Only headers and documents are read, no weights.",
          .examples = {{"mpk aibom init ./tiny-llama", "writes ./tiny-llama/aibom.yaml"},
                       {"mpk aibom init ./tiny-llama --force", "starts anew"},
                       {"mpk aibom init ghcr.io/acme/tiny-llama:1.0 -o tiny.yaml",
                        "for somebody's artifact; then aibom create --overlay tiny.yaml"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("DIR|REF", o->target, "Directory or artifact", ValueKind::directory);
            set.option("-o,--output", "FILE", o->output,
                       "Write here instead of DIR/aibom.yaml (of an artifact: ./aibom.yaml)",
                       ValueKind::file);
            set.flag("--force", o->force, "Replace the file if it is there");
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
