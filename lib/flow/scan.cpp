// scan: the files where they lie; of layers, a proven copy.
#include "flow/scan.hpp"

#include "base/file.hpp"
#include "base/walk.hpp"
#include "crypto/hash.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/staging.hpp"
#include "oci/manifest.hpp"
#include "oci/once_more.hpp"
#include "policy/content_check.hpp"
#include "scan/content.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace mpk::flow {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string name;
  fs::path path;
};

/// A file whose bytes are counted when they are read: of weights that is a small part.
class Counted final : public scan::Content {
 public:
  Counted(scan::ContentPtr content, Stats& stats) : content_(std::move(content)), stats_(stats) {}
  std::uint64_t size() const override { return content_->size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const override {
    const std::size_t count = TRY(content_->read_at(offset, buffer));
    stats_.bytes_read += count;
    return count;
  }

 private:
  scan::ContentPtr content_;
  Stats& stats_;
};

Result<std::vector<scan::ScannedFile>> scan_all(const Context& context,
                                                const std::vector<Source>& sources) {
  std::vector<scan::ScannedFile> out(sources.size());
  TRY(parallel_for(sources.size(), context.workers, context.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     const auto& source = sources[i];
                     const auto content = std::make_shared<Counted>(
                         TRY(scan::file_content(source.path)), context.stats);
                     auto task = context.progress.start(source.name, content->size());
                     out[i] = TRY(scan::scan_file(content, source.name, {.cancel = stop}));
                     task->advance(content->size());
                     task->done("scanned");
                     return {};
                   }));
  return out;
}

Result<ScanOutcome> scan_path(const Context& context, const fs::path& path) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (!fs::exists(status)) {
    return Error(ErrorKind::usage, path.native() + ": no such file or directory",
                 "a reference has the form HOST/REPOSITORY[:TAG] or oci:DIR[:TAG]");
  }
  ScanOutcome out;
  std::vector<Source> sources;
  if (fs::is_directory(status)) {
    auto walked = TRY(walk_model(path));
    for (auto& file : walked.files) sources.push_back({file.path, file.absolute});
    out.report.ignored = std::move(walked.ignored);
  } else {
    sources.push_back({path.filename().native(), path});
  }
  out.report.files = TRY(scan_all(context, sources));
  return out;
}

/// The files of one layer, staged: they are gone with `staging`.
Result<std::vector<Source>> fetch(const Context& context, oci::Store& store,
                                  const modelpack::LayerFile& layer,
                                  const modelpack::StagingDirectory& staging) {
  const auto& root = staging.directory().path();
  std::vector<Source> out;
  if (modelpack::is_archive(layer.encoding)) {
    const auto contents = TRY(modelpack::read_archive(
        store, layer,
        {.staging = &staging, .progress = &context.progress, .cancel = context.cancel}));
    for (const auto& file : contents.files) out.push_back({file.file.path, root / file.staged});
    return out;
  }
  const auto name = TRY(oci::once_more(store, [&]() -> Result<std::string> {
    auto file = TRY(staging.create_file(0600));
    auto task = context.progress.start(layer.path, layer.descriptor.size);
    auto fetched = store.fetch_blob(layer.descriptor, [&](BytesView piece) -> Result<void> {
      TRY(context.cancel.check());
      task->advance(piece.size());
      return file.write(piece);
    });
    if (!fetched) {
      staging.remove_file(file.name());
      return std::move(fetched).error();
    }
    task->done("fetched");
    return file.name();
  }));
  out.push_back({layer.path, root / name});
  return out;
}

Result<ScanOutcome> scan_reference(const Context& context, const oci::Reference& reference) {
  // What is judged here may be attested next, by the registry's own tag.
  const auto store = TRY(open_store(context, reference, {.mirrors = Mirrors::bytes}));
  ScanOutcome out;
  out.manifest = TRY(resolve(*store, reference));
  const auto bytes = TRY(store->fetch_manifest(*out.manifest));
  const auto manifest = TRY(oci::parse_manifest(bytes, out.manifest->media_type));
  const auto layers = TRY(modelpack::layer_files(*store, manifest));
  const auto temporary = TRY(TempDir::create("mpk-scan"));
  const auto root = TRY(Directory::open(temporary.path()));
  for (const auto& layer : layers) {
    // One at a time: the disk need hold no more than the largest.
    const auto staging = TRY(modelpack::StagingDirectory::create(root));
    const auto sources = TRY(fetch(context, *store, layer, staging).with("layer " + layer.path));
    auto scanned = TRY(scan_all(context, sources));
    for (auto& file : scanned) out.report.files.push_back(std::move(file));
  }
  std::ranges::sort(out.report.files, {}, &scan::ScannedFile::path);
  return out;
}

}  // namespace

Result<ScanOutcome> scan(const Context& context, const ScanTarget& target) {
  if (const auto* const path = std::get_if<fs::path>(&target)) return scan_path(context, *path);
  return scan_reference(context, std::get<oci::Reference>(target));
}

Json scan_predicate(const scan::Report& report, scan::Severity fail_on,
                    const std::string& mpk_version) {
  std::set<std::string> found;
  for (const auto& finding : report.findings()) found.emplace(finding.rule->code);
  Json warned = Json::array(), passed = Json::array();
  for (const auto& rule : scan::rules()) {
    auto& list = found.contains(std::string(rule.code)) ? warned : passed;
    list.push_back(rule.code);
  }
  // A ResourceDescriptor: which list judged, whatever release printed it.
  const Json rules = {{"name", policy::kScanName},
                      {"digest", {{"sha256", crypto::sha256(scan::rules_text()).hex()}}},
                      {"annotations",
                       {{"mpkVersion", mpk_version},
                        {"failOn", scan::to_string(fail_on)},
                        {"files", std::to_string(report.files.size())},
                        {"bytes", std::to_string(report.bytes())}}}};
  return {{"result", warned.empty() ? "PASSED" : "WARNED"},
          {"configuration", Json::array({rules})},
          {"passedTests", passed},
          {"warnedTests", warned},
          {"failedTests", Json::array()}};
}

}  // namespace mpk::flow
