// pack: what belongs to the artifact, then the steps that make it.
#include "modelpack/pack.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "modelpack/pack_steps.hpp"
#include "modelpack/pack_units.hpp"

#include <algorithm>

namespace mpk::modelpack {
namespace {

std::filesystem::path modelfile_path(const PackOptions& options) {
  return options.modelfile.value_or(options.directory / "Modelfile");
}

Result<void> load_modelfile(const PackOptions& options, PackPlan& plan) {
  auto path = modelfile_path(options);
  auto text = read_file(path, limits::kYamlDocument);
  if (!text && text.error().kind() == ErrorKind::not_found && !options.modelfile) return {};
  if (!text) return std::move(text).error().with_kind(ErrorKind::usage);
  plan.modelfile = TRY(parse_modelfile(*text).with(path.string()));
  plan.modelfile_text = text.take();
  return {};
}

// With a Modelfile only what it names is packed, and a pattern that names nothing is a mistake.
Result<void> apply_modelfile(const Modelfile& modelfile, WalkResult& walked) {
  for (const auto& pattern : modelfile.patterns) {
    bool used = std::any_of(walked.files.begin(), walked.files.end(), [&](const WalkFile& file) {
      return glob_match(pattern.glob, file.path);
    });
    if (!used) {
      return Error(ErrorKind::usage, "Modelfile:" + std::to_string(pattern.line) +
                                         ": no file matches " + printable(pattern.glob, 120));
    }
  }
  if (modelfile.patterns.empty()) return {};
  std::vector<WalkFile> kept;
  for (auto& file : walked.files) {
    if (modelfile.kind_of(file.path)) {
      kept.push_back(std::move(file));
    } else {
      walked.ignored.push_back(file.path);
    }
  }
  walked.files = std::move(kept);
  std::sort(walked.ignored.begin(), walked.ignored.end());
  return {};
}

// The Modelfile steers packing; it is no part of the model, and naming it with -f changes nothing.
void drop_modelfile(const PackOptions& options, WalkResult& walked) {
  std::erase_if(walked.files, [&](const WalkFile& file) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(file.absolute, modelfile_path(options), ignored)) return false;
    walked.ignored.push_back(file.path);
    return true;
  });
  std::sort(walked.ignored.begin(), walked.ignored.end());
}

Result<PackOutcome> pack(oci::Store* store, const PackPlan& plan, const PackOptions& options) {
  auto streamed = TRY(stream_files(store, plan, options));
  auto outcome =
      TRY(assemble(std::move(streamed), {.created = options.created, .modelfile = plan.modelfile}));
  outcome.ignored = plan.ignored;
  if (store != nullptr) TRY(push_config(*store, outcome));
  return outcome;
}

}  // namespace

Result<PackPlan> plan_pack(const PackOptions& options) {
  PackPlan plan;
  TRY(load_modelfile(options, plan));
  auto walked = TRY(walk_model(options.directory));
  if (plan.modelfile) {
    drop_modelfile(options, walked);
    TRY(apply_modelfile(*plan.modelfile, walked));
  }
  if (walked.files.empty()) {
    return Error(ErrorKind::usage, options.directory.string() + ": there is no file to pack",
                 ".git*, caches, editor left-overs and what looks like a secret are left out");
  }
  plan.archives = TRY(needs_archives(unread_files(walked.files), {.created = options.created}));
  plan.files = std::move(walked.files);
  plan.ignored = std::move(walked.ignored);
  return plan;
}

Result<PackOutcome> pack_into(oci::Store& store, const PackPlan& plan, const PackOptions& options) {
  return pack(&store, plan, options);
}

Result<PackOutcome> pack_dry(const PackPlan& plan, const PackOptions& options) {
  return pack(nullptr, plan, options);
}

}  // namespace mpk::modelpack
