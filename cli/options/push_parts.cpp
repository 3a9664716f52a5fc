// mpk push --part and --join: run and print.
#include "options/push_parts.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "exit_code.hpp"
#include "flow/join.hpp"
#include "flow/part_number.hpp"
#include "flow/parts.hpp"
#include "modelpack/parts.hpp"
#include "options/options.hpp"
#include "options/pack_options.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <vector>

namespace mpk::cli {
namespace {

Json parts_json(const std::vector<flow::PushedPart>& parts) {
  Json out = Json::array();
  for (const auto& part : parts) {
    out.push_back({{"part", part.document.index},
                   {"digest", part.manifest.digest.text()},
                   {"files", part.document.files.size()},
                   {"worker", part.document.worker}});
  }
  return out;
}

Result<std::optional<std::size_t>> parse_parts(const std::optional<std::string>& text) {
  if (!text) return std::optional<std::size_t>();
  const auto count = parse_u64(*text);
  if (!count || *count == 0 || *count > modelpack::kMaxParts) {
    return Error(ErrorKind::usage, "--parts " + printable(*text, 40) + ": expected 1 to " +
                                       std::to_string(modelpack::kMaxParts));
  }
  return std::optional<std::size_t>(*count);
}

Error not_complete(const flow::JoinOutcome& joined, const oci::Reference& target) {
  if (joined.missing.empty() || joined.missing.size() == joined.count) {
    return {ErrorKind::not_found, target.text() + ": none of its parts is there",
            joined.there_before ? target.text() + " itself is there: was it joined already?"
                                : "mpk push DIR " + target.text() + " --part I/N makes them"};
  }
  constexpr std::size_t kShown = 20;
  std::vector<std::string> missing;
  for (const auto index : joined.missing) {
    if (missing.size() < kShown) missing.push_back(std::to_string(index));
  }
  const auto more = joined.missing.size() - missing.size();
  return {ErrorKind::not_found,
          target.text() + ": of " + std::to_string(joined.count) + " parts these are missing: " +
              join(missing, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : ""),
          "run --join again when they are there"};
}

}  // namespace

Result<int> push_part(const std::string& part, const flow::Context& context,
                      const flow::PackRequest& request, const oci::Reference& target,
                      Session& session) {
  const auto number = TRY(flow::part_number(part, session.env()));
  const auto pushed = TRY(flow::push_part(context, request, target, number));
  say_ignored(pushed.ignored, session);
  if (session.json()) {
    session.print_json({{"kind", "PushedPart"},
                        {"reference", pushed.reference.text()},
                        {"digest", pushed.digest.text()},
                        {"part", number.index},
                        {"parts", number.count},
                        {"plan", pushed.plan.text()},
                        {"files", files_json(pushed.files)},
                        {"ignored", pushed.ignored},
                        {"blobsUploaded", pushed.blobs_uploaded},
                        {"blobsAlreadyThere", pushed.blobs_already_there}});
    return kExitPass;
  }
  session.print(pinned(pushed.reference, pushed.digest));
  session.say("part " + number.text() + ": " + counted(pushed.files.size(), "file") + ", " +
              counted(pushed.blobs_uploaded, "new blob") + ", " +
              std::to_string(pushed.blobs_already_there) + " already there");
  return kExitPass;
}

Result<int> join_parts(const std::optional<std::string>& parts, const flow::Context& context,
                       const oci::Reference& target, Session& session) {
  const auto count = TRY(parse_parts(parts));
  const auto joined = TRY(flow::join_parts(context, target, count));
  if (!joined.packed) return session.refuse(not_complete(joined, target), kExitUndecided);
  const auto& packed = *joined.packed;
  const auto& digest = packed.artifact.manifest.digest;
  if (session.json()) {
    auto document = packed_json(packed);
    document["kind"] = "Joined";
    document["reference"] = target.text();
    document["digest"] = digest.text();
    document["parts"] = parts_json(joined.parts);
    document["tagsLeft"] = joined.tags_left;
    session.print_json(document);
    return kExitPass;
  }
  say_findings(packed.info, session);
  session.print(pinned(target, digest));
  session.say(counted(joined.parts.size(), "part") + ", " +
              counted(packed.artifact.files.size(), "file"));
  return kExitPass;
}

}  // namespace mpk::cli
