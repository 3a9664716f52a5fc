// Progress on the terminal: one line per transfer in flight, redrawn ten times a second; plain
// lines elsewhere.
#pragma once

#include "base/progress.hpp"
#include "base/time.hpp"

#include <memory>

namespace mpk::cli {

/// A Progress that can be put aside while other text is written to stderr.
class ProgressDisplay : public Progress {
 public:
  /// Removes what is drawn, so that a line can be written; drawn again at the next tick.
  virtual void clear() = 0;
};

/// Bars with name, share, rate and ETA; a line disappears when its transfer ends. Small transfers
/// (under 200 ms) never show.
std::unique_ptr<ProgressDisplay> make_progress_bars(int descriptor);
/// "pushed model-00001-of-00002.safetensors (1.4 GiB)" a line, only for transfers over 64 MiB or 2
/// s.
std::unique_ptr<ProgressDisplay> make_progress_lines(int descriptor);
std::unique_ptr<ProgressDisplay> make_progress_none();

}  // namespace mpk::cli
