// Progress displays: bars that one thread redraws, plain lines, nothing.
#include "terminal/progress_bars.hpp"

#include "base/text.hpp"
#include "terminal/term.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mpk::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Transfer {
  std::string name;
  std::uint64_t total = 0;
  std::atomic<std::uint64_t> done{0};
  SteadyClock::time_point started = SteadyClock::now();
};

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    auto written = ::write(descriptor, text.data(), text.size());
    if (written <= 0) return;  // progress is worth no error
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string bar_line(const Transfer& transfer, unsigned width) {
  auto done = std::min(transfer.done.load(), transfer.total);
  double share =
      transfer.total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(transfer.total);
  double elapsed = std::max(seconds_since(transfer.started), 0.001);
  double rate = static_cast<double>(done) / elapsed;
  auto left =
      rate > 1 ? static_cast<std::uint64_t>(static_cast<double>(transfer.total - done) / rate) : 0;
  auto numbers = "  " + std::to_string(static_cast<int>(share * 100)) + " %   " +
                 human_size(static_cast<std::uint64_t>(rate)) + "/s   eta " + human_duration(left);
  std::size_t bar = width > 100 ? 30 : width > 70 ? 16 : 0;
  std::size_t taken = bar + numbers.size() + 3;
  std::size_t name_width = width > taken + 8 ? std::min<std::size_t>(width - taken, 44) : 8;
  std::string line = fit(printable(transfer.name), name_width) + "  ";
  auto filled = static_cast<std::size_t>(share * static_cast<double>(bar));
  for (std::size_t i = 0; i < bar; ++i) line += i < filled ? "━" : i == filled ? "╸" : " ";
  return line + numbers;
}

class Bars final : public ProgressDisplay {
 public:
  explicit Bars(int descriptor) : descriptor_(descriptor), thread_([this] { loop(); }) {}
  ~Bars() override {
    {
      std::scoped_lock lock(mutex_);
      stop_ = true;
      erase();
    }
    wake_.notify_all();
    thread_.join();
  }
  Bars(const Bars&) = delete;
  Bars& operator=(const Bars&) = delete;

  std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total) override;

  void clear() override {
    std::scoped_lock lock(mutex_);
    erase();
  }
  void remove(const std::shared_ptr<Transfer>& transfer) {
    std::scoped_lock lock(mutex_);
    erase();
    std::erase(transfers_, transfer);
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
      wake_.wait_for(lock, std::chrono::milliseconds(100));
      if (!stop_) draw();
    }
  }
  void draw() {
    auto width = terminal_width(descriptor_);
    std::string out = erase_text();
    std::size_t lines = 0;
    for (const auto& transfer : transfers_) {
      if (seconds_since(transfer->started) < 0.2) continue;
      out += bar_line(*transfer, width - 1) + "\n";
      if (++lines == 12) break;  // a screen is small; the rest shows when these are done
    }
    drawn_ = lines;
    if (!out.empty()) write_all(descriptor_, out);
  }
  std::string erase_text() const {
    return drawn_ == 0 ? std::string() : "\x1b[" + std::to_string(drawn_) + "A\x1b[0J";
  }
  void erase() {
    write_all(descriptor_, erase_text());
    drawn_ = 0;
  }

  int descriptor_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::size_t drawn_ = 0;
  std::vector<std::shared_ptr<Transfer>> transfers_;
  std::thread thread_;

  class Task final : public ProgressTask {
   public:
    Task(Bars& bars, std::shared_ptr<Transfer> transfer)
        : bars_(bars), transfer_(std::move(transfer)) {}
    ~Task() override { bars_.remove(transfer_); }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    void advance(std::uint64_t bytes) override { transfer_->done += bytes; }
    void restart() override { transfer_->done = 0; }
    void done(std::string_view) override { bars_.remove(transfer_); }

   private:
    Bars& bars_;
    std::shared_ptr<Transfer> transfer_;
  };
};

std::unique_ptr<ProgressTask> Bars::start(std::string_view name, std::uint64_t total) {
  auto transfer = std::make_shared<Transfer>();
  transfer->name = std::string(name);
  transfer->total = total;
  {
    std::scoped_lock lock(mutex_);
    transfers_.push_back(transfer);
  }
  return std::make_unique<Task>(*this, std::move(transfer));
}

class Lines final : public ProgressDisplay {
 public:
  explicit Lines(int descriptor) : descriptor_(descriptor) {}
  void clear() override {}
  std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total) override {
    return std::make_unique<Task>(descriptor_, std::string(name), total);
  }

 private:
  class Task final : public ProgressTask {
   public:
    Task(int descriptor, std::string name, std::uint64_t total)
        : descriptor_(descriptor), name_(std::move(name)), total_(total) {}
    void advance(std::uint64_t) override {}
    void restart() override {}
    void done(std::string_view outcome) override {
      if (total_ < (64U << 20) && seconds_since(started_) < 2) return;
      write_all(descriptor_,
                std::string(outcome) + " " + printable(name_) + " (" + human_size(total_) + ")\n");
    }

   private:
    int descriptor_;
    std::string name_;
    std::uint64_t total_;
    SteadyClock::time_point started_ = SteadyClock::now();
  };
  int descriptor_;
};

class None final : public ProgressDisplay {
 public:
  void clear() override {}
  std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total) override {
    return quiet_.start(name, total);
  }

 private:
  NoProgress quiet_;
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_progress_bars(int descriptor) {
  return std::make_unique<Bars>(descriptor);
}
std::unique_ptr<ProgressDisplay> make_progress_lines(int descriptor) {
  return std::make_unique<Lines>(descriptor);
}
std::unique_ptr<ProgressDisplay> make_progress_none() { return std::make_unique<None>(); }

}  // namespace mpk::cli
