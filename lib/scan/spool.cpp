// spool: memory first, then an unlinked file.
#include "scan/spool.hpp"

#include "base/fd.hpp"
#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace mpk::scan {
namespace {

constexpr std::size_t kInMemory = 32U << 20;
constexpr std::size_t kPiece = 128U << 10;

class SpoolFile final : public Content {
 public:
  SpoolFile(Fd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const override {
    std::size_t done = 0;
    while (done < buffer.size() && offset + done < size_) {
      const ssize_t count = ::pread(fd_.get(), buffer.data() + done, buffer.size() - done,
                                    static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return errno_error(count < 0 ? errno : EIO, "read", "temporary file");
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  Fd fd_;
  std::uint64_t size_;
};

Result<Fd> unnamed_file() {
  const auto directory = TRY(TempDir::create("mpk-scan"));
  const auto path = directory.path() / "spool";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return errno_error(errno, "create", path);
  return fd;  // the directory goes with the name, the file stays while it is open
}

Result<void> write_all(const Fd& fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "write", "temporary file");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

Result<Spooled> spool(const archive::Source& source, std::uint64_t& most) {
  Spooled out;
  std::string memory;
  Fd file;
  std::uint64_t size = 0;
  Bytes buffer(kPiece);
  while (true) {
    auto count = source(buffer);
    if (!count) {
      out.failure = std::move(count).error();
      break;
    }
    if (*count == 0) break;
    if (*count > most) {
      out.failure = Error(ErrorKind::too_large, "more comes out than is judged");
      break;
    }
    most -= *count;
    size += *count;
    const BytesView piece = BytesView(buffer).first(*count);
    if (!file && size > kInMemory) {
      file = TRY(unnamed_file());
      TRY(write_all(file, as_bytes(memory)));
      memory = {};
    }
    if (file) {
      TRY(write_all(file, piece));
    } else {
      memory.append(as_text(piece));
    }
  }
  if (file) {
    out.content = std::make_shared<SpoolFile>(std::move(file), size);
  } else {
    out.content = memory_content(std::move(memory));
  }
  return out;
}

}  // namespace mpk::scan
