// Progress: the implementation that draws nothing.
#include "base/progress.hpp"

namespace mpk {
namespace {

class SilentTask final : public ProgressTask {
 public:
  void advance(std::uint64_t) override {}
  void restart() override {}
  void done(std::string_view) override {}
};

}  // namespace

std::unique_ptr<ProgressTask> NoProgress::start(std::string_view, std::uint64_t) {
  return std::make_unique<SilentTask>();
}

}  // namespace mpk
