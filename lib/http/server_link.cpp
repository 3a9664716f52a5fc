// Buffers before recv(2), send(2) and TLS, each call with a deadline.
#include "http/server_link.hpp"

#include "base/fd_wait.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace mpk::http {
namespace {

constexpr std::size_t kUsual = 8U << 10;      // a header, and what came with it
constexpr std::size_t kTogether = 16U << 10;  // an answer up to this goes out in one piece
constexpr std::size_t kDiscarded = 1U << 20;  // of a request that was refused

Error broke_off() { return {ErrorKind::network, "the client broke off"}; }
Error too_slow() { return {ErrorKind::timeout, "the client was too slow"}; }
bool is_later(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

std::string_view Link::buffered() const {
  return as_text(BytesView(in_.get() + begin_, end_ - begin_));
}

bool Link::wait(Deadline deadline) {
  return begin_ < end_ || (tls_ && tls_->has_pending()) || wait_readable(fd_, deadline);
}

void Link::grow(std::size_t capacity) {
  auto wider = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
  if (end_ > begin_) std::memcpy(wider.get(), in_.get() + begin_, end_ - begin_);
  end_ -= std::exchange(begin_, 0);
  in_ = std::move(wider);
  capacity_ = capacity;
}

void Link::widen(std::size_t size) {
  if (size > capacity_) grow(size);
}

void Link::rest() {
  if (begin_ == end_) {
    in_.reset();
    capacity_ = begin_ = end_ = 0;
  }
  if (out_.empty()) out_ = std::string();
}

Result<void> Link::fill(Deadline deadline) {
  TRY(flush());
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == capacity_) grow(begin_ > 0 ? capacity_ : std::max(kUsual, 2 * capacity_));
  const auto size = TRY(receive({in_.get() + end_, capacity_ - end_}, deadline));
  if (size == 0) return broke_off();
  end_ += size;
  return {};
}

Result<std::size_t> Link::receive(std::span<std::uint8_t> into, Deadline deadline) {
  // A byte now and then would never let it wait.
  if (std::chrono::steady_clock::now() >= deadline) return too_slow();
  if (tls_) return tls_->read(into, deadline);
  while (true) {
    const auto size = ::recv(fd_, into.data(), into.size(), 0);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EINTR) continue;
    if (!is_later(errno)) return broke_off();
    if (!wait_readable(fd_, deadline)) return too_slow();
  }
}

Result<void> Link::send(BytesView bytes) {
  if (tls_) return tls_->write(bytes, write_by_);
  while (!bytes.empty()) {
    const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      if (!bytes.empty() && std::chrono::steady_clock::now() >= write_by_) return too_slow();
      continue;
    }
    if (errno == EINTR) continue;
    if (!is_later(errno)) return broke_off();
    if (!wait_writable(fd_, write_by_)) return too_slow();
  }
  return {};
}

Result<void> Link::put(BytesView bytes) {
  if (fault_) return *fault_;
  if (out_.size() + bytes.size() > kTogether) TRY(flush());
  if (bytes.size() <= kTogether) {
    out_.append(as_text(bytes));
    return {};
  }
  auto sent = send(bytes);
  if (!sent) fault_ = sent.error();
  return sent;
}

Result<void> Link::flush() {
  if (fault_) return *fault_;
  if (out_.empty()) return {};
  auto sent = send(as_bytes(out_));
  if (!sent) fault_ = sent.error();
  out_.clear();
  return sent;
}

void Link::close() {
  if (tls_ && !fault_) tls_->shutdown();
}

void Link::close_gently(Deadline deadline) {
  close();
  ::shutdown(fd_, SHUT_WR);
  std::array<char, 4096> waste;  // NOLINT(cppcoreguidelines-pro-type-member-init): never read
  for (std::size_t size = 0; size < kDiscarded && wait_readable(fd_, deadline);) {
    const auto got = ::recv(fd_, waste.data(), waste.size(), 0);
    if (got <= 0 || std::chrono::steady_clock::now() >= deadline) return;
    size += static_cast<std::size_t>(got);
  }
}

}  // namespace mpk::http
