// Audit log: a thread of its own writes what the others hand in.
#include "admit/audit_log.hpp"

#include "base/fd.hpp"
#include "base/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace mpk::admit {
namespace {

constexpr std::size_t kWaiting = 4096;
constexpr std::size_t kKept = 1U << 20;
constexpr std::chrono::seconds kLast{5};
constexpr std::chrono::milliseconds kGathering{10};  // a write for many lines
constexpr int kPollMilliseconds = 200;
constexpr std::size_t kPipeAtomic = 4096;  // a pipe that poll() calls ready takes so much at once

Result<Fd> open_file(const std::string& file) {
  Fd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return errno_error(errno, "open", file);
  return fd;
}

}  // namespace

struct AuditLog::Impl {
  explicit Impl(std::string name) : file(std::move(name)) {}

  int descriptor() const { return own ? own.get() : STDOUT_FILENO; }

  // A file that was moved away by a rotation is written no more.
  void follow_rotation() {
    if (!own) return;
    struct stat open_one{};
    struct stat named{};
    if (::fstat(own.get(), &open_one) == 0 && ::stat(file.c_str(), &named) == 0 &&
        open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev)
      return;
    if (auto fresh = open_file(file)) own = fresh.take();
  }

  bool put(std::string_view text) {
    while (!text.empty()) {
      pollfd ready{.fd = descriptor(), .events = POLLOUT, .revents = 0};
      const int polled = ::poll(&ready, 1, kPollMilliseconds);
      if (polled < 0 && errno != EINTR) return false;
      if (polled <= 0) {
        if (stopping && std::chrono::steady_clock::now() > give_up) return false;
        continue;
      }
      const auto piece = own ? text.size() : std::min(text.size(), kPipeAtomic);
      const auto written = ::write(descriptor(), text.data(), piece);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  void run() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // SIGPIPE, too
    std::string batch;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || lines > 0; });
      if (lines == 0) return;
      if (!stopping) wake.wait_for(lock, kGathering, [&] { return stopping.load(); });
      batch.swap(waiting);
      const auto count = std::exchange(lines, 0);
      lock.unlock();
      follow_rotation();
      if (!put(batch)) lost += count;
      // The next lines need as much; what a burst took goes back.
      if (batch.capacity() > kKept) batch = {};
      batch.clear();
      lock.lock();
    }
  }

  const std::string file;
  Fd own;  // empty: standard output
  std::mutex mutex;
  std::condition_variable wake;
  std::string waiting;    // what is not yet handed out
  std::size_t lines = 0;  // in it
  std::atomic<bool> stopping{false};
  std::chrono::steady_clock::time_point give_up;
  std::atomic<std::uint64_t> lost{0};
  std::thread thread;
};

AuditLog::AuditLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([it = impl_.get()] { it->run(); });
}

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::string& file) {
  auto impl = std::make_unique<Impl>(file);
  if (file != "-") impl->own = TRY(open_file(file));
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(impl)));
}

AuditLog::~AuditLog() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->give_up = std::chrono::steady_clock::now() + kLast;
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

void AuditLog::write(std::string_view line) {
  bool first = false;
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->lines >= kWaiting) {
      ++impl_->lost;
      return;
    }
    first = impl_->lines++ == 0;
    impl_->waiting.append(line).append("\n");
  }
  if (first) impl_->wake.notify_one();  // else it has been woken, or will look again
}

std::uint64_t AuditLog::lost() const { return impl_->lost; }

}  // namespace mpk::admit
