// mpk aibom convert: an aiBOM in another format.
#include "aibom/spdx.hpp"
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "oci/reference.hpp"
#include "options/bom_file.hpp"
#include "options/output_file.hpp"
#include "session.hpp"
#include "version.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::cli {
namespace {

struct Options {
  std::string file;
  std::optional<std::string> to, output, created;
};

constexpr auto kFormats = std::to_array<std::string_view>({"spdx3"});

std::vector<std::string> formats() { return {kFormats.begin(), kFormats.end()}; }

Result<void> must_be_known(const std::optional<std::string>& format) {
  if (format && std::ranges::find(kFormats, *format) != kFormats.end()) return {};
  return Error(ErrorKind::usage,
               format ? "--to " + printable(*format, 40) + ": no such format" : "--to is missing",
               "known: " + join(formats(), ", "));
}

Json converted_json(const Options& o, const aibom::SpdxOutcome& outcome) {
  Json unmapped = Json::array();
  for (const auto& each : outcome.unmapped)
    unmapped.push_back({{"pointer", each.pointer}, {"kept", each.kept}});
  Json gaps = Json::array();
  for (const auto& gap : outcome.gaps) {
    gaps.push_back({{"profile", gap.profile}, {"element", gap.element}, {"missing", gap.missing}});
  }
  return {{"kind", "AibomConverted"},
          {"format", *o.to},
          {"file", o.output ? Json(*o.output) : Json()},
          {"elements", outcome.elements},
          {"unmapped", std::move(unmapped)},
          {"gaps", std::move(gaps)}};
}

void say_some(const std::vector<std::string>& lines, Session& session) {
  constexpr std::size_t kShown = 20;
  const auto shown = session.verbose() ? lines.size() : std::min(lines.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) session.say(lines[i]);
  if (lines.size() > shown)
    session.say("and " + std::to_string(lines.size() - shown) + " more: --verbose lists them");
}

void say_outcome(const aibom::SpdxOutcome& outcome, Session& session) {
  std::vector<std::string> unmapped, gaps;
  for (const auto& each : outcome.unmapped) {
    unmapped.push_back((each.kept ? "kept as an annotation: " : "left out: ") +
                       printable(each.pointer, 200));
  }
  for (const auto& gap : outcome.gaps) {
    gaps.push_back("profile " + gap.profile + ": " + printable(gap.element, 80) +
                   ": nothing is known of " + join(gap.missing, ", "));
  }
  say_some(unmapped, session);
  say_some(gaps, session);
}

Result<int> run(const Options& o, Session& session) {
  TRY(must_be_known(o.to));
  if (o.output) TRY(check_output(*o.output));
  if (session.json() && !o.output) {
    return Error(ErrorKind::usage, "--format json: standard output has the document",
                 "write it to a file with -o FILE");
  }
  if (oci::Reference::looks_like(o.file)) {
    return Error(ErrorKind::unsupported,
                 printable(o.file, 200) + ": a reference is not supported here",
                 "mpk aibom show REF --format json | mpk aibom convert - --to spdx3");
  }
  auto bom = read_bom(session, o.file, "");
  if (!bom) {
    if (bom.error().kind() != ErrorKind::malformed) return bom.error();
    return session.refuse(bom.error(), kAibomNotValid);
  }
  aibom::SpdxInput input;
  input.mpk_version = kVersion;
  if (o.created) input.created = TRY(session.created(o.created));
  // The date of the document itself is worth more than that of the run.
  input.otherwise = TRY(session.created(std::nullopt));
  auto made = aibom::to_spdx(*bom, input);
  if (!made) {
    const auto kind = made.error().kind();
    auto error = std::move(made).error().with(input_name(o.file));
    if (kind != ErrorKind::malformed) return error;
    return session.refuse(error, kAibomNotValid);
  }
  const auto text = json::pretty(made->document);
  if (o.output) {
    TRY(write_output(*o.output, text));
    session.say("written to " + *o.output);
  } else {
    session.print_raw(text);
  }
  if (session.json()) session.print_json(converted_json(o, *made));
  say_outcome(*made, session);
  return 0;
}

}  // namespace

Command aibom_convert_command() {
  return {.summary = "Write an aiBOM in another format: SPDX 3.0.1",
          .description =
              "A CycloneDX document, of mpk or of another tool, as SPDX 3.0.1 (JSON-LD) with the "
              "profiles ai and\ndataset. What SPDX has no place for is kept word for word in "
              "annotations, and listed on standard\nerror. The same document gives the same bytes.",
          .examples = {{"mpk aibom convert bom.json --to spdx3 -o bom.spdx3.json", "a file"},
                       {"mpk aibom create ./tiny-llama | mpk aibom convert - --to spdx3 --created "
                        "2026-11-20T14:03:00Z",
                        "a pipe; SPDX can't be without a date"},
                       {"mpk aibom convert bom.json --to spdx3 -o bom.spdx3.json --format json",
                        "what could not be carried, for a script"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("FILE", o->file, "CycloneDX document, - for standard input",
                           ValueKind::file);
            set.option("--to", "FORMAT", o->to, "Format to write: spdx3");
            set.suggest(formats());
            set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                       ValueKind::file);
            set.option("--created", "TIME", o->created,
                       "RFC 3339 date of the SPDX elements (default: that of the document, else "
                       "SOURCE_DATE_EPOCH)");
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
