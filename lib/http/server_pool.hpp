// ConnectionPool: accepts connections and gives each a thread; private to servers.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "http/server.hpp"
#include "http/server_listen.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace mpk::http {

/// One accepted connection.
class Seat {
 public:
  using Time = std::chrono::steady_clock::time_point;
  Seat(Fd fd, std::string client, Time accepted)
      : fd_(std::move(fd)), client_(std::move(client)), accepted_(accepted) {}

  int fd() const { return fd_.get(); }
  const std::string& client() const { return client_; }
  Time accepted() const { return accepted_; }

  std::uint64_t requests = 0;  // for its own thread

 private:
  friend class ConnectionPool;  // whose mutex guards what follows
  Fd fd_;
  std::string client_;
  Time accepted_;
  bool used_ = false;     // has had a request
  bool waiting_ = false;  // for the first byte of one
  bool leaving_ = false;  // was told to
  Time idle_since_;
};

/// What happened, counted by many threads.
struct ServerCounters {
  std::atomic<std::uint64_t> accepted{0}, requests{0}, refused{0}, evicted{0}, timed_out{0},
      handshakes_failed{0};
};

class ConnectionPool {
 public:
  /// At most so many, and from one address (0: as many). `serve` is called on the connection's
  /// thread, where all signals are blocked; after it the connection is closed.
  ConnectionPool(std::size_t connections, std::size_t of_client, std::function<void(Seat&)> serve)
      : most_(connections),
        of_client_(of_client == 0 ? connections : of_client),
        serve_(std::move(serve)) {}
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  Result<void> start(ListeningSocket socket);
  void drain(std::chrono::milliseconds at_most);
  /// No connection is to have a further request: its answer says so.
  void leave() { answers_are_last_ = true; }
  bool answers_are_last() const { return answers_are_last_; }
  std::size_t open() const;

  /// Around the wait for a request, in serve(). False: the connection is to be closed.
  bool begin_wait(Seat& seat);
  bool end_wait(Seat& seat);
  /// The same around the handshake.
  bool begin_handshake(Seat& seat) { return begin_wait(seat); }
  bool end_handshake(Seat& seat);

  ServerCounters counters;

 private:
  using Lock = std::unique_lock<std::mutex>;
  void accept_all();
  bool accept_one();
  void admit(Fd fd, std::string client);
  bool has_its_share(const Lock& held, const std::string& client) const;
  bool make_room(const Lock& held, const std::string* client = nullptr);
  bool make_thread(const Lock& held);
  void dismiss(const Lock& held, Seat& seat);
  void work();
  void close_listener();
  void end_idle(const Lock& held, Seat::Time idle_since);

  const std::size_t most_, of_client_;
  const std::function<void(Seat&)> serve_;
  Fd listener_, wake_;
  std::mutex accepting_;  // while the acceptor is joined
  std::thread acceptor_;
  std::atomic<bool> answers_are_last_{false}, draining_{false};

  mutable std::mutex mutex_;  // of all below
  std::condition_variable work_, gone_;
  std::list<Seat> seats_;
  std::deque<std::list<Seat>::iterator> queue_;
  std::vector<pthread_t> threads_;
  std::size_t spare_ = 0;    // threads that wait for a connection
  std::size_t leaving_ = 0;  // seats that are about to be free
  bool stopping_ = false;
};

}  // namespace mpk::http
