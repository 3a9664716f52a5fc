// mpk aibom validate: is this a valid CycloneDX document, and does it make sense?
#include "aibom/validate.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "json/parse.hpp"
#include "oci/reference.hpp"
#include "options/bom_file.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr int kInvalid = 21;

struct Options {
  std::string file;
};

Result<int> run(const Options& o, Session& session) {
  if (oci::Reference::looks_like(o.file)) {
    return Error(ErrorKind::unsupported,
                 printable(o.file, 200) + ": a reference is not supported here",
                 "mpk aibom show REF --format json | mpk aibom validate -");
  }
  const auto text = TRY(read_bom_text(session, "", o.file));
  std::vector<aibom::Problem> problems;
  auto document = json::parse(text, {.max_depth = 128});
  if (!document) {
    problems.push_back({aibom::Problem::Level::error, "syntax", "", document.error().text()});
  } else {
    auto found = aibom::validate_aibom(*document);
    if (!found) return std::move(found).error().with(input_name(o.file));
    problems = found.take();
  }
  bool invalid = aibom::has_errors(problems);
  if (session.json()) {
    Json list = Json::array();
    for (const auto& problem : problems) {
      list.push_back(
          {{"level", problem.level == aibom::Problem::Level::error ? "error" : "warning"},
           {"code", problem.code},
           {"pointer", problem.pointer},
           {"message", problem.message}});
    }
    session.print_json(
        {{"kind", "AibomValidation"}, {"file", o.file}, {"valid", !invalid}, {"problems", list}});
    return invalid ? kInvalid : 0;
  }
  for (const auto& problem : problems) {
    session.print(
        std::string(problem.level == aibom::Problem::Level::error ? "error   " : "warning ") +
        (problem.pointer.empty() ? "/" : printable(problem.pointer)) + ": " +
        printable(problem.message) + " [" + problem.code + "]");
  }
  session.print(
      input_name(o.file) +
      (invalid ? ": not valid"
               : ": valid CycloneDX " + document->at("specVersion").get_ref<const std::string&>()));
  return invalid ? kInvalid : 0;
}

}  // namespace

Command aibom_validate_command() {
  return {.summary = "Validate a CycloneDX document (1.6 or 1.7)",
          .description =
              "Against the grammar, and for what a grammar can't see: dangling references, "
              "duplicate bom-refs,\n"
              "digests of the wrong length. Exit code 21 when it is not valid.",
          .examples = {{"mpk aibom validate bom.json", "a file"},
                       {"mpk aibom create ./tiny-llama | mpk aibom validate -", "a pipe"},
                       {"mpk aibom validate bom.json --format json", "for CI"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("FILE", o->file, "Document, - for standard input", ValueKind::file);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
