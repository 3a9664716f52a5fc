// FileWindow: mappings that a signal handler knows, and fills when the file behind them shrinks.
#include "base/file_window.hpp"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace mpk {
namespace {

// A window may be hashed by another thread than its owner's, so what the handler looks into
// belongs to no thread.
struct Slot {
  std::atomic<bool> used{false};
  std::atomic<std::uintptr_t> begin{0};  // 0: nothing is mapped
  std::atomic<std::size_t> size{0};
  std::atomic<bool> cut{false};
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

std::array<Slot, 64> slots;
struct sigaction former;
std::uintptr_t page_size;

// mmap(2) is a bare system call, and the signal comes from a load in hash code, never from within
// libc's own work.
bool fill(std::uintptr_t at) {
  for (auto& slot : slots) {
    const std::uintptr_t begin = slot.begin;
    const std::size_t size = slot.size;
    if (begin == 0 || at < begin || at - begin >= size) continue;
    const std::uintptr_t page = at - at % page_size;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address out of siginfo_t
    void* const from = reinterpret_cast<void*>(page);
    slot.cut = true;
    return ::mmap(from, begin + size - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                  0) != MAP_FAILED;
  }
  return false;
}

void on_bus_error(int signal, siginfo_t* info, void*) {
  const int number = errno;
  const bool is_fault = info->si_code > 0;
  if (!is_fault || !fill(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
    // As if this handler had never been there: a fault happens again at once.
    ::sigaction(SIGBUS, &former, nullptr);
    if (!is_fault) static_cast<void>(::raise(signal));
  }
  errno = number;
}

bool install() {
  page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction ours{};
  ours.sa_sigaction = &on_bus_error;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&ours.sa_mask);
  return ::sigaction(SIGBUS, &ours, &former) == 0;
}

std::size_t take_slot() {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots.at(i).used.exchange(true)) return i;
  }
  return slots.size();
}

}  // namespace

std::optional<FileWindow> FileWindow::open(const FileReader& file, std::uint64_t offset,
                                           std::size_t size) {
  static const bool is_installed = install();
  if (!is_installed || size == 0 || offset % page_size != 0) return std::nullopt;
  const std::size_t taken = take_slot();
  if (taken == slots.size()) return std::nullopt;
  Slot& slot = slots.at(taken);
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(), static_cast<off_t>(offset));
  if (mapped == MAP_FAILED) {
    slot.used = false;
    return std::nullopt;
  }
  static_cast<void>(::madvise(mapped, size, MADV_SEQUENTIAL));  // advice only
  slot.cut = false;
  slot.size = size;
  slot.begin = reinterpret_cast<std::uintptr_t>(mapped);
  return FileWindow(taken, {static_cast<const std::uint8_t*>(mapped), size});
}

FileWindow::~FileWindow() {
  if (slot_ == kNoSlot) return;
  Slot& slot = slots.at(slot_);
  slot.begin = 0;  // first: the addresses may be somebody else's a moment later
  ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
  slot.used = false;
}

Result<void> FileWindow::check(const FileReader& file) const {
  if (!slots.at(slot_).cut) return {};
  TRY(file.check_unchanged());
  return Error(ErrorKind::mismatch,
               fmt::format("{}: became unreadable while it was read", file.path().native()),
               "look into the kernel's log for errors of the disk, then run the command again");
}

}  // namespace mpk
