// LayoutStore: blobs plus index.json as a Store.
#include "oci/layout_store.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "oci/layout_blobs.hpp"
#include "oci/layout_files.hpp"
#include "oci/layout_index.hpp"
#include "oci/layout_reach.hpp"
#include "oci/layout_referrers.hpp"
#include "oci/manifest.hpp"
#include "oci/referrers_tag.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace mpk::oci {
namespace {

class LayoutStore final : public Store {
 public:
  LayoutStore(const std::filesystem::path& directory, const LayoutOptions& options)
      : files_(directory, options.cancel),
        blobs_(directory,
               options.by_reference ? layout::Entering::by_reference : layout::Entering::copied),
        reference_names_(options.reference_names) {}

  bool local() const override { return true; }
  std::string name() const override { return "oci:" + files_.directory().native(); }
  Result<Descriptor> resolve(const std::string& tag_or_digest) override;
  Result<std::string> fetch_manifest(const Descriptor& descriptor) override {
    return blobs_.text(descriptor, limits::kManifest).with(name());
  }
  Result<void> fetch_blob(const Descriptor& descriptor, const Sink& sink) override {
    return blobs_.stream(descriptor, sink).with(name());
  }
  Result<void> fetch_range(const Descriptor& descriptor, std::uint64_t offset, std::uint64_t length,
                           const Sink& sink) override {
    return blobs_.range(descriptor, offset, length, sink).with(name());
  }
  Result<bool> has_blob(const Descriptor& descriptor) override { return blobs_.has(descriptor); }
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& /*mount_from*/) override {
    TRY(begin_adding());
    return blobs_.put(descriptor, source).with(name());
  }
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest) override {
    TRY(begin_adding());
    return blobs_.put_stream(source, size, digest).with(name());
  }
  Result<void> push_manifest(const Descriptor& descriptor, const std::string& bytes,
                             const std::optional<std::string>& tag) override;
  Result<std::vector<std::string>> tags() override;
  Result<void> tag(const Descriptor& descriptor, const std::string& tag) override;
  Result<void> remove_tag(const std::string& tag) override;
  Result<void> remove_manifest(const Descriptor& descriptor) override;
  Result<std::vector<Descriptor>> referrers(const Digest& subject,
                                            std::string_view artifact_type) override;
  Result<std::vector<Descriptor>> referrers_where(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) override {
    return collect(subject, wanted);
  }

 private:
  Result<std::vector<Descriptor>> collect(const Digest& subject,
                                          const layout::Wanted& wanted) const;
  // Until the store is closed: what was added is not safe before a manifest names it.
  Result<void> begin_adding() {
    const std::scoped_lock lock(mutex_);
    if (!adding_) adding_.emplace(TRY(files_.lock_for_adding()));
    return {};
  }
  Result<Descriptor> find_digest(const Json& index, const Digest& digest) const;
  Error missing(std::string_view what) const {
    return Error(ErrorKind::not_found,
                 fmt::format("{}: {} not found", name(), printable(what, 150)));
  }

  layout::Files files_;
  layout::Blobs blobs_;
  bool reference_names_;
  std::mutex mutex_;
  std::optional<FileLock> adding_;
};

// A registry, too, tells no more than these three.
Descriptor bare(const Descriptor& descriptor) {
  return {
      .media_type = descriptor.media_type, .digest = descriptor.digest, .size = descriptor.size};
}

// image-spec, annotations.md: ref.name may be a whole reference; a local store uses that.
bool is_name(const std::string& tag, bool reference_names) {
  if (!reference_names) return is_tag(tag) && !is_referrers_tag(tag);
  return Reference::looks_like(tag) && Reference::parse(tag).has_value();
}

Result<void> check_tag(const std::string& tag, bool reference_names) {
  if (is_name(tag, reference_names)) return {};
  return Error(ErrorKind::usage,
               fmt::format("\"{}\" is no tag, or a reserved one", printable(tag, 140)));
}

Result<Descriptor> LayoutStore::find_digest(const Json& index, const Digest& digest) const {
  for (const auto& entry : TRY(layout::entries(index))) {
    if (entry.descriptor.digest == digest) return bare(entry.descriptor);
  }
  // The children of an index are in blobs/ only.
  const auto size = TRY(blobs_.size(digest));
  if (!size || *size > limits::kManifest) return missing(digest.text());
  Descriptor descriptor{.digest = digest, .size = *size};
  const std::string bytes = TRY(blobs_.text(descriptor, limits::kManifest));
  auto type = manifest_type_of(bytes);
  if (!type) return missing(digest.text());
  descriptor.media_type = *std::move(type);
  return descriptor;
}

Result<Descriptor> LayoutStore::resolve(const std::string& tag_or_digest) {
  const Json index = TRY(files_.read_index());
  if (const auto digest = Digest::parse(tag_or_digest)) {
    return find_digest(index, *digest).with(name());
  }
  const auto found = TRY(layout::find_tag(index, tag_or_digest).with(name()));
  if (!found) return missing(tag_or_digest);
  return bare(*found);
}

Result<void> LayoutStore::push_manifest(const Descriptor& descriptor, const std::string& bytes,
                                        const std::optional<std::string>& tag) {
  if (tag) TRY(check_tag(*tag, reference_names_));
  TRY(check_content(descriptor, bytes));
  const auto referrer = TRY(as_referrer(descriptor, bytes));
  return files_
      .update_index([&](Json& index) -> Result<void> {
        // Under the lock, so that remove_manifest can't come between the blob and its entry.
        TRY(blobs_.put_text(descriptor, bytes));
        layout::add(index, bare(descriptor));
        if (tag) layout::set_tag(index, descriptor, *tag);
        if (referrer) TRY(layout::list_referrer(blobs_, index, *referrer));
        // A referrer may have come before its subject.
        if (TRY(layout::find_tag(index, referrers_tag(descriptor.digest)))) {
          layout::mark_for_cosign(index, descriptor.digest);
        }
        return {};
      })
      .with(name());
}

Result<std::vector<std::string>> LayoutStore::tags() {
  const Json index = TRY(files_.read_index());
  std::vector<std::string> names;
  for (auto& entry : TRY(layout::entries(index))) {
    // Others write whole references there; those can't be asked for as a tag.
    if (is_name(entry.tag, reference_names_)) names.push_back(std::move(entry.tag));
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

Result<void> LayoutStore::tag(const Descriptor& descriptor, const std::string& tag) {
  TRY(check_tag(tag, reference_names_));
  return files_.update_index([&](Json& index) -> Result<void> {
    layout::set_tag(index, TRY(find_digest(index, descriptor.digest)), tag);
    return {};
  });
}

Result<void> LayoutStore::remove_tag(const std::string& tag) {
  return files_.update_index([&](Json& index) -> Result<void> {
    if (is_referrers_tag(tag) || !layout::remove_tag(index, tag)) return missing(tag);
    return {};
  });
}

Error still_named(const Digest& digest, const Digest& holder) {
  return {ErrorKind::unsupported,
          fmt::format("{}: part of {}, or that one is damaged", digest.text(), holder.text()),
          "remove that one first"};
}

Result<void> LayoutStore::remove_manifest(const Descriptor& descriptor) {
  const Digest& digest = descriptor.digest;
  std::optional<Digest> holder;
  return files_.update_index(
      [&](Json& index) -> Result<void> {
        const Json before = index;
        layout::erase(index, digest);
        TRY(layout::unlist_referrer(blobs_, index, digest));
        // Listed nowhere: the child of an index; anything but a manifest is kept.
        if (index == before) TRY(find_digest(index, digest));
        holder = layout::holder_of(digest, blobs_, index);
        if (index == before && holder) return still_named(digest, *holder);
        return {};
      },
      // After the index, and still under the lock: no reader sees an entry without its blob.
      [&] { return holder ? Result<void>() : blobs_.erase(digest); });
}

Result<std::vector<Descriptor>> LayoutStore::referrers(const Digest& subject,
                                                       std::string_view artifact_type) {
  if (artifact_type.empty()) return collect(subject, {});
  return collect(subject,
                 [&](const Descriptor& found) { return found.artifact_type == artifact_type; });
}

Result<std::vector<Descriptor>> LayoutStore::collect(const Digest& subject,
                                                     const layout::Wanted& wanted) const {
  Json index = TRY(files_.read_index());
  auto collected = layout::collect_referrers(blobs_, index, subject, wanted);
  // A manifest that another process removes between the two reads is no damage.
  while (!collected) {
    Json now = TRY(files_.read_index());
    if (now == index) break;
    index = std::move(now);
    collected = layout::collect_referrers(blobs_, index, subject, wanted);
  }
  return std::move(collected).with(name());
}

}  // namespace

Result<std::unique_ptr<Store>> open_layout(const std::filesystem::path& directory,
                                           const LayoutOptions& options) {
  TRY(layout::open_files(directory, options.create, options.cancel));
  return std::unique_ptr<Store>(std::make_unique<LayoutStore>(directory, options));
}

}  // namespace mpk::oci
