// UploadJournal: one small JSON file an upload.
#include "oci/upload_journal.hpp"

#include "base/fd.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/types.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace mpk::oci {
namespace {

constexpr std::int64_t kKeptSeconds = 86'400;  // registries forget sessions after hours or days
constexpr std::size_t kFileCap = 64U << 10;
constexpr std::string_view kSuffix = ".upload";
constexpr std::string_view kLockSuffix = ".lock";

struct Noted {
  std::string subject;
  UploadJournal::Entry entry;
  Timestamp when;
};

std::optional<Noted> read_noted(const std::filesystem::path& file) {
  const auto text = read_file(file, kFileCap);
  if (!text) return std::nullopt;
  const auto document = json::parse(*text);
  if (!document) return std::nullopt;
  const json::Field root(*document);
  auto subject = root.string("subject"), session = root.string("session");
  const auto offset = root.unsigned_integer("offset");
  const auto least = root.unsigned_integer("least");
  const auto when = root.optional_timestamp("time");
  if (!subject || !session || !offset || !least || !when || !*when) return std::nullopt;
  return Noted{std::move(*subject), {std::move(*session), *offset, *least}, **when};
}

bool is_old(const Timestamp& when, const Timestamp& now) {
  return when > now || now.seconds() - when.seconds() >= kKeptSeconds;
}

// In place and without fsync(2), which would cost more than a piece on a fast network: a note that
// is torn or lost only means that the upload begins anew.
void write_note(const std::filesystem::path& file, const std::string& text) {
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  const auto size = static_cast<::off_t>(text.size());
  if (fd && ::pwrite(fd.get(), text.data(), text.size(), 0) == size)
    static_cast<void>(::ftruncate(fd.get(), size));
}

void remove_quietly(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
}

}  // namespace

UploadJournal::Claim::~Claim() {
  // Under the lock; whoever opened it before finds out that it is nobody's lock any more.
  remove_quietly(file_.native() + std::string(kLockSuffix));
}

std::optional<UploadJournal::Entry> UploadJournal::Claim::load() const {
  auto noted = read_noted(file_);
  if (!noted || noted->subject != subject_ || is_old(noted->when, clock_.now()))
    return std::nullopt;
  return std::move(noted->entry);
}

void UploadJournal::Claim::save(const Entry& entry) const {
  Json document = Json::object();
  document["subject"] = subject_;
  document["session"] = entry.session;
  document["offset"] = entry.offset;
  document["least"] = entry.least;
  document["time"] = clock_.now().text();
  write_note(file_, json::pretty(document));
}

void UploadJournal::Claim::drop() const { remove_quietly(file_); }

std::unique_ptr<UploadJournal::Claim> UploadJournal::claim(const std::string& registry,
                                                           const std::string& repository,
                                                           const std::string& what) const {
  if (!active() || what.empty() || !make_directories(directory_)) return nullptr;
  remove_old();
  auto subject = registry + "/" + repository + " " + what;
  const auto file = directory_ / (crypto::sha256(subject).hex() + std::string(kSuffix));
  auto lock = FileLock::acquire(file.native() + std::string(kLockSuffix), 0);
  if (!lock) return nullptr;
  return std::make_unique<Claim>(file, std::move(subject), *clock_, lock.take());
}

void UploadJournal::remove_old() const {
  std::error_code failed;
  std::filesystem::directory_iterator at(directory_, failed);
  for (; !failed && at != std::filesystem::directory_iterator(); at.increment(failed)) {
    const auto& path = at->path();
    if (path.extension() == kSuffix) {
      const auto noted = read_noted(path);
      if (!noted || is_old(noted->when, clock_->now())) remove_quietly(path);
    } else if (path.extension() == kLockSuffix && FileLock::acquire(path, 0)) {
      remove_quietly(path);  // of somebody who was killed
    }
  }
}

}  // namespace mpk::oci
