// Copy: blobs in parallel, then manifests in order, the tag last.
#include "oci/copy.hpp"

#include "base/text.hpp"
#include "oci/blob_pipe.hpp"
#include "oci/copy_plan.hpp"
#include "oci/media_type.hpp"
#include "oci/once_more.hpp"

#include <fmt/core.h>

#include <atomic>
#include <utility>

namespace mpk::oci {
namespace {

struct Counters {
  std::atomic<std::size_t> sent{0}, already_there{0};
  std::atomic<std::uint64_t> bytes{0};
};

std::string shown_name(const Descriptor& blob) {
  const auto title = blob.annotations.find(std::string(kAnnotationTitle));
  return title == blob.annotations.end() ? blob.digest.brief() : printable(title->second, 80);
}

std::string_view outcome(Pushed pushed) {
  switch (pushed) {
    case Pushed::uploaded:
      return "copied";
    case Pushed::already_there:
      return "already there";
    case Pushed::mounted:
      return "mounted";
  }
  return "copied";
}

Result<Pushed> pipe_blob(Store& from, const Descriptor& blob, Store& to, const CopyOptions& options,
                         const CancelToken& stop, ProgressTask* task) {
  const auto in_blob = [&](Result<void> fetched) {
    return std::move(fetched).with(fmt::format("blob {}", blob.digest.brief()));
  };
  BlobPipe pipe(from, blob, stop, task);
  const auto pushed = to.push_blob(blob, pipe, options.mount_from);
  if (!pushed) {
    // With all of it taken, the fetch is about to say whether it was right: that is the cause.
    TRY(in_blob(pipe.bytes() == blob.size ? pipe.finish() : pipe.failure()));
    return pushed.error();
  }
  if (*pushed == Pushed::uploaded) TRY(in_blob(pipe.finish()));
  return *pushed;
}

Result<Pushed> move_blob(Store& from, const Descriptor& blob, Store& to, const CopyOptions& options,
                         const CancelToken& stop, ProgressTask* task, Counters& counters) {
  if (blob.data) {
    // Proven when the manifest was read; `from` need not hold it (image-spec, descriptor.md).
    http::TextSource content{std::string(as_text(*blob.data))};
    const Pushed pushed = TRY(to.push_blob(blob, content, options.mount_from));
    if (pushed == Pushed::uploaded) counters.bytes += blob.size;
    return pushed;
  }
  bool again = false;
  const Pushed pushed = TRY(once_more(from, [&]() -> Result<Pushed> {
    if (std::exchange(again, true) && task != nullptr) task->restart();
    return pipe_blob(from, blob, to, options, stop, task);
  }));
  if (pushed == Pushed::uploaded) counters.bytes += blob.size;
  return pushed;
}

Result<void> copy_blob(Store& from, const Descriptor& blob, Store& to, const CopyOptions& options,
                       const CancelToken& stop, Counters& counters) {
  NoProgress silent;
  Progress& progress = options.progress != nullptr ? *options.progress : silent;
  const auto task = progress.start(shown_name(blob), blob.size);
  const auto pushed = move_blob(from, blob, to, options, stop, task.get(), counters);
  task->done(pushed ? outcome(*pushed) : "failed");
  if (!pushed) return pushed.error();
  ++(*pushed == Pushed::already_there ? counters.already_there : counters.sent);
  return {};
}

// The root gets its name when all that belongs to it is there.
Result<void> push_manifests(const CopyPlan& plan, Store& to, const CopyOptions& options) {
  const bool root_is_last = plan.root + 1 == plan.manifests.size();
  for (std::size_t at = 0; at < plan.manifests.size(); ++at) {
    TRY(options.cancel.check());
    if (at == plan.root && root_is_last) break;
    const auto& manifest = plan.manifests[at];
    TRY(to.push_manifest(manifest.descriptor, manifest.bytes, std::nullopt));
  }
  if (!root_is_last && !options.tag) return {};
  const auto& root = plan.manifests[plan.root];
  return to.push_manifest(root.descriptor, root.bytes, options.tag);
}

}  // namespace

Result<CopyResult> copy_artifact(Store& from, const Descriptor& root, Store& to,
                                 const CopyOptions& options) {
  const CopyPlan plan =
      TRY(plan_copy(from, root, options.referrers, options.cancel).with(from.name()));
  Counters counters;
  TRY(parallel_for(plan.blobs.size(), options.workers, options.cancel,
                   [&](std::size_t at, const CancelToken& stop) {
                     return copy_blob(from, plan.blobs[at], to, options, stop, counters);
                   })
          .with(fmt::format("copy to {}", to.name())));
  TRY(push_manifests(plan, to, options).with(fmt::format("copy to {}", to.name())));
  return CopyResult{.root = plan.manifests[plan.root].descriptor,
                    .manifests = plan.manifests.size(),
                    .blobs = counters.sent,
                    .blobs_already_there = counters.already_there,
                    .referrers = plan.referrers,
                    .bytes = counters.bytes,
                    .warnings = plan.warnings};
}

}  // namespace mpk::oci
