// Accepting, the connection cap, idle connections that make room, and the end of it all.
#include "http/server_pool.hpp"

#include "base/fd_wait.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace mpk::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Committed only as far as it is used. Two MiB would be given as one huge page.
constexpr std::size_t kStack = 1U << 20;
// A client connects to send something; one that did not for this long counts as idle.
constexpr milliseconds kFresh{1000};
constexpr milliseconds kLook{50};      // how often drain() looks for connections gone idle
constexpr milliseconds kGrace{1000};   // for answers in flight at the end
constexpr milliseconds kNoMemory{10};  // until accept(2) is tried again

bool is_readable(int fd) { return wait_readable(fd, steady_clock::time_point()); }

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

ConnectionPool::~ConnectionPool() {
  leave();
  draining_ = true;
  close_listener();
  Lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  end_idle(lock, Seat::Time::max());
  gone_.wait_for(lock, kGrace, [this] { return seats_.size() == queue_.size(); });
  for (const auto& seat : seats_) ::shutdown(seat.fd(), SHUT_RDWR);
  const auto threads = std::move(threads_);
  lock.unlock();
  for (const auto thread : threads) pthread_join(thread, nullptr);
}

Result<void> ConnectionPool::start(ListeningSocket socket) {
  listener_ = std::move(socket.fd);
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return Error(ErrorKind::io, "HTTP server: no descriptor is left");
  acceptor_ = std::thread([this] {
    block_signals();  // of the connections' threads, too
    accept_all();
  });
  return {};
}

std::size_t ConnectionPool::open() const {
  const Lock lock(mutex_);
  return seats_.size();
}

void ConnectionPool::accept_all() {
  std::array<pollfd, 2> fds{pollfd{wake_.get(), POLLIN, 0}, pollfd{listener_.get(), POLLIN, 0}};
  do {
    ::poll(fds.data(), fds.size(), -1);
    // Those who are in the backlog when it ends believe that they are connected.
    while (accept_one()) {
    }
  } while (fds[0].revents == 0);
}

/// True: there may be another one.
bool ConnectionPool::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  Fd fd(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                  SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (fd) {
    ++counters.accepted;
    admit(std::move(fd), text_of(address));
    return true;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
  if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
    {
      const Lock lock(mutex_);
      make_room(lock);
    }
    return !wait_readable(wake_.get(), steady_clock::now() + kNoMemory);
  }
  return true;  // accept(2): what else it says is of the connection that is gone
}

void ConnectionPool::admit(Fd fd, std::string client) {
  const Lock lock(mutex_);
  const bool greedy = has_its_share(lock, client);
  const bool full = seats_.size() - leaving_ >= most_;
  if ((greedy || full) && !make_room(lock, greedy ? &client : nullptr)) {
    ++counters.refused;
    return;
  }
  queue_.push_back(
      seats_.emplace(seats_.end(), std::move(fd), std::move(client), steady_clock::now()));
  if (queue_.size() > spare_ && threads_.size() < most_ && !make_thread(lock)) {
    ++counters.refused;
    seats_.erase(queue_.back());
    queue_.pop_back();
    return;
  }
  work_.notify_one();
}

bool ConnectionPool::make_thread(const Lock&) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_t thread{};
  const int fault = pthread_create(
      &thread, &attributes,
      [](void* self) -> void* {
        static_cast<ConnectionPool*>(self)->work();
        return nullptr;
      },
      this);
  pthread_attr_destroy(&attributes);
  if (fault == 0) threads_.push_back(thread);
  return fault == 0;
}

bool ConnectionPool::has_its_share(const Lock&, const std::string& client) const {
  if (of_client_ >= most_ || seats_.size() < of_client_) return false;
  const auto its = std::ranges::count_if(
      seats_, [&](const Seat& seat) { return !seat.leaving_ && seat.client_ == client; });
  return static_cast<std::size_t>(its) >= of_client_;
}

bool ConnectionPool::make_room(const Lock& held, const std::string* client) {
  Seat* longest = nullptr;
  const auto now = steady_clock::now();
  // Who has never asked anything may be many on purpose.
  const auto rank = [](const Seat& seat) { return std::pair(seat.used_, seat.idle_since_); };
  for (auto& seat : seats_) {
    if (!seat.waiting_ || seat.leaving_ || seat.idle_since_ > now) continue;
    if (client != nullptr && seat.client_ != *client) continue;
    if (longest != nullptr && rank(seat) >= rank(*longest)) continue;
    if (!is_readable(seat.fd())) longest = &seat;
  }
  if (longest == nullptr) return false;
  dismiss(held, *longest);
  ++counters.evicted;
  return true;
}

void ConnectionPool::dismiss(const Lock&, Seat& seat) {
  seat.leaving_ = true;
  ++leaving_;
  ::shutdown(seat.fd(), SHUT_RD);  // wakes its thread, which says good-bye
}

void ConnectionPool::end_idle(const Lock& held, Seat::Time idle_since) {
  for (auto& seat : seats_) {
    if (!seat.waiting_ || seat.leaving_ || seat.idle_since_ > idle_since) continue;
    if (!is_readable(seat.fd()))
      dismiss(held, seat);  // else its request has come: it gets an answer
  }
}

bool ConnectionPool::begin_wait(Seat& seat) {
  const Lock lock(mutex_);
  if (seat.leaving_ || stopping_ || (draining_ && seat.used_)) return false;
  seat.waiting_ = true;
  seat.idle_since_ = seat.used_ ? steady_clock::now() : seat.accepted_ + kFresh;
  return true;
}

bool ConnectionPool::end_wait(Seat& seat) {
  const Lock lock(mutex_);
  seat.waiting_ = false;
  seat.used_ = true;
  return !seat.leaving_;
}

bool ConnectionPool::end_handshake(Seat& seat) {
  const Lock lock(mutex_);
  seat.waiting_ = false;
  return !seat.leaving_;
}

void ConnectionPool::work() {
  Lock lock(mutex_);
  while (true) {
    ++spare_;
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --spare_;
    if (stopping_) return;
    const auto seat = queue_.front();
    queue_.pop_front();
    lock.unlock();
    serve_(*seat);
    lock.lock();
    if (seat->leaving_) --leaving_;
    seats_.erase(seat);
    gone_.notify_all();
  }
}

void ConnectionPool::close_listener() {
  const std::lock_guard joining(accepting_);
  if (!acceptor_.joinable()) return;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
  acceptor_.join();
  listener_.reset();
}

void ConnectionPool::drain(milliseconds at_most) {
  const auto end = steady_clock::now() + at_most;
  leave();
  draining_ = true;
  close_listener();
  Lock lock(mutex_);
  while (true) {
    const auto now = steady_clock::now();
    end_idle(lock, now);
    if (seats_.empty()) return;
    if (now >= end) break;
    gone_.wait_until(lock, std::min(end, now + kLook));
  }
  for (const auto& seat : seats_) ::shutdown(seat.fd(), SHUT_RDWR);
}

}  // namespace mpk::http
